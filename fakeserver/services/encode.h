#pragma once

#include <cstddef>

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/services/proto.h"

namespace fakeetcd {

// Responses from the engine to the wire, each in one slice. Those that carry keys and values are
// written straight from the stored versions: the bytes are copied once.

grpc::ByteBuffer Encode(const google::protobuf::MessageLite& message);
grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const RangeResponse& response);
grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const PutResponse& response);
grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const DeleteRangeResponse& response);
grpc::ByteBuffer Encode(const pb::ResponseHeader& header, const TxnResponse& response);

// A piece of a range that comes in several. The last one tells what the whole range's answer would
// tell beside the pairs, those before it nothing.
grpc::ByteBuffer EncodePiece(const RangeResponse& piece);
grpc::ByteBuffer EncodeLastPiece(const pb::ResponseHeader& header, const RangeResponse& piece);

/// A watch response on its way to the wire, in as many messages as it takes: one, but where the
/// watch asked for fragments and the response is `max_bytes` or larger
/// (etcdserver/api/v3rpc/watch.go, sendFragments).
class WatchMessages {
 public:
  /// Of nothing: done() from the start.
  WatchMessages() = default;
  WatchMessages(const pb::ResponseHeader& header, WatchResponse response, size_t max_bytes);

  bool done() const { return done_; }
  /// REQUIRES: not done().
  grpc::ByteBuffer Next();

 private:
  size_t EndOfFragment() const;
  size_t events() const { return response_.events == nullptr ? 0 : response_.events->size(); }

  pb::ResponseHeader header_;
  WatchResponse response_;
  size_t max_bytes_ = 0;
  size_t next_event_ = 0;
  bool split_ = false;
  bool done_ = true;
};

}  // namespace fakeetcd
