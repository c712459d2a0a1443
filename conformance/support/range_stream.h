#pragma once

#include <ostream>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>

#include "conformance/support/rpc.h"
#include "conformance/support/wire.h"

namespace conformance {

/// A range that came in pieces: all of them, and how the stream ended.
struct Pieces {
  grpc::Status status;
  std::vector<pb::RangeResponse> messages;

  /// The pairs of all pieces, in their order.
  std::vector<mvccpb::KeyValue> kvs() const;
  /// The last piece; ends the case when the stream failed or had none.
  const pb::RangeResponse& last() const;
};

/// Sends `request` to RangeStream and reads to the end.
Pieces RangeStream(const Wire& wire, const pb::RangeRequest& request,
                   const CallOptions& options = {});

inline const grpc::Status& StatusOf(const Pieces& pieces) { return pieces.status; }
inline void Explain(const Pieces&, testing::MatchResultListener*) {}
inline std::ostream& operator<<(std::ostream& out, const Pieces& pieces) {
  return out << pieces.messages.size() << " pieces, then " << DescribeStatus(pieces.status);
}

}  // namespace conformance
