// The members of a cluster: how they are listed, which peer URLs etcd takes for one, and which
// reconfigurations a cluster of one refuses so as not to lose its quorum.
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

constexpr uint64_t kNobody = 77;

// What the header of a member call has: all but the revision.
MATCHER(IsClusterHeader, negation ? "tells a revision or misses a field" : "tells no revision") {
  *result_listener << DescribeMessage(arg);
  return arg.cluster_id() != 0 && arg.member_id() != 0 && arg.raft_term() != 0 &&
         arg.revision() == 0;
}

bool IsAscendingById(const pb::MemberListResponse& list) {
  return std::is_sorted(list.members().begin(), list.members().end(),
                        [](const pb::Member& a, const pb::Member& b) { return a.id() < b.id(); });
}

TEST(MemberList, IsAscendingById) {
  const Wire wire;
  // Another id each time, that is before the others or after them.
  for (int i = 0; i < 3; ++i) {
    const Learner learner(wire);
    EXPECT_TRUE(IsAscendingById(*wire.Call(pb::MemberListRequest())));
  }
}

TEST(MemberList, OfALinearizableReadIsTheSame) {
  const Wire wire;
  const Learner learner(wire);
  pb::MemberListRequest linearizable;
  linearizable.set_linearizable(true);
  EXPECT_EQ(wire.Call(linearizable)->SerializeAsString(),
            wire.Call(pb::MemberListRequest())->SerializeAsString());
}

TEST(MemberCalls, HaveAHeaderWithoutARevision) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(learner.added().header(), IsClusterHeader());
  EXPECT_THAT(Change(wire, MemberUpdate(learner.id(), {NewPeerUrl()}))->header(),
              IsClusterHeader());
  EXPECT_THAT(Change(wire, MemberRemove(learner.id()))->header(), IsClusterHeader());
}

TEST(MemberCalls, OfAMemberNobodyKnowsFindNone) {
  const Wire wire;
  for (const uint64_t id : {uint64_t{0}, kNobody, UINT64_MAX}) {
    SCOPED_TRACE(id);
    EXPECT_THAT(Change(wire, MemberRemove(id)), FailsWith(kMemberNotFound));
    EXPECT_THAT(Change(wire, MemberUpdate(id, {NewPeerUrl()})), FailsWith(kMemberNotFound));
    EXPECT_THAT(Change(wire, MemberPromote(id)), FailsWith(kMemberNotFound));
  }
}

TEST(MemberAdd, WithoutPeerUrlsIsRefused) {
  const Wire wire;
  for (const bool learner : {false, true}) {
    EXPECT_THAT(Change(wire, MemberAdd({}, learner)), FailsWith(kMemberUrlsInvalid));
  }
}

TEST(MemberAdd, OfWhatIsNoPeerUrlIsRefused) {
  const Wire wire;
  for (const char* url :
       {"", " ", "here", "127.0.0.1:2380", "http://127.0.0.1", "http://127.0.0.1:1/",
        "http://127.0.0.1:1/path", "ftp://127.0.0.1:1", "http://127.0.0.1:port", "http://::1:1",
        "http:127.0.0.1:1", "http://127.0.0.1:1:2", "://127.0.0.1:1", "http://a b:1"}) {
    SCOPED_TRACE(url);
    EXPECT_THAT(Change(wire, MemberAdd({url}, true)), FailsWith(kMemberUrlsInvalid));
  }
}

TEST(MemberAdd, OfOneBadPeerUrlAmongGoodOnesIsRefused) {
  const Wire wire;
  EXPECT_THAT(Change(wire, MemberAdd({NewPeerUrl(), "here"}, true)), FailsWith(kMemberUrlsInvalid));
}

TEST(MemberAdd, LooksAtTheUrlsFirst) {
  const Wire wire;
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberAdd({"here"}, true)), FailsWith(kMemberUrlsInvalid));
}

TEST(MemberAdd, OfAVoterWithAPeerUrlThatAMemberHasIsRefused) {
  const Wire wire;
  const auto list = wire.Call(pb::MemberListRequest());
  EXPECT_THAT(Change(wire, MemberAdd({list->members(0).peerurls(0)}, false)),
              FailsWith(kPeerUrlExists));
}

TEST(MemberPromote, OfAVoterIsRefused) {
  const Wire wire;
  const auto status = wire.Call(pb::StatusRequest());
  EXPECT_THAT(Change(wire, MemberPromote(status->leader())), FailsWith(kMemberIsNoLearner));
}

TEST(MemberRemove, OfTheOnlyVoterIsRefused) {
  const Wire wire;
  if (wire.Call(pb::MemberListRequest())->members_size() > 1) GTEST_SKIP() << "needs one member";
  EXPECT_THAT(Change(wire, MemberRemove(OwnId(wire))), FailsWith(kNotEnoughStarted));
}

TEST(MemberRemove, OfTheOnlyVoterIsRefusedWhereThereIsALearnerToo) {
  const Wire wire;
  if (wire.Call(pb::MemberListRequest())->members_size() > 1) GTEST_SKIP() << "needs one member";
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberRemove(OwnId(wire))), FailsWith(kNotEnoughStarted));
}

// Of the member that answers, that is: of another one such URLs are the end of a real etcd.
TEST(MemberUpdate, OfTheMemberItselfTakesAnything) {
  const Wire wire;
  const auto before = wire.Call(pb::MemberListRequest());
  if (before->members_size() > 1) GTEST_SKIP() << "needs one member";
  const uint64_t own = before->header().member_id();
  const auto& urls = MemberOf(*before, own).peerurls();

  const auto nonsense = Change(wire, MemberUpdate(own, {"nonsense", ""}));
  const auto nothing = Change(wire, MemberUpdate(own, {}));
  const auto back = Change(wire, MemberUpdate(own, {urls.begin(), urls.end()}));

  EXPECT_THAT(MemberOf(*nonsense, own).peerurls(), ElementsAre("nonsense", ""));
  EXPECT_THAT(MemberOf(*nothing, own).peerurls(), IsEmpty());
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(wire.Call(pb::MemberListRequest())->SerializeAsString(), before->SerializeAsString());
}

TEST(MemberUpdate, OfAVoterKeepsItsNameAndClientUrls) {
  const Wire wire;
  const auto before = wire.Call(pb::MemberListRequest());
  const pb::Member& own = MemberOf(*before, before->header().member_id());
  const auto update =
      Change(wire, MemberUpdate(own.id(), {own.peerurls().begin(), own.peerurls().end()}));
  EXPECT_EQ(MemberOf(*update, own.id()).SerializeAsString(), own.SerializeAsString());
}

TEST(MoveLeader, ToNobodyIsRefused) {
  const Wire wire;
  for (const uint64_t id : {uint64_t{0}, kNobody}) {
    SCOPED_TRACE(id);
    EXPECT_THAT(wire.Call(MoveLeader(id)), FailsWith(kBadTransferee));
  }
}

TEST(MoveLeader, ToTheLeaderItselfChangesNothing) {
  const Wire wire;
  const auto before = wire.Call(pb::StatusRequest());
  ASSERT_THAT(wire.Call(MoveLeader(before->leader())), IsOk());
  const auto after = wire.Call(pb::StatusRequest());
  EXPECT_EQ(after->leader(), before->leader());
  EXPECT_EQ(after->raftterm(), before->raftterm());
}

}  // namespace
}  // namespace conformance
