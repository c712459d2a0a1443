#include "fakeserver/coordination/election.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/coordination/coordination_test_fixture.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A campaign, and what was answered so far.
struct Campaigning {
  Campaigning(CoordinationFixture& f, const std::string& value, LeaseId lease)
      : waiter(std::make_shared<CampaignWaiter>(f.parties(),
                                                CampaignWaiter::Candidate{"name", value, lease},
                                                [this](absl::StatusOr<CampaignWaiter::Answer> got) {
                                                  ++answers;
                                                  answer = std::move(got);
                                                })) {}

  int answers = 0;
  std::optional<absl::StatusOr<CampaignWaiter::Answer>> answer;
  std::shared_ptr<CampaignWaiter> waiter;

  bool waiting() const { return answers == 0; }
  bool leads() const { return answers == 1 && answer->ok(); }
  const LeaderKey& key() const { return (*answer)->leader; }
};

std::unique_ptr<Campaigning> Campaign(CoordinationFixture& f, const std::string& value,
                                      LeaseId lease) {
  auto campaign = std::make_unique<Campaigning>(f, value, lease);
  campaign->waiter->Start();
  return campaign;
}

TEST(ElectionTest, IsWonAtOnceByTheOnlyCandidate) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  ASSERT_TRUE(first->leads());
  EXPECT_EQ((*first->answer)->revision, 2);
  EXPECT_EQ(first->key().name, "name");
  EXPECT_EQ(first->key().key, "name/10");
  EXPECT_EQ(first->key().rev, 2);
  EXPECT_EQ(first->key().lease, 16);
  EXPECT_EQ(f.Get("name/10")->value(), "one");
}

TEST(ElectionTest, OfNoLeaseGrantsOne) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", 0);
  ASSERT_TRUE(first->leads());
  EXPECT_NE(first->key().lease, 0);
  EXPECT_EQ(f.engine.LeaseTimeToLive(first->key().lease, false).granted_seconds, 60);
}

TEST(ElectionTest, OfTheSameValueAgainChangesNothing) {
  CoordinationFixture f;
  const LeaseId lease = f.Grant();
  Campaign(f, "one", lease);
  const auto again = Campaign(f, "one", lease);
  ASSERT_TRUE(again->leads());
  EXPECT_EQ(f.engine.revision(), 2);
}

TEST(ElectionTest, OfAnotherValueAgainReplacesItAndAnswersWithTheRevisionBefore) {
  CoordinationFixture f;
  const LeaseId lease = f.Grant();
  Campaign(f, "one", lease);
  const auto again = Campaign(f, "two", lease);
  ASSERT_TRUE(again->leads());
  EXPECT_EQ((*again->answer)->revision, 2);
  EXPECT_EQ(again->key().rev, 2);
  EXPECT_EQ(f.Get("name/10")->value(), "two");
  EXPECT_EQ(f.engine.revision(), 3);
}

TEST(ElectionTest, IsWonByTheNextWhenTheLeaderResignsWithTheRevisionItCameAt) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  const auto second = Campaign(f, "two", f.Grant());
  f.Put("other", "");
  EXPECT_TRUE(second->waiting());
  EXPECT_EQ(*Resign(*f.caller, first->key()), 5);
  ASSERT_TRUE(second->leads());
  EXPECT_EQ((*second->answer)->revision, 3);
  EXPECT_EQ(second->key().rev, 3);
}

TEST(ElectionTest, IsWonByTheNextWhenTheLeaseOfTheLeaderRunsOut) {
  CoordinationFixture f;
  Campaign(f, "one", f.Grant(10));
  const auto second = Campaign(f, "two", f.Grant());
  f.Advance(seconds(10));
  EXPECT_TRUE(second->leads());
}

TEST(ElectionTest, IsWonEvenByOneWhoseKeyIsGone) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  const auto second = Campaign(f, "two", f.Grant(10));
  f.Advance(seconds(10));
  EXPECT_TRUE(second->waiting());
  ASSERT_TRUE(Resign(*f.caller, first->key()).ok());
  EXPECT_TRUE(second->leads());
  EXPECT_THAT(f.Keys(), IsEmpty());
}

TEST(ElectionTest, IsLeftByACandidateThatIsCancelled) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  const auto second = Campaign(f, "two", f.Grant());
  second->waiter->Cancel();
  EXPECT_TRUE(absl::IsCancelled(second->answer->status()));
  EXPECT_THAT(f.Keys(), ElementsAre("name/10"));
}

TEST(ElectionTest, KeepsAKeyThatIsNotTheCancelledOnesAnyMore) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  const auto second = Campaign(f, "two", f.Grant());
  f.Delete("name/11");
  f.Put("name/11", "of another");
  second->waiter->Cancel();
  EXPECT_THAT(f.Keys(), ElementsAre("name/10", "name/11"));
}

TEST(ElectionTest, KeepsTheKeyOfOneWhoMayNotLookAnyMore) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  const auto second = Campaign(f, "two", f.Grant());
  f.caller->Forbid();
  f.Delete("name/10");
  EXPECT_TRUE(absl::IsPermissionDenied(second->answer->status()));
  EXPECT_THAT(f.Keys(), ElementsAre("name/11"));
}

TEST(ElectionTest, FailsForALeaseThatIsNotThere) {
  CoordinationFixture f;
  EXPECT_TRUE(absl::IsNotFound(Campaign(f, "one", 7)->answer->status()));
  EXPECT_EQ(f.engine.revision(), 1);
}

TEST(ElectionTest, TakesWhatTheLeaderProclaims) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  EXPECT_EQ(*Proclaim(*f.caller, first->key(), "two"), 3);
  EXPECT_EQ(f.Get("name/10")->value(), "two");
  EXPECT_EQ(f.Get("name/10")->lease(), 16);
}

TEST(ElectionTest, TakesNothingFromOneWhoDoesNotLead) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  LeaderKey other = first->key();
  other.rev = 1;
  EXPECT_EQ(Proclaim(*f.caller, other, "two").status().message(), "election: not leader");
  EXPECT_EQ(*Resign(*f.caller, other), 2);
  EXPECT_THAT(f.Keys(), ElementsAre("name/10"));
}

TEST(ElectionTest, GivesAKeyOfNoLeaseANewOne) {
  CoordinationFixture f;
  const auto first = Campaign(f, "one", f.Grant());
  LeaderKey key = first->key();
  key.lease = 0;
  ASSERT_TRUE(Proclaim(*f.caller, key, "two").ok());
  const LeaseId lease = f.Get("name/10")->lease();
  EXPECT_NE(lease, 16);
  EXPECT_EQ(f.engine.LeaseTimeToLive(lease, false).granted_seconds, 60);
  ASSERT_TRUE(Resign(*f.caller, key).ok());
  EXPECT_EQ(f.engine.LeaseLeases().ids.size(), 3U);
}

TEST(ElectionTest, NamesTheOldestKeyAsTheLeader) {
  CoordinationFixture f;
  EXPECT_EQ(CurrentLeader(*f.caller, "name").status().message(), "election: no leader");
  f.Put("name/b", "first");
  f.Put("name/a", "second");
  const auto leader = CurrentLeader(*f.caller, "name");
  ASSERT_TRUE(leader.ok());
  EXPECT_EQ(leader->kv->key(), "name/b");
  EXPECT_EQ(leader->revision, 3);
}

}  // namespace
}  // namespace fakeetcd
