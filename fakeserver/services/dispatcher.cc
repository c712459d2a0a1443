#include "fakeserver/services/dispatcher.h"

#include <string>

#include "fakeserver/base/errors.h"
#include "fakeserver/engine/request_checks.h"
#include "fakeserver/services/methods.h"

namespace fakeetcd {
namespace {

size_t VarintSize(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

// What a proposal adds to the request in it: InternalRaftRequest's header with the proposal's id,
// and the request's own tag and length. The high bits of the id are the low ones of the member's
// (pkg/idutil).
size_t ProposalBytes(uint64_t member_id, size_t request_bytes) {
  constexpr size_t kHeaderTagAndLength = 3;
  constexpr size_t kTag = 1;
  const uint64_t id = member_id << 48 | 1;
  return kHeaderTagAndLength + kTag + VarintSize(id) + kTag + VarintSize(request_bytes) +
         request_bytes;
}

}  // namespace

// Nobody can have been given a token: authentication cannot be turned on.
absl::Status Dispatcher::CheckToken(const Envelope& envelope) const {
  const bool bad = envelope.has_token && behavior().token_is_checked_while_auth_is_off;
  return bad ? error::InvalidAuthToken() : absl::OkStatus();
}

// What becomes an entry of the raft log has a size.
absl::Status Dispatcher::CheckProposal(const Envelope& envelope) const {
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  const size_t bytes = ProposalBytes(engine_.identity().member_id, envelope.bytes);
  return bytes > limits_.max_request_bytes ? error::RequestTooLarge() : absl::OkStatus();
}

absl::StatusOr<RangeResponse> Dispatcher::Range(const RangeRequest& request,
                                                const Envelope& envelope) {
  if (auto status = CheckRange(request, behavior()); !status.ok()) return status;
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  return engine_.Range(request);
}

absl::StatusOr<PutResponse> Dispatcher::Put(const PutRequest& request, const Envelope& envelope) {
  if (auto status = CheckPut(request); !status.ok()) return status;
  if (auto status = CheckProposal(envelope); !status.ok()) return status;
  return engine_.Put(request);
}

absl::StatusOr<DeleteRangeResponse> Dispatcher::DeleteRange(const DeleteRangeRequest& request,
                                                            const Envelope& envelope) {
  if (auto status = CheckDeleteRange(request); !status.ok()) return status;
  if (auto status = CheckProposal(envelope); !status.ok()) return status;
  return engine_.DeleteRange(request);
}

absl::StatusOr<TxnResponse> Dispatcher::Txn(const TxnRequest& request, const Envelope& envelope) {
  auto status = CheckTxn(request, behavior(), limits_.max_txn_ops);
  if (status.ok()) status = IsReadOnly(request) ? CheckToken(envelope) : CheckProposal(envelope);
  if (!status.ok()) return status;
  return engine_.Txn(request);
}

absl::StatusOr<int64_t> Dispatcher::Compact(int64_t revision, bool physical,
                                            const Envelope& envelope) {
  if (auto status = CheckProposal(envelope); !status.ok()) return status;
  return engine_.Compact(revision, physical);
}

absl::StatusOr<Engine::Lease> Dispatcher::LeaseGrant(LeaseId id, int64_t ttl_seconds,
                                                     const Envelope& envelope) {
  if (auto status = CheckProposal(envelope); !status.ok()) return status;
  return engine_.LeaseGrant(id, ttl_seconds);
}

absl::StatusOr<int64_t> Dispatcher::LeaseRevoke(LeaseId id, const Envelope& envelope) {
  if (auto status = CheckProposal(envelope); !status.ok()) return status;
  return engine_.LeaseRevoke(id);
}

Engine::Members Dispatcher::MemberList(const Envelope& /*envelope*/) {
  return engine_.MemberList();
}

absl::StatusOr<Engine::MemberAddResponse> Dispatcher::MemberAdd(
    const std::vector<std::string>& peer_urls, bool learner, const Envelope& envelope) {
  const auto urls = CheckMemberUrls(peer_urls, behavior());
  if (!urls.ok()) return urls.status();
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  return engine_.MemberAdd(*urls, learner);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberRemove(uint64_t id, const Envelope& envelope) {
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  return engine_.MemberRemove(id);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberUpdate(uint64_t id,
                                                         const std::vector<std::string>& peer_urls,
                                                         const Envelope& envelope) {
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  return engine_.MemberUpdate(id, peer_urls);
}

absl::StatusOr<Engine::Members> Dispatcher::MemberPromote(uint64_t id, const Envelope& envelope) {
  if (auto status = CheckToken(envelope); !status.ok()) return status;
  return engine_.MemberPromote(id);
}

absl::Status Dispatcher::MoveLeader(uint64_t target_id, const Envelope& /*envelope*/) {
  return engine_.MoveLeader(target_id);
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
