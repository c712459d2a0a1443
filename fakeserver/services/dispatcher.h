#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/services/admission.h"
#include "fakeserver/services/auth_options.h"
#include "fakeserver/services/envelope.h"

namespace fakeetcd {

/// What a server refuses by size alone; etcd's flags of the same names.
struct RequestLimits {
  int64_t max_txn_ops = 128;
  size_t max_request_bytes = 1572864;

  /// The largest message of any kind, with etcd's allowance for what wraps a request
  /// (etcdserver/api/v3rpc/grpc.go, grpcOverheadBytes).
  size_t max_message_bytes() const { return max_request_bytes + 512 * 1024; }
};

/// The choke point: every request of every transport passes here, is checked in etcd's order and
/// handed to the engine. Thread-safe.
class Dispatcher {
 public:
  Dispatcher(Engine& engine, const RequestLimits& limits, const AuthOptions& auth = {})
      : engine_(engine), limits_(limits), auth_(auth) {}

  /// What needs no permission and can fail of nothing but its own goes there directly.
  Engine& engine() const { return engine_; }
  const Behavior& behavior() const { return engine_.behavior(); }
  const RequestLimits& limits() const { return limits_; }
  const AuthOptions& auth_options() const { return auth_; }

  // Who calls.

  /// Whether anything may ask who calls; when nothing does an envelope need not say it.
  bool may_authenticate() const {
    return engine_.auth_enabled() || behavior().token_is_checked_while_auth_is_off;
  }
  /// Nobody where auth is off or the envelope holds no proof. Fails with InvalidAuthToken.
  absl::StatusOr<Caller> Authenticate(const Envelope& envelope) const;
  /// The same of what etcd proposes to its log, which has a size. Fails with RequestTooLarge too.
  absl::StatusOr<Caller> AuthenticateProposal(const Envelope& envelope) const;
  /// Whether who calls may make a call that is not about keys. Fails in the words of the call.
  absl::Status Admit(Call call, const Envelope& envelope) const;

  // Keys and leases.

  absl::StatusOr<RangeResponse> Range(const RangeRequest& request, const Envelope& envelope);
  /// What a range in pieces must be before its first piece is read; returns who calls.
  absl::StatusOr<Caller> AdmitRangeStream(const RangeRequest& request,
                                          const Envelope& envelope) const;
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
  absl::StatusOr<Engine::Lease> LeaseKeepAlive(LeaseId id, const Envelope& envelope);
  absl::StatusOr<Engine::Lease> LeaseTimeToLive(LeaseId id, bool keys, const Envelope& envelope);
  absl::StatusOr<Engine::LeaseList> LeaseLeases(const Envelope& envelope);
  void WatchCreate(WatchStream& stream, WatchCreateRequest request, const Envelope& envelope);

  absl::StatusOr<Engine::Members> MemberList(const Envelope& envelope);
  absl::StatusOr<Engine::MemberAddResponse> MemberAdd(const std::vector<std::string>& peer_urls,
                                                      bool learner, const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberRemove(uint64_t id, const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberUpdate(uint64_t id,
                                               const std::vector<std::string>& peer_urls,
                                               const Envelope& envelope);
  absl::StatusOr<Engine::Members> MemberPromote(uint64_t id, const Envelope& envelope);
  absl::Status MoveLeader(uint64_t target_id, const Envelope& envelope);

  absl::StatusOr<Engine::AlarmResponse> Alarms(AlarmType type, const Envelope& envelope);
  absl::StatusOr<Engine::AlarmResponse> RaiseAlarm(const Alarm& alarm, const Envelope& envelope);
  absl::StatusOr<Engine::AlarmResponse> ClearAlarm(const Alarm& alarm, const Envelope& envelope);
  absl::Status Defragment(const Envelope& envelope);
  absl::StatusOr<Engine::DowngradeResponse> Downgrade(Engine::DowngradeAction action,
                                                      const std::string& target,
                                                      const Envelope& envelope);

  /// The answer to a method that nothing here serves: because there is none of that path in the
  /// emulated release, or because the fake lacks it. `path` is "/service/method".
  absl::Status Refusal(std::string_view path) const;

 private:
  std::optional<Caller> CallerOf(std::string_view token) const;
  absl::StatusOr<Caller> RequireUser(const Envelope& envelope) const;

  Engine& engine_;
  const RequestLimits limits_;
  const AuthOptions auth_;
};

}  // namespace fakeetcd
