#include "fakeserver/services/range_stream.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "fakeserver/services/convert.h"
#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/metadata.h"
#include "fakeserver/services/proto.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/write_stream.h"

namespace fakeetcd {
namespace {

constexpr int64_t kFirstPiece = 10;

/// One range on its way. Each piece is read when the one before it is written, all at the revision
/// of the first; a piece has as many pairs as make about the size of the largest request.
class RangeStream final : public WriteStream {
 public:
  RangeStream(Dispatcher& dispatcher, OpenStreams& streams)
      : WriteStream(streams), dispatcher_(dispatcher) {}

  void Start(const std::shared_ptr<RangeStream>& self, const grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request) {
    Begin(self);
    if (auto status = Admit(context, request); !status.ok()) return End(ToGrpc(status));
    total_limit_ = range_.limit == 0 ? INT64_MAX : range_.limit;
    range_.limit = range_.count_only ? 0 : std::min(kFirstPiece, total_limit_);
    SendPiece();
  }

 private:
  absl::Status Admit(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request) {
    if (!dispatcher_.behavior().has_range_stream) {
      return dispatcher_.Refusal("/etcdserverpb.KV/RangeStream");
    }
    auto status = CheckMetadata(context, dispatcher_.behavior());
    if (status.ok()) status = Decode(request, dispatcher_, MessageKind::kStreamed, message_);
    if (!status.ok()) return status;
    range_ = ToEngine(message_);
    auto caller = dispatcher_.AdmitRangeStream(
        range_, EnvelopeOf(dispatcher_, context, message_.ByteSizeLong()));
    if (caller.ok()) caller_ = *std::move(caller);
    return caller.status();
  }

  void OnWritten() override {
    if (last_is_sent_) return End(grpc::Status::OK);
    SendPiece();
  }

  void SendPiece() {
    auto piece = dispatcher_.engine().Range(range_, caller_);
    if (!piece.ok()) return End(ToGrpc(piece.status()));
    // Later pieces are of the moment of the first.
    if (revision_ == 0) revision_ = piece->revision;
    if (range_.revision == 0) range_.revision = revision_;
    sent_ += static_cast<int64_t>(piece->kvs.size());
    last_is_sent_ = !piece->more || sent_ == total_limit_;
    if (piece->more) {
      key_.assign(piece->kvs.back()->key()).push_back('\0');
      range_.key = key_;
    }
    if (last_is_sent_) {
      if (!range_.count_only) piece->count = sent_ + (piece->more ? CountRest() : 0);
      return Write(EncodeLastPiece(MakeHeader(dispatcher_.engine(), revision_), *piece));
    }
    grpc::ByteBuffer message = EncodePiece(*piece);
    AdjustLimit(static_cast<int64_t>(message.Length()));
    Write(std::move(message));
  }

  // From behind the last pair sent on. Where a piece is sorted that need not be its greatest key.
  int64_t CountRest() {
    RangeRequest rest = range_;
    rest.limit = 0;
    rest.count_only = true;
    const auto counted = dispatcher_.engine().Range(rest, caller_);
    return counted.ok() ? counted->count : 0;
  }

  // More pairs where the last piece was small, fewer where it was large.
  void AdjustLimit(int64_t bytes) {
    const auto wanted = static_cast<int64_t>(dispatcher_.limits().max_request_bytes);
    if (bytes < wanted / 2) range_.limit *= 2;
    if (bytes > wanted * 2) range_.limit = std::max<int64_t>(range_.limit / 2, 1);
    range_.limit = std::min(range_.limit, total_limit_ - sent_);
  }

  Dispatcher& dispatcher_;
  pb::RangeRequest message_;  // holds what `range_` views
  std::string key_;           // and this the key of the next piece
  RangeRequest range_;
  Caller caller_;
  int64_t total_limit_ = 0;
  int64_t revision_ = 0;
  int64_t sent_ = 0;
  bool last_is_sent_ = false;
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartRangeStream(
    Dispatcher& dispatcher, OpenStreams& streams, const grpc::CallbackServerContext& context,
    const grpc::ByteBuffer& request) {
  const auto stream = std::make_shared<RangeStream>(dispatcher, streams);
  stream->Start(stream, context, request);
  return stream.get();
}

}  // namespace fakeetcd
