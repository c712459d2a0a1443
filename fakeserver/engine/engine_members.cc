// The engine's methods about the cluster.
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/engine/engine_state.h"

namespace fakeetcd {
namespace {

Engine::Members ListOf(const Membership& membership) {
  Engine::Members members;
  for (const auto& [id, member] : membership.members()) members.push_back(member);
  return members;
}

absl::StatusOr<Engine::Members> ListUnless(const absl::Status& status,
                                           const Membership& membership) {
  if (!status.ok()) return status;
  return ListOf(membership);
}

}  // namespace

Engine::Members Engine::MemberList() {
  const Locked lock(*this);
  return ListOf(state_->membership);
}

absl::StatusOr<Engine::MemberAddResponse> Engine::MemberAdd(
    const std::vector<std::string>& peer_urls, bool learner) {
  const Locked lock(*this);
  ++state_->raft_index;
  auto member = state_->membership.Add(peer_urls, learner, clock_.SinceEpoch());
  if (!member.ok()) return member.status();
  return MemberAddResponse{*std::move(member), ListOf(state_->membership)};
}

absl::StatusOr<Engine::Members> Engine::MemberRemove(uint64_t id) {
  const Locked lock(*this);
  ++state_->raft_index;
  const absl::Status status = state_->membership.Remove(id);
  return ListUnless(status, state_->membership);
}

absl::StatusOr<Engine::Members> Engine::MemberUpdate(uint64_t id,
                                                     const std::vector<std::string>& peer_urls) {
  const Locked lock(*this);
  ++state_->raft_index;
  const absl::Status status = state_->membership.Update(id, peer_urls);
  return ListUnless(status, state_->membership);
}

absl::StatusOr<Engine::Members> Engine::MemberPromote(uint64_t id) {
  const Locked lock(*this);
  const absl::Status status = state_->membership.Promote(id);
  return ListUnless(status, state_->membership);
}

absl::Status Engine::MoveLeader(uint64_t target_id) {
  const Locked lock(*this);
  const auto& members = state_->membership.members();
  const auto target = members.find(target_id);
  if (target == members.end() || target->second.learner) return error::BadLeaderTransferee();
  const bool is_self = target_id == options_.identity.member_id;
  return is_self ? absl::OkStatus() : error::LeaderTransferTimedOut();
}

}  // namespace fakeetcd
