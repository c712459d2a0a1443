#include "fakeserver/services/dispatcher.h"

#include <string>
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/engine/quota.h"
#include "fakeserver/engine/request_checks.h"
#include "fakeserver/services/jwt.h"
#include "fakeserver/services/methods.h"

namespace fakeetcd {
namespace {

size_t VarintSize(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

// What a proposal adds to the request in it: InternalRaftRequest's header, with the proposal's id
// and who makes it, and the request's own tag and length. The high bits of the id are the low ones
// of the member's (pkg/idutil).
size_t ProposalBytes(uint64_t member_id, const Caller& caller, size_t request_bytes) {
  constexpr size_t kTag = 1;
  constexpr size_t kHeaderTag = 2;
  const uint64_t id = member_id << 48 | 1;
  size_t header = kTag + VarintSize(id);
  if (!caller.user.empty()) header += kTag + VarintSize(caller.user.size()) + caller.user.size();
  if (!caller.nobody()) header += kTag + VarintSize(caller.auth_revision);
  return kHeaderTag + VarintSize(header) + header + kTag + VarintSize(request_bytes) +
         request_bytes;
}

std::string_view WithoutBearer(std::string_view token) {
  constexpr std::string_view kBearer = "Bearer ";
  if (token.starts_with(kBearer)) token.remove_prefix(kBearer.size());
  return token;
}

}  // namespace

std::optional<Caller> Dispatcher::CallerOf(std::string_view token) const {
  switch (auth_.tokens) {
    case AuthOptions::Tokens::kNone:
      break;
    case AuthOptions::Tokens::kSimple:
      return engine_.AuthUseToken(token);
    case AuthOptions::Tokens::kJwt:
      return auth_.jwt->Verify(token, engine_.time_of_day());
  }
  return std::nullopt;
}

absl::StatusOr<Caller> Dispatcher::Authenticate(const Envelope& envelope) const {
  if (!may_authenticate()) return Caller();
  if (envelope.token) {
    const bool strips = behavior().bearer_prefix_is_stripped;
    auto caller = CallerOf(strips ? WithoutBearer(*envelope.token) : *envelope.token);
    if (!caller) return error::InvalidAuthToken();
    return *std::move(caller);
  }
  if (!envelope.common_name) return Caller();
  return Caller{.user = *envelope.common_name, .auth_revision = engine_.auth_revision()};
}

absl::StatusOr<Caller> Dispatcher::AuthenticateProposal(const Envelope& envelope) const {
  auto caller = Authenticate(envelope);
  if (!caller.ok()) return caller;
  const size_t bytes = ProposalBytes(engine_.identity().member_id, *caller, envelope.bytes);
  if (bytes > limits_.max_request_bytes) return error::RequestTooLarge();
  return caller;
}

absl::StatusOr<Caller> Dispatcher::RequireUser(const Envelope& envelope) const {
  auto caller = Authenticate(envelope);
  if (caller.ok() && engine_.auth_enabled() && caller->nobody()) return error::UserEmpty();
  return caller;
}

absl::Status Dispatcher::Admit(Call call, const Envelope& envelope) const {
  absl::Status status;
  switch (WhomAsks(call, behavior())) {
    case Asks::kAnybody:
      break;
    case Asks::kNoBadToken:
      status = Authenticate(envelope).status();
      break;
    case Asks::kUser:
      if (engine_.auth_enabled()) status = RequireUser(envelope).status();
      break;
    case Asks::kAdmin:
      const auto caller = Authenticate(envelope);
      status = caller.ok() ? engine_.CheckAdmin(*caller) : caller.status();
      break;
  }
  return RefusalIsUnmapped(call, behavior()) ? error::UnmappedAuthError(status) : status;
}

absl::StatusOr<RangeResponse> Dispatcher::Range(const RangeRequest& request,
                                                const Envelope& envelope) {
  if (auto status = CheckRange(request, behavior()); !status.ok()) return status;
  const auto caller = Authenticate(envelope);
  if (!caller.ok()) return caller.status();
  return engine_.Range(request, *caller);
}

// etcdserver/api/v3rpc/key.go, checkRangeStreamRequest.
absl::StatusOr<Caller> Dispatcher::AdmitRangeStream(const RangeRequest& request,
                                                    const Envelope& envelope) const {
  if (auto status = CheckRange(request, behavior()); !status.ok()) return status;
  if (!IsInKeyOrder(request)) {
    return absl::UnimplementedError("RangeStream does not support custom sort orders");
  }
  if (HasRevisionBounds(request)) {
    return absl::UnimplementedError("RangeStream does not support revision filters");
  }
  return Authenticate(envelope);
}

// The quota is looked at before anything else of a write that adds something.
absl::StatusOr<PutResponse> Dispatcher::Put(const PutRequest& request, const Envelope& envelope) {
  if (auto status = engine_.CheckQuota(CostOf(request)); !status.ok()) return status;
  if (auto status = CheckPut(request); !status.ok()) return status;
  const auto caller = AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return engine_.Put(request, *caller);
}

absl::StatusOr<DeleteRangeResponse> Dispatcher::DeleteRange(const DeleteRangeRequest& request,
                                                            const Envelope& envelope) {
  if (auto status = CheckDeleteRange(request); !status.ok()) return status;
  const auto caller = AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return engine_.DeleteRange(request, *caller);
}

absl::StatusOr<TxnResponse> Dispatcher::Txn(const TxnRequest& request, const Envelope& envelope) {
  auto status = engine_.CheckQuota(CostOf(request, behavior()));
  if (status.ok()) status = CheckTxn(request, behavior(), limits_.max_txn_ops);
  if (!status.ok()) return status;
  const auto caller = IsReadOnly(request) ? Authenticate(envelope) : AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return engine_.Txn(request, *caller);
}

absl::StatusOr<int64_t> Dispatcher::Compact(int64_t revision, bool physical,
                                            const Envelope& envelope) {
  if (auto status = Admit(Call::kCompact, envelope); !status.ok()) return status;
  if (auto caller = AuthenticateProposal(envelope); !caller.ok()) return caller.status();
  return engine_.Compact(revision, physical);
}

absl::StatusOr<Engine::Lease> Dispatcher::LeaseGrant(LeaseId id, int64_t ttl_seconds,
                                                     const Envelope& envelope) {
  if (auto status = engine_.CheckQuota(kCostOfLease); !status.ok()) return status;
  if (auto status = Admit(Call::kLeaseGrant, envelope); !status.ok()) return status;
  if (auto caller = AuthenticateProposal(envelope); !caller.ok()) return caller.status();
  return engine_.LeaseGrant(id, ttl_seconds);
}

absl::StatusOr<int64_t> Dispatcher::LeaseRevoke(LeaseId id, const Envelope& envelope) {
  if (auto status = Admit(Call::kLeaseRevoke, envelope); !status.ok()) return status;
  const auto caller = AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return engine_.LeaseRevoke(id, *caller);
}

absl::StatusOr<Engine::Lease> Dispatcher::LeaseKeepAlive(LeaseId id, const Envelope& envelope) {
  if (behavior().leases_need_user && engine_.auth_enabled()) {
    const auto caller = RequireUser(envelope);
    if (!caller.ok()) return caller.status();
    if (auto status = engine_.CheckWriteOfKeysOf(id, *caller); !status.ok()) return status;
  }
  return engine_.LeaseKeepAlive(id);
}

absl::StatusOr<Engine::Lease> Dispatcher::LeaseTimeToLive(LeaseId id, bool keys,
                                                          const Envelope& envelope) {
  if (auto status = Admit(Call::kLeaseTimeToLive, envelope); !status.ok()) return status;
  if (keys && behavior().reading_keys_of_lease_is_checked && engine_.auth_enabled()) {
    const auto caller = RequireUser(envelope);
    if (!caller.ok()) return caller.status();
    if (auto status = engine_.CheckReadOfKeysOf(id, *caller); !status.ok()) return status;
  }
  return engine_.LeaseTimeToLive(id, keys);
}

absl::StatusOr<Engine::LeaseList> Dispatcher::LeaseLeases(const Envelope& envelope) {
  if (behavior().leases_need_user && engine_.auth_enabled()) {
    const auto caller = RequireUser(envelope);
    if (!caller.ok()) return caller.status();
    if (auto status = engine_.CheckReadOfKeysOfLeases(*caller); !status.ok()) return status;
  }
  return engine_.LeaseLeases();
}

void Dispatcher::WatchCreate(WatchStream& stream, WatchCreateRequest request,
                             const Envelope& envelope) {
  engine_.WatchCreate(stream, std::move(request), Authenticate(envelope));
}

absl::StatusOr<Engine::Members> Dispatcher::MemberList(const Envelope& envelope) {
  if (auto status = Admit(Call::kMemberList, envelope); !status.ok()) return status;
  return engine_.MemberList();
}

absl::StatusOr<Engine::MemberAddResponse> Dispatcher::MemberAdd(
    const std::vector<std::string>& peer_urls, bool learner, const Envelope& envelope) {
  const auto urls = CheckMemberUrls(peer_urls, behavior());
  if (!urls.ok()) return urls.status();
  if (auto status = Admit(Call::kMemberChange, envelope); !status.ok()) return status;
  return engine_.MemberAdd(*urls, learner);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberRemove(uint64_t id, const Envelope& envelope) {
  if (auto status = Admit(Call::kMemberChange, envelope); !status.ok()) return status;
  return engine_.MemberRemove(id);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberUpdate(uint64_t id,
                                                         const std::vector<std::string>& peer_urls,
                                                         const Envelope& envelope) {
  if (auto status = Admit(Call::kMemberChange, envelope); !status.ok()) return status;
  return engine_.MemberUpdate(id, peer_urls);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberPromote(uint64_t id, const Envelope& envelope) {
  if (auto status = Admit(Call::kMemberChange, envelope); !status.ok()) return status;
  return engine_.MemberPromote(id);
}

absl::Status Dispatcher::MoveLeader(uint64_t target_id, const Envelope& envelope) {
  if (auto status = Admit(Call::kMoveLeader, envelope); !status.ok()) return status;
  return engine_.MoveLeader(target_id);
}

absl::StatusOr<Engine::AlarmResponse> Dispatcher::Alarms(AlarmType type, const Envelope& envelope) {
  if (auto status = Admit(Call::kAlarmGet, envelope); !status.ok()) return status;
  return engine_.Alarms(type);
}

absl::StatusOr<Engine::AlarmResponse> Dispatcher::RaiseAlarm(const Alarm& alarm,
                                                             const Envelope& envelope) {
  if (auto status = Admit(Call::kAlarmChange, envelope); !status.ok()) return status;
  return engine_.RaiseAlarm(alarm);
}

absl::StatusOr<Engine::AlarmResponse> Dispatcher::ClearAlarm(const Alarm& alarm,
                                                             const Envelope& envelope) {
  if (auto status = Admit(Call::kAlarmChange, envelope); !status.ok()) return status;
  return engine_.ClearAlarm(alarm);
}

absl::Status Dispatcher::Defragment(const Envelope& envelope) {
  if (auto status = Admit(Call::kDefragment, envelope); !status.ok()) return status;
  engine_.Defragment();
  return absl::OkStatus();
}

absl::StatusOr<Engine::DowngradeResponse> Dispatcher::Downgrade(Engine::DowngradeAction action,
                                                                const std::string& target,
                                                                const Envelope& envelope) {
  if (auto status = Admit(Call::kDowngrade, envelope); !status.ok()) return status;
  return engine_.Downgrade(action, target);
}

absl::Status Dispatcher::Refusal(std::string_view path) const {
  // As grpc-go splits it: the method is what follows the last slash.
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) {
    const std::string text = "malformed method name: \"" + std::string(path) + "\"";
    return behavior().malformed_path_is_unimplemented ? absl::UnimplementedError(text)
                                                      : absl::ResourceExhaustedError(text);
  }
  const std::string service(path.substr(1, slash - 1));
  const std::string method(path.substr(slash + 1));
  switch (FindMethod(service, method, behavior())) {
    case MethodState::kUnknownService:
      return absl::UnimplementedError("unknown service " + service);
    case MethodState::kUnknownMethod:
      return absl::UnimplementedError("unknown method " + method + " for service " + service);
    case MethodState::kInRelease:
      break;
  }
  const std::string short_name = service.substr(service.rfind('.') + 1);
  return absl::UnimplementedError("fake-etcd: " + short_name + "/" + method + " is not supported");
}

}  // namespace fakeetcd
