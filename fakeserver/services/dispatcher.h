#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/requests.h"

namespace fakeetcd {

/// What a server refuses by size alone; etcd's flags of the same names.
struct RequestLimits {
  int64_t max_txn_ops = 128;
  size_t max_request_bytes = 1572864;
  int64_t quota_backend_bytes = int64_t{2} << 30;  // told by Status; nothing is refused by it

  /// The largest message of any kind, with etcd's allowance for what wraps a request
  /// (etcdserver/api/v3rpc/grpc.go, grpcOverheadBytes).
  size_t max_message_bytes() const { return max_request_bytes + 512 * 1024; }
};

/// The choke point: every request of every transport passes here, is checked in etcd's order and
/// handed to the engine. Thread-safe.
class Dispatcher {
 public:
  Dispatcher(Engine& engine, const RequestLimits& limits) : engine_(engine), limits_(limits) {}

  /// What needs no check goes there directly.
  Engine& engine() const { return engine_; }
  const Behavior& behavior() const { return engine_.behavior(); }
  const RequestLimits& limits() const { return limits_; }

  // `request_bytes` is the size of the request on the wire.

  absl::StatusOr<RangeResponse> Range(const RangeRequest& request);
  absl::StatusOr<PutResponse> Put(const PutRequest& request, size_t request_bytes);
  absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request,
                                                  size_t request_bytes);
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request, size_t request_bytes);

  /// The answer to a method that nothing here serves: because there is none of that path in the
  /// emulated release, or because the fake lacks it. `path` is "/service/method".
  absl::Status Refusal(std::string_view path) const;

 private:
  absl::Status CheckSize(size_t request_bytes) const;

  Engine& engine_;
  const RequestLimits limits_;
};

}  // namespace fakeetcd
