// Members without a vote: how one is added, and what may be done with one that never started. They
// are what a cluster of one can have added to it without losing its quorum.
#include <algorithm>

#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(MemberAdd, AnswersWithTheNewMember) {
  const Wire wire;
  const std::string url = NewPeerUrl();
  const Learner learner(wire, {url});
  const pb::Member& member = learner.added().member();
  EXPECT_NE(member.id(), 0U);
  EXPECT_THAT(member.peerurls(), ElementsAre(url));
  EXPECT_TRUE(member.islearner());
}

TEST(MemberAdd, AnswersWithAllMembersTheNewOneIncluded) {
  const Wire wire;
  const auto before = wire.Call(pb::MemberListRequest());
  const Learner learner(wire);
  EXPECT_THAT(learner.added().members(), SizeIs(before->members_size() + 1));
  EXPECT_EQ(MemberOf(learner.added(), learner.id()).SerializeAsString(),
            learner.added().member().SerializeAsString());
}

TEST(MemberAdd, GivesWhatHasNotStartedNoNameAndNoClientUrls) {
  const Wire wire;
  const Learner learner(wire);
  const auto list = wire.Call(pb::MemberListRequest());
  const pb::Member& member = MemberOf(*list, learner.id());
  EXPECT_THAT(member.name(), IsEmpty());
  EXPECT_THAT(member.clienturls(), IsEmpty());
  EXPECT_TRUE(member.islearner());
}

TEST(MemberAdd, PutsThePeerUrlsInOrder) {
  const Wire wire;
  const std::string a = NewPeerUrl() + "1";
  const std::string b = NewPeerUrl() + "2";
  const Learner learner(wire, {std::max(a, b), std::min(a, b)});
  EXPECT_THAT(learner.peer_urls(), ElementsAre(std::min(a, b), std::max(a, b)));
}

TEST(MemberAdd, TakesSpaceAroundAPeerUrlAway) {
  const Wire wire;
  const std::string url = NewPeerUrl();
  const Learner learner(wire, {" " + url + "\t"});
  EXPECT_THAT(learner.peer_urls(), ElementsAre(url));
}

TEST(MemberAdd, LetsAnyPortAndAnyQueryPass) {
  const Wire wire;
  for (const char* url : {"http://127.0.0.1:99999", "http://127.0.0.1:1?x=y", "unix://here:1"}) {
    SCOPED_TRACE(url);
    const Learner learner(wire, {url});
    EXPECT_THAT(learner.peer_urls(), ElementsAre(url));
  }
}

TEST(MemberAdd, MakesEachTimeAnotherId) {
  const Wire wire;
  uint64_t first = 0;
  {
    const Learner learner(wire);
    first = learner.id();
  }
  const Learner learner(wire);
  EXPECT_NE(learner.id(), first);
}

TEST(MemberAdd, MovesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const Learner learner(s);
  EXPECT_EQ(s.Revision(), before);
}

TEST(MemberAdd, OfALearnerLeavesTheClusterWriting) {
  Scratch s;
  const Learner learner(s);
  EXPECT_THAT(s.Call(Put(s("a"), "1")), IsOk());
}

TEST(MemberAdd, OfASecondLearnerIsRefused) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberAdd({NewPeerUrl()}, true)), FailsWith(kTooManyLearners));
}

TEST(MemberAdd, OfAPeerUrlThatAMemberHasIsRefused) {
  const Wire wire;
  const auto list = wire.Call(pb::MemberListRequest());
  EXPECT_THAT(Change(wire, MemberAdd({list->members(0).peerurls(0)}, true)),
              FailsWith(kPeerUrlExists));
}

TEST(MemberAdd, LooksForThePeerUrlBeforeItCountsLearners) {
  const Wire wire;
  const Learner learner(wire);
  const auto list = wire.Call(pb::MemberListRequest());
  for (const pb::Member& member : list->members()) {
    if (member.id() == learner.id()) continue;
    EXPECT_THAT(Change(wire, MemberAdd({NewPeerUrl(), member.peerurls(0)}, true)),
                FailsWith(kPeerUrlExists));
  }
}

// Of the same URLs in the same second the same id is made.
TEST(MemberAdd, OfALearnersOwnUrlsIsRefusedOneWayOrTheOther) {
  const Wire wire;
  const Learner learner(wire);
  const auto again = Change(wire, MemberAdd(learner.peer_urls(), true));
  EXPECT_THAT(again, testing::AnyOf(FailsWith(kMemberExists), FailsWith(kPeerUrlExists)));
}

TEST(MemberAdd, ThatIsRefusedChangesNothing) {
  const Wire wire;
  const auto before = wire.Call(pb::MemberListRequest());
  EXPECT_THAT(Change(wire, MemberAdd({before->members(0).peerurls(0)}, true)),
              FailsWith(kPeerUrlExists));
  EXPECT_EQ(wire.Call(pb::MemberListRequest())->SerializeAsString(), before->SerializeAsString());
}

TEST(MemberPromote, OfALearnerThatNeverStartedIsRefused) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberPromote(learner.id())), FailsWith(kLearnerNotReady));
}

TEST(MemberPromote, ThatIsRefusedLeavesALearner) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberPromote(learner.id())), FailsWith(kLearnerNotReady));
  EXPECT_TRUE(MemberOf(*wire.Call(pb::MemberListRequest()), learner.id()).islearner());
}

