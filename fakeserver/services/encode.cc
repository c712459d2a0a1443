#include "fakeserver/services/encode.h"

#include <utility>
#include <variant>

#include <grpc/slice.h>

#include "fakeserver/services/wire_writer.h"

namespace fakeetcd {
namespace {

grpc::ByteBuffer Wrap(grpc_slice slice) {
  const grpc::Slice owned(slice, grpc::Slice::STEAL_REF);
  return {&owned, 1};
}

// The message that `body` writes to a sink.
template <typename Body>
grpc::ByteBuffer Build(const Body& body) {
  WireSize size;
  body(size);
  grpc_slice slice = grpc_slice_malloc(size.bytes());
  WireWriter writer(GRPC_SLICE_START_PTR(slice), size);
  body(writer);
  return Wrap(slice);
}

uint64_t Unsigned(int64_t value) { return static_cast<uint64_t>(value); }

// The headers of a transaction's operations hold nothing but the revision, and a nested
// transaction's not even that.
struct OpHeader {
  int64_t revision = 0;
};

template <typename Sink>
void WriteHeader(Sink& sink, const pb::ResponseHeader& header) {
  sink.Message(1, header);
}
template <typename Sink>
void WriteHeader(Sink& sink, const OpHeader& header) {
  sink.Nested(1, [&](auto& inner) { inner.Varint(3, Unsigned(header.revision)); });
}

/// What of a stored version is left out.
struct Omit {
  bool value = false;
  bool lease = false;
};

// mvccpb.KeyValue.
template <typename Sink>
void WriteKeyValue(Sink& sink, const Version& version, Omit omit) {
  sink.Bytes(1, version.key());
  sink.Varint(2, Unsigned(version.create_revision()));
  sink.Varint(3, Unsigned(version.mod_revision()));
  sink.Varint(4, Unsigned(version.version()));
  if (!omit.value) sink.Bytes(5, version.value());
  if (!omit.lease) sink.Varint(6, Unsigned(version.lease()));
}

template <typename Sink>
void KeyValue(Sink& sink, int field, const Version& version, Omit omit = {}) {
  sink.Nested(field, [&](auto& inner) { WriteKeyValue(inner, version, omit); });
}

template <typename Sink>
void WritePairs(Sink& sink, const RangeResponse& response) {
  const Omit omit{.value = response.keys_only, .lease = response.without_lease};
  for (const VersionPtr& kv : response.kvs) KeyValue(sink, 2, *kv, omit);
}

template <typename Sink, typename Header>
void Write(Sink& sink, const Header& header, const RangeResponse& response) {
  WriteHeader(sink, header);
  WritePairs(sink, response);
  sink.Varint(3, response.more ? 1 : 0);
  sink.Varint(4, Unsigned(response.count));
}

template <typename Sink, typename Header>
void Write(Sink& sink, const Header& header, const PutResponse& response) {
  WriteHeader(sink, header);
  if (response.prev_kv) KeyValue(sink, 2, *response.prev_kv);
}

template <typename Sink, typename Header>
void Write(Sink& sink, const Header& header, const DeleteRangeResponse& response) {
  WriteHeader(sink, header);
  sink.Varint(2, Unsigned(response.deleted));
  for (const VersionPtr& kv : response.prev_kvs) KeyValue(sink, 3, *kv);
}

template <typename Sink, typename Header>
void Write(Sink& sink, const Header& header, const TxnResponse& response);

// The fields of ResponseOp and what each response's header is.
struct OpWriter {
  template <typename Sink>
  static void Write(Sink& sink, const ResponseOp& op) {
    std::visit([&](const auto& response) { WriteOne(sink, response); }, op.response);
  }

