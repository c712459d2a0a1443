#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// What of a request is not in its message.
struct Envelope {
  size_t bytes = 0;        // of the message on the wire
  bool has_token = false;  // among the metadata
};

/// The choke point: every request of every transport passes here, is checked in etcd's order and
/// handed to the engine. Thread-safe.
class Dispatcher {
 public:
  Dispatcher(Engine& engine, const RequestLimits& limits) : engine_(engine), limits_(limits) {}

  /// What can fail of nothing but its own goes there directly: watches, and what only looks.
  Engine& engine() const { return engine_; }
  const Behavior& behavior() const { return engine_.behavior(); }
  const RequestLimits& limits() const { return limits_; }

  absl::StatusOr<RangeResponse> Range(const RangeRequest& request, const Envelope& envelope);
  absl::StatusOr<PutResponse> Put(const PutRequest& request, const Envelope& envelope);
  absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request,
                                                  const Envelope& envelope);
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request, const Envelope& envelope);
  /// Returns the current revision.
  absl::StatusOr<int64_t> Compact(int64_t revision, bool physical, const Envelope& envelope);
  absl::StatusOr<Engine::Lease> LeaseGrant(LeaseId id, int64_t ttl_seconds,
                                           const Envelope& envelope);
  /// Returns the revision after.
  absl::StatusOr<int64_t> LeaseRevoke(LeaseId id, const Envelope& envelope);

  Engine::Members MemberList(const Envelope& envelope);
  absl::StatusOr<Engine::MemberAddResponse> MemberAdd(const std::vector<std::string>& peer_urls,
                                                      bool learner, const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberRemove(uint64_t id, const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberUpdate(uint64_t id,
                                               const std::vector<std::string>& peer_urls,
                                               const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberPromote(uint64_t id, const Envelope& envelope);
  absl::Status MoveLeader(uint64_t target_id, const Envelope& envelope);

  /// The answer to a method that nothing here serves: because there is none of that path in the
  /// emulated release, or because the fake lacks it. `path` is "/service/method".
  absl::Status Refusal(std::string_view path) const;

 private:
  absl::Status CheckToken(const Envelope& envelope) const;
  absl::Status CheckProposal(const Envelope& envelope) const;

  Engine& engine_;
  const RequestLimits limits_;
};

}  // namespace fakeetcd
