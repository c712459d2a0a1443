// A cluster of several members: what each of them answers, and what it takes to change it. Runs
// where the suite is given the endpoints of three. Never takes a member away that runs.
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::chrono::seconds kPatience{20};

// What a member is told of arrives there a little later.
bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

// A voter that never starts, in the cluster until this object goes.
class Voter {
 public:
  explicit Voter(const Wire& wire)
      : wire_(wire), added_(*Change(wire, MemberAdd({NewPeerUrl()}, false))) {}
  ~Voter() { static_cast<void>(Change(wire_, MemberRemove(added_.member().id()))); }
  Voter(const Voter&) = delete;
  Voter& operator=(const Voter&) = delete;

  const pb::MemberAddResponse& added() const { return added_; }
  uint64_t id() const { return added_.member().id(); }

 private:
  const Wire& wire_;
  const pb::MemberAddResponse added_;
};

class ThreeMembers : public testing::Test {
 protected:
  void SetUp() override {
    if (target().endpoints.size() < 3) GTEST_SKIP() << "needs three members";
    for (const std::string& endpoint : target().endpoints) {
      wires_.push_back(std::make_unique<Wire>(endpoint));
    }
  }

  // Members must have been connected for five seconds before they agree to a change.
  void AwaitHealth() const {
    ASSERT_TRUE(Eventually([&] {
      const auto added = Change(*wires_[0], MemberAdd({NewPeerUrl()}, true));
      if (!added.status.ok()) return false;
      return Change(*wires_[0], MemberRemove(added->member().id())).status.ok();
    }));
  }

  uint64_t IdOf(size_t i) const { return OwnId(*wires_[i]); }

  const Wire& Leader() const {
    const uint64_t leader = wires_[0]->Call(pb::StatusRequest())->leader();
    for (size_t i = 0; i < wires_.size(); ++i) {
      if (IdOf(i) == leader) return *wires_[i];
    }
    throw std::runtime_error("the leader is none of the members");
  }

  const Wire& Follower() const {
    const uint64_t leader = wires_[0]->Call(pb::StatusRequest())->leader();
    return IdOf(0) == leader ? *wires_[1] : *wires_[0];
  }

  std::vector<std::unique_ptr<Wire>> wires_;
};

TEST_F(ThreeMembers, AreListedAlikeByEach) {
  const auto list = wires_[0]->Call(pb::MemberListRequest());
  EXPECT_THAT(list->members(), SizeIs(target().endpoints.size()));
  for (const auto& wire : wires_) {
    const auto other = wire->Call(pb::MemberListRequest());
    ASSERT_EQ(other->members_size(), list->members_size());
    for (int i = 0; i < list->members_size(); ++i) {
      EXPECT_EQ(other->members(i).SerializeAsString(), list->members(i).SerializeAsString());
    }
  }
}

TEST_F(ThreeMembers, HaveAllStarted) {
  const auto list = wires_[0]->Call(pb::MemberListRequest());
  for (const pb::Member& member : list->members()) {
    EXPECT_THAT(member.name(), Not(IsEmpty()));
    EXPECT_THAT(member.clienturls(), SizeIs(1));
    EXPECT_FALSE(member.islearner());
  }
}

TEST_F(ThreeMembers, NameThemselvesInHeadersOfOneCluster) {
  std::set<uint64_t> members;
  std::set<uint64_t> clusters;
  for (const auto& wire : wires_) {
    const auto header = wire->Call(Range("x"))->header();
    members.insert(header.member_id());
    clusters.insert(header.cluster_id());
  }
  EXPECT_THAT(members, SizeIs(wires_.size()));
  EXPECT_THAT(clusters, SizeIs(1));
}

TEST_F(ThreeMembers, AgreeOnALeaderAndATerm) {
  std::set<std::pair<uint64_t, uint64_t>> seen;
  for (const auto& wire : wires_) {
    const auto status = wire->Call(pb::StatusRequest());
    seen.emplace(status->leader(), status->raftterm());
  }
  EXPECT_THAT(seen, SizeIs(1));
  EXPECT_NE(seen.begin()->first, 0U);
}

TEST_F(ThreeMembers, WriteThroughAnyAndReadThroughAll) {
  Scratch s;
  for (size_t i = 0; i < wires_.size(); ++i) {
    const std::string key = s(std::to_string(i));
    ASSERT_THAT(wires_[i]->Call(Put(key, "v")), IsOk());
    for (const auto& wire : wires_) {
      EXPECT_THAT(wire->Call(Range(key))->kvs(), ElementsAre(Holds(key, "v")));
    }
  }
}

TEST_F(ThreeMembers, CountRevisionsTogether) {
  Scratch s;
  int64_t revision = s.Revision();
  for (const auto& wire : wires_) {
    EXPECT_THAT(*wire->Call(Put(s("a"), "v")), AtRevision(++revision));
  }
}

TEST_F(ThreeMembers, KnowALeaseGrantedByOne) {
  Scratch s;
  const int64_t lease = s.Grant(600);
  for (const auto& wire : wires_) {
    EXPECT_TRUE(Eventually([&] { return wire->Call(TimeToLive(lease))->grantedttl() == 600; }));
  }
}

TEST_F(ThreeMembers, HaveTheSameHash) {
  Scratch s;
  const int64_t at = s.Put("a", "v").header().revision();
  const uint32_t hash = wires_[0]->Call(HashKv(at))->hash();
  for (const auto& wire : wires_) {
    ASSERT_THAT(wire->Call(Range("x")), IsOk());  // by then it has got so far
    EXPECT_EQ(wire->Call(HashKv(at))->hash(), hash);
  }
}