TEST(MoveLeader, ToALearnerIsRefused) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(wire.Call(MoveLeader(learner.id())), FailsWith(kBadTransferee));
}

TEST(MemberUpdate, OfALearnerTakesOtherUrls) {
  const Wire wire;
  const Learner learner(wire);
  const std::string url = NewPeerUrl();
  const auto update = Change(wire, MemberUpdate(learner.id(), {url}));
  EXPECT_THAT(MemberOf(*update, learner.id()).peerurls(), ElementsAre(url));
  EXPECT_THAT(MemberOf(*wire.Call(pb::MemberListRequest()), learner.id()).peerurls(),
              ElementsAre(url));
}

TEST(MemberUpdate, KeepsTheUrlsAsTheyCame) {
  const Wire wire;
  const Learner learner(wire);
  const std::string a = NewPeerUrl() + "1";
  const std::string b = NewPeerUrl() + "2";
  const auto update =
      Change(wire, MemberUpdate(learner.id(), {std::max(a, b), std::min(a, b), std::max(a, b)}));
  EXPECT_THAT(MemberOf(*update, learner.id()).peerurls(),
              ElementsAre(std::max(a, b), std::min(a, b), std::max(a, b)));
}

TEST(MemberUpdate, KeepsTheId) {
  const Wire wire;
  const Learner learner(wire);
  ASSERT_THAT(Change(wire, MemberUpdate(learner.id(), {NewPeerUrl()})), IsOk());
  EXPECT_NO_THROW(MemberOf(*wire.Call(pb::MemberListRequest()), learner.id()));
}

// server/etcdserver/api/membership/cluster.go, UpdateRaftAttributes: what was a learner stays one.
bool UpdateKeepsLearners() { return target().version.Since({V(3, 5, 31), V(3, 6, 12)}); }

TEST(MemberUpdate, MakesALearnerAVoterInOlderReleases) {
  const Wire wire;
  const Learner learner(wire);
  const auto update = Change(wire, MemberUpdate(learner.id(), {NewPeerUrl()}));
  EXPECT_EQ(MemberOf(*update, learner.id()).islearner(), UpdateKeepsLearners());
  EXPECT_THAT(Change(wire, MemberPromote(learner.id())), FailsWith(kLearnerNotReady));
}

TEST(MemberUpdate, ThatMadeALearnerAVoterLeavesAClusterThatTakesNoMore) {
  const Wire wire;
  const Learner learner(wire);
  ASSERT_THAT(Change(wire, MemberUpdate(learner.id(), {NewPeerUrl()})), IsOk());
  const auto another = Change(wire, MemberAdd({NewPeerUrl()}, true));
  if (UpdateKeepsLearners()) {
    EXPECT_THAT(another, FailsWith(kTooManyLearners));
  } else {
    EXPECT_THAT(another, FailsWith(kUnhealthy));
  }
}

TEST(MemberUpdate, ToAUrlOfAnotherMemberIsRefused) {
  const Wire wire;
  const Learner learner(wire);
  const auto list = wire.Call(pb::MemberListRequest());
  const pb::Member& own = MemberOf(*list, OwnId(wire));
  EXPECT_THAT(Change(wire, MemberUpdate(learner.id(), {own.peerurls(0)})),
              FailsWith(kPeerUrlExists));
  EXPECT_THAT(Change(wire, MemberUpdate(own.id(), learner.peer_urls())), FailsWith(kPeerUrlExists));
}

TEST(MemberUpdate, ToItsOwnUrlIsAllowed) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberUpdate(learner.id(), learner.peer_urls())), IsOk());
}

TEST(MemberRemove, OfALearnerAnswersWithThoseLeft) {
  const Wire wire;
  const auto before = wire.Call(pb::MemberListRequest());
  const Learner learner(wire);
  const auto removal = Change(wire, MemberRemove(learner.id()));
  ASSERT_THAT(removal, IsOk());
  EXPECT_EQ(removal->members_size(), before->members_size());
  EXPECT_EQ(wire.Call(pb::MemberListRequest())->SerializeAsString(), before->SerializeAsString());
}

TEST(MemberRemove, OfOneAlreadyRemovedFindsNone) {
  const Wire wire;
  const Learner learner(wire);
  ASSERT_THAT(Change(wire, MemberRemove(learner.id())), IsOk());
  EXPECT_THAT(Change(wire, MemberRemove(learner.id())), FailsWith(kMemberNotFound));
}

TEST(MemberRemove, MakesRoomForAnotherLearner) {
  const Wire wire;
  {
    const Learner learner(wire);
    EXPECT_THAT(Change(wire, MemberAdd({NewPeerUrl()}, true)), FailsWith(kTooManyLearners));
  }
  const Learner another(wire);
  EXPECT_TRUE(another.added().member().islearner());
}

TEST(Member, ThatWasRemovedIsNotFoundAgain) {
  const Wire wire;
  const Learner learner(wire);
  ASSERT_THAT(Change(wire, MemberRemove(learner.id())), IsOk());
  EXPECT_THAT(Change(wire, MemberUpdate(learner.id(), {NewPeerUrl()})), FailsWith(kMemberNotFound));
  EXPECT_THAT(Change(wire, MemberPromote(learner.id())), FailsWith(kMemberNotFound));
  EXPECT_THAT(wire.Call(MoveLeader(learner.id())), FailsWith(kBadTransferee));
}

}  // namespace
}  // namespace conformance
