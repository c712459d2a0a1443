#include "fakeserver/cluster/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/base/errors.h"
#include "fakeserver/cluster/peer_urls.h"

namespace fakeetcd {
namespace {

using testing::ElementsAre;
using testing::Optional;
using Urls = std::vector<std::string>;

constexpr std::chrono::seconds kNow{1700000000};

class MembershipTest : public testing::Test {
 protected:
  explicit MembershipTest(const char* release = "3.6") : behavior_(*Behavior::Parse(release)) {}

  Membership Cluster(const Membership::Rules& rules = {}) const {
    return {behavior_, identity_, rules};
  }

  uint64_t self() const { return identity_.member_id; }

  const Behavior behavior_;
  const MemberIdentity identity_ = MemberIdentity::Derive(
      "default", {"http://127.0.0.1:23401"}, {"http://127.0.0.1:2379"}, "etcd-cluster");
};

// Both ids as a live etcd had them.
TEST_F(MembershipTest, BeginsWithTheMemberItself) {
  EXPECT_EQ(identity_.member_id, 13922825120356555596U);
  EXPECT_EQ(identity_.cluster_id, 6458432214418862501U);
  const Membership cluster = Cluster();
  ASSERT_EQ(cluster.members().size(), 1U);
  EXPECT_TRUE(cluster.members().at(self()).started());
}

TEST_F(MembershipTest, AnAddedMembersIdDerivesFromItsUrlsAndTheTime) {
  Membership cluster = Cluster();
  const auto member = cluster.Add({"http://a:1", "http://b:1"}, true, kNow);
  ASSERT_TRUE(member.ok());
  EXPECT_THAT(member->peer_urls, ElementsAre("http://a:1", "http://b:1"));
  EXPECT_EQ(member->id, MemberIdOf({"http://a:1", "http://b:1"}, "1700000000"));
  EXPECT_FALSE(member->started());
}

TEST_F(MembershipTest, TheSameUrlsInOneSecondAreTheSameMember) {
  Membership cluster = Cluster();
  const auto added = cluster.Add({"http://a:1"}, true, kNow);
  EXPECT_EQ(cluster.Add({"http://a:1"}, true, kNow).status(), error::MemberExists());
  EXPECT_EQ(cluster.Add({"http://a:1"}, true, kNow + std::chrono::seconds(1)).status(),
            error::PeerUrlExists());
  ASSERT_TRUE(cluster.Remove(added->id).ok());
  EXPECT_EQ(cluster.Add({"http://a:1"}, true, kNow).status(), error::MemberNotFound());
  EXPECT_TRUE(cluster.Add({"http://a:1"}, true, kNow + std::chrono::seconds(1)).ok());
}

TEST_F(MembershipTest, ASecondVoterMayComeButNoThirdBeforeItHasStarted) {
  Membership cluster = Cluster();
  ASSERT_TRUE(cluster.Add({"http://a:1"}, false, kNow).ok());
  EXPECT_EQ(cluster.Add({"http://b:1"}, false, kNow).status(), error::NotEnoughStartedMembers());
  EXPECT_EQ(cluster.Add({"http://b:1"}, true, kNow).status(), error::UnhealthyCluster());
}

TEST_F(MembershipTest, WithoutStrictChecksAnyNumberOfVotersMayCome) {
  Membership cluster = Cluster({.strict = false});
  for (const char* url : {"http://a:1", "http://b:1", "http://c:1"}) {
    EXPECT_TRUE(cluster.Add({url}, false, kNow).ok());
  }
  EXPECT_EQ(cluster.Promote(self()), error::MemberIsNoLearner());
}

TEST_F(MembershipTest, TheNumberOfLearnersIsLimited) {
  Membership cluster = Cluster({.max_learners = 2});
  ASSERT_TRUE(cluster.Add({"http://a:1"}, true, kNow).ok());
  ASSERT_TRUE(cluster.Add({"http://b:1"}, true, kNow).ok());
  EXPECT_EQ(cluster.Add({"http://c:1"}, true, kNow).status(), error::TooManyLearners());
}

TEST_F(MembershipTest, TheMemberItselfIsNotRemoved) {
  Membership cluster = Cluster();
  EXPECT_EQ(cluster.Remove(self()), error::NotEnoughStartedMembers());
  Membership lax = Cluster({.strict = false});
  EXPECT_EQ(lax.Remove(self()).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(lax.members().size(), 1U);
}

// Of an unknown member the quorum is asked first.
TEST_F(MembershipTest, AVoterThatNeverStartedMayGo) {
  Membership cluster = Cluster();
  const auto voter = cluster.Add({"http://a:1"}, false, kNow);
  EXPECT_EQ(cluster.Remove(77), error::NotEnoughStartedMembers());
  EXPECT_TRUE(cluster.Remove(voter->id).ok());
  EXPECT_EQ(cluster.Remove(voter->id), error::MemberNotFound());
  EXPECT_TRUE(cluster.removed().contains(voter->id));
}

TEST_F(MembershipTest, NobodyIsReadyToBePromoted) {
  Membership cluster = Cluster();
  const auto learner = cluster.Add({"http://a:1"}, true, kNow);
  EXPECT_EQ(cluster.Promote(learner->id), error::LearnerNotReady());
  EXPECT_EQ(cluster.Promote(self()), error::MemberIsNoLearner());
  EXPECT_EQ(cluster.Promote(77), error::MemberNotFound());
}

TEST_F(MembershipTest, AnUpdateTakesUrlsAsTheyAre) {
  Membership cluster = Cluster();
  const auto learner = cluster.Add({"http://a:1"}, true, kNow);
  EXPECT_EQ(cluster.Update(learner->id, identity_.peer_urls), error::PeerUrlExists());
  ASSERT_TRUE(cluster.Update(learner->id, {"z", "", "z"}).ok());
  EXPECT_THAT(cluster.members().at(learner->id).peer_urls, ElementsAre("z", "", "z"));
  EXPECT_TRUE(cluster.members().at(learner->id).learner);
}

class OldMembershipTest : public MembershipTest {
 protected:
  OldMembershipTest() : MembershipTest("3.5.30") {}
};

TEST_F(OldMembershipTest, AnUpdateMakesALearnerAVoter) {
  Membership cluster = Cluster();
  const auto learner = cluster.Add({"http://a:1"}, true, kNow);
  ASSERT_TRUE(cluster.Update(learner->id, {"http://b:1"}).ok());
  EXPECT_FALSE(cluster.members().at(learner->id).learner);
  EXPECT_EQ(cluster.Promote(learner->id), error::LearnerNotReady());
  EXPECT_EQ(cluster.Add({"http://c:1"}, true, kNow).status(), error::UnhealthyCluster());
}

TEST(PeerUrlsTest, AreReadAsGoReadsThem) {
  const Behavior behavior = *Behavior::Parse("3.6");
  struct UrlCase {
    const char* text;
    std::optional<Urls> want;
  };
  const UrlCase cases[] = {
      {"http://127.0.0.1:2380", Urls{"http://127.0.0.1:2380"}},
      {" HTTPS://a:1\n", Urls{"https://a:1"}},
      {"http://:1", Urls{"http://:1"}},
      {"http://a:", Urls{"http://a:"}},
      {"http://a:99999", Urls{"http://a:99999"}},
      {"http://a:1?x=y", Urls{"http://a:1?x=y"}},
      {"http://u@a:1", Urls{"http://u@a:1"}},
      {"http://[::1]:2380", Urls{"http://[::1]:2380"}},
      {"unix://a:1", Urls{"unix://a:1"}},
      {"unix:///tmp/x", Urls{"unix:///tmp/x"}},
      {"", std::nullopt},
      {"bad", std::nullopt},
      {"http://a", std::nullopt},
      {"http://a:b", std::nullopt},
      {"http://a:1/", std::nullopt},
      {"http://a:1:2", std::nullopt},
      {"http://[::1]", std::nullopt},
      {"http:a:1", std::nullopt},
      {"ftp://a:1", std::nullopt},
      {"http://a b:1", std::nullopt},
      {"http://a:1\x01", std::nullopt},
  };
  for (const UrlCase& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(ParsePeerUrls({c.text}, behavior), c.want);
  }
  EXPECT_EQ(ParsePeerUrls({}, behavior), std::nullopt);
  EXPECT_THAT(ParsePeerUrls({"http://b:1", "http://a:1"}, behavior),
              Optional(ElementsAre("http://a:1", "http://b:1")));
  EXPECT_EQ(ParsePeerUrls({"unix:///tmp/x"}, *Behavior::Parse("3.4")), std::nullopt);
}

}  // namespace
}  // namespace fakeetcd
