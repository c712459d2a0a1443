#include "fakeserver/cluster/membership.h"

#include <algorithm>
#include <utility>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

int64_t Quorum(int64_t voters) { return voters / 2 + 1; }

}  // namespace

Membership::Membership(const Behavior& behavior, const MemberIdentity& self, const Rules& rules)
    : behavior_(behavior),
      rules_(rules),
      self_{self.member_id, self.peer_urls, self.name, self.client_urls, false} {
  members_.emplace(self_.id, self_);
}

Membership::Voters Membership::CountVoters() const {
  Voters voters;
  for (const auto& [id, member] : members_) {
    if (member.learner) continue;
    ++voters.all;
    voters.started += member.started() ? 1 : 0;
  }
  return voters;
}

// membership.RaftCluster's IsReadyToAddVotingMember, and how many of the voters this member is
// connected to: itself.
absl::Status Membership::CheckQuorumToAdd(bool learner) const {
  const Voters now = CountVoters();
  const bool grows_from_one = now.started == 1 && now.all == 1;
  if (!learner && !grows_from_one && now.started < Quorum(now.all + 1)) {
    return error::NotEnoughStartedMembers();
  }
  return now.all > 1 ? error::UnhealthyCluster() : absl::OkStatus();
}

// IsReadyToRemoveVotingMember. Who was never heard of may go; of the others, the voters left must
// still make a quorum with those connected.
absl::Status Membership::CheckQuorumToRemove(uint64_t id) const {
  Voters left = CountVoters();
  const auto found = members_.find(id);
  if (found != members_.end()) {
    if (found->second.learner) return absl::OkStatus();
    --left.all;
    left.started -= found->second.started() ? 1 : 0;
  }
  if (left.started < Quorum(left.all)) return error::NotEnoughStartedMembers();
  return id == self_.id ? error::UnhealthyCluster() : absl::OkStatus();
}

bool Membership::UrlIsTaken(const std::vector<std::string>& peer_urls, uint64_t except) const {
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const std::vector<std::string>& theirs = entry.second.peer_urls;
    return entry.first != except &&
           std::find_first_of(theirs.begin(), theirs.end(), peer_urls.begin(), peer_urls.end()) !=
               theirs.end();
  });
}

// membership.RaftCluster, ValidateConfigurationChange.
absl::Status Membership::CheckAddition(const Member& member) const {
  if (removed_.contains(member.id)) return error::MemberNotFound();
  if (members_.contains(member.id)) return error::MemberExists();
  if (UrlIsTaken(member.peer_urls, 0)) return error::PeerUrlExists();
  const auto learners = std::count_if(members_.begin(), members_.end(),
                                      [](const auto& entry) { return entry.second.learner; });
  if (member.learner && learners >= rules_.max_learners) return error::TooManyLearners();
  return absl::OkStatus();
}

absl::StatusOr<Member> Membership::Add(const std::vector<std::string>& peer_urls, bool learner,
                                       std::chrono::seconds since_epoch) {
  if (rules_.strict) {
    if (auto status = CheckQuorumToAdd(learner); !status.ok()) return status;
  }
  Member member{.id = MemberIdOf(peer_urls, std::to_string(since_epoch.count())),
                .peer_urls = peer_urls,
                .learner = learner};
  if (auto status = CheckAddition(member); !status.ok()) return status;
  members_.emplace(member.id, member);
  return member;
}

absl::Status Membership::Remove(uint64_t id) {
  if (rules_.strict) {
    if (auto status = CheckQuorumToRemove(id); !status.ok()) return status;
  }
  if (id == self_.id) {
    return absl::UnimplementedError(
        "fake-etcd: the member that serves (MemberRemoveRequest.ID) cannot be removed");
  }
  if (members_.erase(id) == 0) return error::MemberNotFound();
  removed_.insert(id);
  return absl::OkStatus();
}

absl::Status Membership::Promote(uint64_t id) const {
  if (!members_.contains(id)) return error::MemberNotFound();
  // Whoever is not this member has none of the log.
  if (id != self_.id) return error::LearnerNotReady();
  const Voters now = CountVoters();
  if (rules_.strict && now.started + 1 < Quorum(now.all + 1)) {
    return error::NotEnoughStartedMembers();
  }
  return error::MemberIsNoLearner();
}

absl::Status Membership::Update(uint64_t id, const std::vector<std::string>& peer_urls) {
  const auto found = members_.find(id);
  if (found == members_.end()) return error::MemberNotFound();
  if (UrlIsTaken(peer_urls, id)) return error::PeerUrlExists();
  found->second.peer_urls = peer_urls;
  if (!behavior_.member_update_keeps_learner) found->second.learner = false;
  return absl::OkStatus();
}

}  // namespace fakeetcd
