#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/base/emulation.h"
#include "fakeserver/cluster/identity.h"

namespace fakeetcd {

/// One member of the cluster, as the others know it.
struct Member {
  uint64_t id = 0;
  std::vector<std::string> peer_urls;
  std::string name;                      // empty until it has started
  std::vector<std::string> client_urls;  // empty until it has started
  bool learner = false;                  // follows the log and has no vote

  bool started() const { return !name.empty(); }

  friend bool operator==(const Member&, const Member&) = default;
};

/// Who is in the cluster, and who has been; etcd's membership.RaftCluster together with the checks
/// of a reconfiguration in etcdserver/server.go.
///
/// One member runs, this one, and it never loses its quorum. Those that are added never start:
/// checks that ask who has started, who is connected or who is in sync answer as etcd does of a
/// member of which nothing was heard yet. Not thread-safe: the engine's lock guards it.
class Membership {
 public:
  struct Rules {
    bool strict = true;  // --strict-reconfig-check
    int64_t max_learners = 1;
  };

  /// A cluster of `self`.
  Membership(const Behavior& behavior, const MemberIdentity& self, const Rules& rules);

  /// By id, as etcd lists them.
  const std::map<uint64_t, Member>& members() const { return members_; }
  /// The ids that can never be used again.
  const std::set<uint64_t>& removed() const { return removed_; }

  /// Adds a member, whose id derives from its peer URLs and the time. Fails with
  /// NotEnoughStartedMembers, UnhealthyCluster, MemberNotFound for an id that was removed,
  /// MemberExists, PeerUrlExists or TooManyLearners. REQUIRES: URLs of ParsePeerUrls.
  absl::StatusOr<Member> Add(const std::vector<std::string>& peer_urls, bool learner,
                             std::chrono::seconds since_epoch);
  /// Fails with NotEnoughStartedMembers, UnhealthyCluster, MemberNotFound, or as unimplemented for
  /// this member itself.
  absl::Status Remove(uint64_t id);
  /// Gives a learner a vote, which no learner here is ever ready for. Fails with MemberNotFound,
  /// LearnerNotReady, NotEnoughStartedMembers or MemberIsNoLearner.
  absl::Status Promote(uint64_t id) const;
  /// Takes any URLs. Fails with MemberNotFound or PeerUrlExists.
  absl::Status Update(uint64_t id, const std::vector<std::string>& peer_urls);

 private:
  /// The voters, and those of them that have started.
  struct Voters {
    int64_t all = 0;
    int64_t started = 0;
  };
  Voters CountVoters() const;
  absl::Status CheckQuorumToAdd(bool learner) const;
  absl::Status CheckQuorumToRemove(uint64_t id) const;
  absl::Status CheckAddition(const Member& member) const;
  bool UrlIsTaken(const std::vector<std::string>& peer_urls, uint64_t except) const;

  const Behavior& behavior_;
  const Rules rules_;
  Member self_;
  std::map<uint64_t, Member> members_;
  std::set<uint64_t> removed_;
};

}  // namespace fakeetcd
