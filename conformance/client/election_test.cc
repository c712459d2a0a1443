// Elections: who leads, in what order, and what those see who observe.
#include "etcdpp/election.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace op = etcdpp::op;

using etcdpp::Code;
using etcdpp::Election;
using etcdpp::ElectionView;
using etcdpp::Leadership;
using etcdpp::LeaderWatch;
using etcdpp::Session;

Session NewSession(Corner& c) { return Must(Session::Create(c.client(), {.ttl = 600s})); }

std::string NextValue(LeaderWatch& leaders) {
  return Must(leaders.NextFor(Corner::kPatience)).value;
}

TEST(ClientElection, LeadsOneAtATimeInTheOrderOfCampaigns) {
  Corner c;
  const Session first = NewSession(c);
  const Session second = NewSession(c);
  Leadership one = Must(Election(first, c("e")).Campaign("one"));
  auto waiting = Election(second, c("e")).AsyncCampaign("two");
  EXPECT_EQ(Must(ElectionView(c.client(), c("e")).Leader())->value, "one");
  EXPECT_FALSE(waiting.WaitFor(20ms));
  EXPECT_TRUE(one.Resign().ok());
  const Leadership two = Must(std::move(waiting).Get());
  EXPECT_GT(two.revision(), one.revision());
  EXPECT_EQ(Must(Election(first, c("e")).Leader())->key, two.key());
}

TEST(ClientElection, HasNoLeaderWhereNobodyCampaigned) {
  Corner c;
  EXPECT_EQ(Must(ElectionView(c.client(), c("e")).Leader()), std::nullopt);
}

TEST(ClientElection, ALeaderProclaims) {
  Corner c;
  const Session session = NewSession(c);
  Leadership leader = Must(Election(session, c("e")).Campaign("one"));
  EXPECT_TRUE(leader.Proclaim("two").ok());
  EXPECT_EQ(Must(Election(session, c("e")).Leader())->value, "two");
  EXPECT_TRUE(Must(leader.Txn().Then(op::Put(c("a"), "")).Commit()).succeeded);
  ASSERT_TRUE(c.client().Delete(leader.key()).ok());
  EXPECT_EQ(leader.Proclaim("three").code(), Code::kAborted);
  EXPECT_FALSE(leader.held());
  EXPECT_FALSE(Must(leader.Txn().Then(op::Put(c("a"), "")).Commit()).succeeded);
}

TEST(ClientElection, WhoGivesUpIsNoCandidateAnyMore) {
  Corner c;
  const Session first = NewSession(c);
  const Session second = NewSession(c);
  const Session third = NewSession(c);
  Leadership one = Must(Election(first, c("e")).Campaign("one"));
  EXPECT_EQ(Election(second, c("e")).Campaign("two", {.timeout = 20ms}).status().code(),
            Code::kDeadlineExceeded);
  auto waiting = Election(third, c("e")).AsyncCampaign("three");
  EXPECT_TRUE(one.Resign().ok());
  EXPECT_TRUE(Must(std::move(waiting).Get()).held());
}

TEST(ClientElection, IsObserved) {
  Corner c;
  LeaderWatch leaders = ElectionView(c.client(), c("e")).Observe();
  EXPECT_EQ(leaders.NextFor(20ms).status().code(), Code::kDeadlineExceeded);
  const Session first = NewSession(c);
  const Session second = NewSession(c);
  Leadership one = Must(Election(first, c("e")).Campaign("one"));
  EXPECT_EQ(NextValue(leaders), "one");
  EXPECT_TRUE(one.Proclaim("still one").ok());
  EXPECT_EQ(NextValue(leaders), "still one");
  auto waiting = Election(second, c("e")).AsyncCampaign("two");
  EXPECT_EQ(leaders.NextFor(20ms).status().code(), Code::kDeadlineExceeded);
  EXPECT_TRUE(one.Resign().ok());
  EXPECT_EQ(NextValue(leaders), "two");
  leaders.Cancel();
  EXPECT_EQ(leaders.Next().status().code(), Code::kCancelled);
}

TEST(ClientElection, ResumesWithTheLeaseOfBefore) {
  Corner c;
  Session before = NewSession(c);
  auto led = std::make_unique<Leadership>(Must(Election(before, c("e")).Campaign("one")));
  const int64_t revision = led->revision();
  before.Orphan();
  const Session after = Must(Session::Create(c.client(), {.lease = before.lease()}));
  auto resumed = Must(Election(after, c("e")).Resume());
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->revision(), revision);
  EXPECT_TRUE(resumed->Proclaim("again").ok());
  const Session other = NewSession(c);
  EXPECT_EQ(Must(Election(other, c("e")).Resume()), std::nullopt);
}

TEST(ClientElection, CampaigningAgainWithAnotherValueProclaimsIt) {
  Corner c;
  Session before = NewSession(c);
  const Leadership led = Must(Election(before, c("e")).Campaign("one"));
  before.Orphan();
  const Session after = Must(Session::Create(c.client(), {.lease = before.lease()}));
  const Leadership again = Must(Election(after, c("e")).Campaign("two"));
  EXPECT_EQ(again.revision(), led.revision());
  EXPECT_EQ(Must(Election(after, c("e")).Leader())->value, "two");
}

TEST(ClientElection, TheDestroyedLeaderResigns) {
  Corner c;
  const Session first = NewSession(c);
  const Session second = NewSession(c);
  { const Leadership one = Must(Election(first, c("e")).Campaign("one")); }
  EXPECT_TRUE(Election(second, c("e")).Campaign("two", {.timeout = Corner::kPatience}).ok());
}

}  // namespace
}  // namespace conformance