TEST_F(ThreeMembers, AnswerCallsThatRequireALeader) {
  const CallOptions leader{.metadata = {{"hasleader", "true"}}};
  for (const auto& wire : wires_) {
    EXPECT_THAT(wire->Call(Range("x"), leader), IsOk());
    EXPECT_THAT(wire->Call(Range("x", {.serializable = true}), leader), IsOk());
  }
}

TEST_F(ThreeMembers, ButTheLeaderHandOverNoLeadership) {
  EXPECT_THAT(Follower().Call(MoveLeader(OwnId(Follower()))), FailsWith(kNotLeader));
  EXPECT_THAT(Follower().Call(MoveLeader(77)), FailsWith(kNotLeader));
}

TEST_F(ThreeMembers, ChangeTheirLeaderWhenItIsMoved) {
  const Wire& leader = Leader();
  const uint64_t heir = OwnId(Follower());
  const uint64_t term = leader.Call(pb::StatusRequest())->raftterm();
  const auto moved = leader.Call(MoveLeader(heir));
  ASSERT_THAT(moved, IsOk());
  EXPECT_FALSE(moved->has_header());
  for (const auto& wire : wires_) {
    EXPECT_TRUE(Eventually([&] { return wire->Call(pb::StatusRequest())->leader() == heir; }));
    EXPECT_EQ(wire->Call(pb::StatusRequest())->raftterm(), term + 1);
  }
}

TEST_F(ThreeMembers, RefuseALeaderNobodyKnows) {
  EXPECT_THAT(Leader().Call(MoveLeader(77)), FailsWith(kBadTransferee));
}

TEST_F(ThreeMembers, AllHearOfALearner) {
  AwaitHealth();
  const Learner learner(Follower());
  for (const auto& wire : wires_) {
    EXPECT_TRUE(Eventually([&] {
      const auto list = wire->Call(pb::MemberListRequest());
      return list->members_size() == static_cast<int>(wires_.size()) + 1;
    }));
  }
}

TEST_F(ThreeMembers, AskTheLeaderWhoMayBePromoted) {
  AwaitHealth();
  const Learner learner(*wires_[0]);
  for (size_t i = 0; i < wires_.size(); ++i) {
    EXPECT_THAT(Change(*wires_[i], MemberPromote(learner.id())), FailsWith(kLearnerNotReady));
    EXPECT_THAT(Change(*wires_[i], MemberPromote(77)), FailsWith(kMemberNotFound));
    EXPECT_THAT(Change(*wires_[i], MemberPromote(IdOf(i))), FailsWith(kMemberIsNoLearner));
  }
}

TEST_F(ThreeMembers, TakeAVoterAndGoOn) {
  AwaitHealth();
  Scratch s;
  const Voter voter(*wires_[0]);
  EXPECT_FALSE(voter.added().member().islearner());
  EXPECT_THAT(voter.added().members(), SizeIs(wires_.size() + 1));
  EXPECT_THAT(s.Call(Put(s("a"), "v")), IsOk());
}

// 3.4 wants every voter connected, later releases a quorum of those there would be.
TEST_F(ThreeMembers, TakeASecondVoterThatNeverStartedSince35) {
  AwaitHealth();
  const Voter first(*wires_[0]);
  if (!target().version.AtLeast(3, 5)) {
    EXPECT_THAT(Change(*wires_[0], MemberAdd({NewPeerUrl()}, false)), FailsWith(kUnhealthy));
    EXPECT_THAT(Change(*wires_[0], MemberAdd({NewPeerUrl()}, true)), FailsWith(kUnhealthy));
    return;
  }
  const Voter second(*wires_[0]);
  EXPECT_THAT(Change(*wires_[0], MemberAdd({NewPeerUrl()}, false)), FailsWith(kNotEnoughStarted));
}

TEST_F(ThreeMembers, RefuseToPromoteAVoterThatNeverStarted) {
  AwaitHealth();
  const Voter voter(*wires_[0]);
  EXPECT_THAT(Change(Leader(), MemberPromote(voter.id())), FailsWith(kLearnerNotReady));
}

TEST_F(ThreeMembers, UpdateOneAnother) {
  const auto list = wires_[0]->Call(pb::MemberListRequest());
  const pb::Member& other = MemberOf(*list, IdOf(1));
  const auto update = Change(
      *wires_[0], MemberUpdate(other.id(), {other.peerurls().begin(), other.peerurls().end()}));
  EXPECT_EQ(MemberOf(*update, other.id()).SerializeAsString(), other.SerializeAsString());
}

TEST_F(ThreeMembers, ShareTheirAlarms) {
  Scratch s;
  const Armed armed(*wires_[0], pb::NOSPACE, 7);
  for (const auto& wire : wires_) {
    EXPECT_THAT(wire->Call(Put(s("a"), "v")), FailsWith(kNoSpace));
    EXPECT_EQ(wire->Call(Alarm(pb::AlarmRequest::GET))->alarms_size(), 1);
    EXPECT_THAT(wire->Call(pb::StatusRequest())->errors(), SizeIs(1));
  }
}

TEST_F(ThreeMembers, AreDefragmentedOneByOne) {
  Scratch s;
  s.Put("a", "v");
  for (const auto& wire : wires_) {
    ASSERT_THAT(wire->Call(pb::DefragmentRequest()), IsOk());
    EXPECT_EQ(wire->Call(Range(s("a")))->count(), 1);
  }
}

}  // namespace
}  // namespace conformance