 private:
  template <typename Sink>
  static void WriteOne(Sink& sink, const RangeResponse& response) {
    Nested(sink, 1, OpHeader{response.revision}, response);
  }
  template <typename Sink>
  static void WriteOne(Sink& sink, const PutResponse& response) {
    Nested(sink, 2, OpHeader{response.revision}, response);
  }
  template <typename Sink>
  static void WriteOne(Sink& sink, const DeleteRangeResponse& response) {
    Nested(sink, 3, OpHeader{response.revision}, response);
  }
  template <typename Sink>
  static void WriteOne(Sink& sink, const TxnResponse& response) {
    Nested(sink, 4, OpHeader{}, response);
  }
  template <typename Sink, typename Response>
  static void Nested(Sink& sink, int field, const OpHeader& header, const Response& response) {
    sink.Nested(field, [&](auto& inner) { fakeetcd::Write(inner, header, response); });
  }
};

template <typename Sink, typename Header>
void Write(Sink& sink, const Header& header, const TxnResponse& response) {
  WriteHeader(sink, header);
  sink.Varint(2, response.succeeded ? 1 : 0);
  for (const ResponseOp& op : response.responses) {
    sink.Nested(3, [&](auto& inner) { OpWriter::Write(inner, op); });
  }
}

// mvccpb.Event. A deletion tells the key and when; its other fields are not the client's.
template <typename Sink>
void WriteEvent(Sink& sink, const Change& change, const Version* previous) {
  const Version& now = *change.now;
  sink.Varint(1, now.tombstone() ? 1 : 0);
  sink.Nested(2, [&](auto& kv) {
    if (!now.tombstone()) return WriteKeyValue(kv, now, {});
    kv.Bytes(1, now.key());
    kv.Varint(3, Unsigned(now.mod_revision()));
  });
  if (previous != nullptr) KeyValue(sink, 3, *previous);
}

constexpr int kEventsField = 11;

template <typename Sink>
void Event(Sink& sink, const WatchResponse& response, size_t index) {
  const Change& change = (*response.events)[index];
  const Version* previous = response.PreviousOf(change);
  sink.Nested(kEventsField, [&](auto& event) { WriteEvent(event, change, previous); });
}

// WatchResponse without its events. `fragment`: more of the same response follows.
template <typename Sink>
void WriteHead(Sink& sink, const pb::ResponseHeader& header, const WatchResponse& response,
               bool fragment) {
  sink.Message(1, header);
  sink.Varint(2, Unsigned(response.watch_id));
  sink.Varint(3, response.created ? 1 : 0);
  sink.Varint(4, response.canceled ? 1 : 0);
  sink.Varint(5, Unsigned(response.compact_revision));
  sink.Bytes(6, response.cancel_reason);
  sink.Varint(7, fragment ? 1 : 0);
}

}  // namespace

grpc::ByteBuffer Encode(const google::protobuf::MessageLite& message) {
  grpc_slice slice = grpc_slice_malloc(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(slice));
  return Wrap(slice);
}

grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const RangeResponse& response) {
  return Build([&](auto& sink) { Write(sink, header, response); });
}

grpc::ByteBuffer EncodePiece(const RangeResponse& piece) {
  return Build([&](auto& sink) { sink.Nested(1, [&](auto& inner) { WritePairs(inner, piece); }); });
}

grpc::ByteBuffer EncodeLastPiece(const pb::ResponseHeader& header, const RangeResponse& piece) {
  return Build(
      [&](auto& sink) { sink.Nested(1, [&](auto& inner) { Write(inner, header, piece); }); });
}

grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const PutResponse& response) {
  return Build([&](auto& sink) { Write(sink, header, response); });
}

grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const DeleteRangeResponse& response) {
  return Build([&](auto& sink) { Write(sink, header, response); });
}

grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const TxnResponse& response) {
  return Build([&](auto& sink) { Write(sink, header, response); });
}

WatchMessages::WatchMessages(const pb::ResponseHeader& header, WatchResponse response,
                             size_t max_bytes)
    : header_(header), response_(std::move(response)), max_bytes_(max_bytes), done_(false) {
  if (!response_.fragment || events() < 2) return;
  WireSize size;
  WriteHead(size, header_, response_, false);
  for (size_t i = 0; i < events(); ++i) Event(size, response_, i);
  split_ = size.bytes() >= max_bytes_;
}

grpc::ByteBuffer WatchMessages::Next() {
  const size_t end = split_ ? EndOfFragment() : events();
  const bool more = end < events();
  auto message = Build([&](auto& sink) {
    WriteHead(sink, header_, response_, more);
    for (size_t i = next_event_; i < end; ++i) Event(sink, response_, i);
  });
  next_event_ = end;
  done_ = !more;
  return message;
}

// As many events as stay below the limit, but one at least.
size_t WatchMessages::EndOfFragment() const {
  WireSize size;
  WriteHead(size, header_, response_, true);
  size_t end = next_event_;
  while (end < events()) {
    Event(size, response_, end);
    if (end > next_event_ && size.bytes() >= max_bytes_) break;
    ++end;
  }
  return end;
}

}  // namespace fakeetcd
