#include "client/src/keepalive_hub.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "client/src/manual_timer.h"
#include "client/src/scripted_streams.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Ids = std::vector<LeaseId>;

constexpr milliseconds kBackoffMax{1000};

Status Unavailable() { return {Code::kUnavailable, "gone"}; }

class KeepAliveHubTest : public testing::Test {
 protected:
  std::unique_ptr<LeaseRenewal> Keep(LeaseId id, std::optional<seconds> ttl = seconds(9)) {
    return hub_->Keep({id, ttl});
  }

  Ids TakeRenewed() {
    Ids ids;
    for (const LeaseKeepAliveRequest& request : streams_.TakeSent()) ids.push_back(request.id);
    return ids;
  }

  void Answer(LeaseId id, seconds ttl = seconds(9)) { streams_.Deliver({{}, id, ttl}); }

  ManualTimer timer_;
  ScriptedStreams<LeaseKeepAliveRequest, LeaseKeepAliveResponse> streams_;
  std::shared_ptr<KeepAliveHub> hub_ = std::make_shared<KeepAliveHub>(
      streams_.Opener(), timer_, timer_, Backoff(milliseconds(10), kBackoffMax, 1));
};

TEST_F(KeepAliveHubTest, RenewsAtOnceAndThenAtAThirdOfTheTtl) {
  const auto lease = Keep(7);
  EXPECT_EQ(TakeRenewed(), Ids{7});
  Answer(7);

  timer_.Advance(milliseconds(2999));
  EXPECT_EQ(TakeRenewed(), Ids{});
  timer_.Advance(milliseconds(1));

  EXPECT_EQ(TakeRenewed(), Ids{7});
}

TEST_F(KeepAliveHubTest, RenewsNoMoreOftenThanEveryHalfSecond) {
  const auto lease = Keep(7, seconds(1));
  TakeRenewed();
  Answer(7, seconds(1));

  timer_.Advance(milliseconds(499));
  EXPECT_EQ(TakeRenewed(), Ids{});
  timer_.Advance(milliseconds(1));
  EXPECT_EQ(TakeRenewed(), Ids{7});
}

TEST_F(KeepAliveHubTest, ShareOneStream) {
  const auto first = Keep(1);
  const auto second = Keep(2);

  EXPECT_EQ(streams_.opened(), 1U);
  EXPECT_EQ(TakeRenewed(), (Ids{1, 2}));
}

TEST_F(KeepAliveHubTest, CountsTheTtlFromWhenTheRenewalWasSent) {
  const auto sent_at = timer_.Now();
  const auto lease = Keep(7);
  timer_.Advance(seconds(2));

  Answer(7);

  EXPECT_EQ(lease->SafeUntil(), sent_at + seconds(9));
}

TEST_F(KeepAliveHubTest, SendsNothingMoreWhileAnAnswerIsDue) {
  const auto lease = Keep(7);
  TakeRenewed();

  timer_.Advance(milliseconds(2999));

  EXPECT_EQ(TakeRenewed(), Ids{});
  EXPECT_EQ(streams_.opened(), 1U);
}

TEST_F(KeepAliveHubTest, GivesUpAStreamThatIsSilentForAThirdOfWhatIsLeft) {
  const auto lease = Keep(7);
  Answer(7);
  timer_.Advance(seconds(3));
  EXPECT_EQ(TakeRenewed(), (Ids{7, 7}));

  timer_.Advance(milliseconds(1999));
  EXPECT_EQ(streams_.opened(), 1U);
  timer_.Advance(milliseconds(1));

  EXPECT_EQ(streams_.opened(), 2U);
  EXPECT_EQ(TakeRenewed(), Ids{7});
  Answer(7);
  EXPECT_EQ(lease->SafeUntil(), timer_.Now() + seconds(9));
  EXPECT_EQ(lease->last_error().code(), Code::kUnavailable);
}

TEST_F(KeepAliveHubTest, LeavesAStreamThatTellsOfOthersItsTime) {
  const auto first = Keep(1);
  const auto second = Keep(2);
  timer_.Advance(milliseconds(2999));
  Answer(1, seconds(900));  // not to be asked for again so soon
  timer_.Advance(milliseconds(2999));
  EXPECT_EQ(streams_.opened(), 1U);
  timer_.Advance(milliseconds(1));
  EXPECT_EQ(streams_.opened(), 2U);
}

TEST_F(KeepAliveHubTest, IsPatientWithAStreamWhereTheTtlIsNotKnown) {
  const auto lease = Keep(7, std::nullopt);
  timer_.Advance(milliseconds(4999));
  EXPECT_EQ(streams_.opened(), 1U);
  timer_.Advance(milliseconds(1));
  EXPECT_EQ(streams_.opened(), 2U);
}

TEST_F(KeepAliveHubTest, IsLostWhenNoRenewalGetsThroughInTime) {
  const auto lease = Keep(7);
  Answer(7);

  timer_.Advance(milliseconds(8999));
  EXPECT_EQ(lease->loss(), LeaseLoss::kNone);
  timer_.Advance(milliseconds(1));

  EXPECT_EQ(lease->loss(), LeaseLoss::kExpired);
  EXPECT_EQ(lease->SafeUntil(), Timer::Clock::time_point());
  EXPECT_TRUE(streams_.closed());
}

TEST_F(KeepAliveHubTest, IsLostWhileThereIsNoStream) {
  const auto lease = Keep(7);
  Answer(7);

  for (int i = 0; i < 20; ++i) {
    streams_.Break(Unavailable());
    timer_.Advance(kBackoffMax);
  }

  EXPECT_EQ(lease->loss(), LeaseLoss::kExpired);
  EXPECT_EQ(lease->last_error(), Unavailable());
  EXPECT_LE(streams_.opened(), 11U);
}

TEST_F(KeepAliveHubTest, OfUnknownTtlIsNotLostBeforeAnAnswer) {
  const auto lease = Keep(7, std::nullopt);
  EXPECT_EQ(lease->SafeUntil(), Timer::Clock::time_point());

  timer_.Advance(std::chrono::hours(1));
  EXPECT_EQ(lease->loss(), LeaseLoss::kNone);
  Answer(7, seconds(7200));
  EXPECT_GT(lease->SafeUntil(), timer_.Now());
}

TEST_F(KeepAliveHubTest, RenewsAllAtOnceOnANewStream) {
  const auto first = Keep(1);
  const auto second = Keep(2);
  Answer(1);

  streams_.Break(Unavailable());
  timer_.Advance(milliseconds(10));

  EXPECT_EQ(streams_.opened(), 2U);
  EXPECT_EQ(TakeRenewed(), (Ids{1, 2}));
  Answer(1);
  Answer(2);
  timer_.Advance(seconds(8));
  EXPECT_EQ(first->loss(), LeaseLoss::kNone);
}

TEST_F(KeepAliveHubTest, IsLostWhenTheServerHasItNoMore) {
  const auto lease = Keep(7);
  const auto other = Keep(8);

  Answer(7, seconds(0));

  EXPECT_EQ(lease->loss(), LeaseLoss::kNotFound);
  EXPECT_EQ(other->loss(), LeaseLoss::kNone);
}

TEST_F(KeepAliveHubTest, AnErrorThatEndsTheStreamFallsOnTheOldestRenewalNotAnswered) {
  const auto first = Keep(1);
  const auto second = Keep(2);
  const auto third = Keep(3);
  Answer(1);

  streams_.Break(Status(Code::kPermissionDenied, "etcdserver: permission denied"));

  EXPECT_EQ(first->loss(), LeaseLoss::kNone);
  EXPECT_EQ(second->loss(), LeaseLoss::kRefused);
  EXPECT_EQ(second->last_error().reason(), Reason::kPermissionDenied);
  EXPECT_EQ(third->loss(), LeaseLoss::kNone);
  timer_.Advance(kBackoffMax);
  EXPECT_EQ(TakeRenewed(), (Ids{1, 3}));
}

TEST_F(KeepAliveHubTest, KnowsOfARevokeThroughTheSameClient) {
  const auto lease = Keep(7);

  hub_->BeginRevoke(7);
  hub_->EndRevoke(7, true);
  hub_->BeginRevoke(8);
  hub_->EndRevoke(8, true);

  EXPECT_EQ(lease->loss(), LeaseLoss::kRevoked);
}

TEST_F(KeepAliveHubTest, KnowsOfItsOwnRevokeWhenARenewalIsAnsweredFirst) {
  const auto lease = Keep(7);
  hub_->BeginRevoke(7);

  Answer(7, seconds(0));

  EXPECT_EQ(lease->loss(), LeaseLoss::kRevoked);
}

TEST_F(KeepAliveHubTest, ARevokeThatFailedChangesNothing) {
  const auto lease = Keep(7);
  hub_->BeginRevoke(7);
  hub_->EndRevoke(7, false);

  EXPECT_EQ(lease->loss(), LeaseLoss::kNone);
  Answer(7, seconds(0));
  EXPECT_EQ(lease->loss(), LeaseLoss::kNotFound);
}

TEST_F(KeepAliveHubTest, StopEndsTheRenewals) {
  const auto lease = Keep(7);
  const auto other = Keep(8);
  TakeRenewed();
  Answer(7);
  Answer(8);

  lease->Stop();
  timer_.Advance(seconds(3));

  EXPECT_EQ(lease->loss(), LeaseLoss::kStopped);
  EXPECT_EQ(TakeRenewed(), Ids{8});
}

TEST_F(KeepAliveHubTest, TwoKeepersOfOneLeaseRenewItOnce) {
  auto first = Keep(7);
  const auto second = Keep(7);
  EXPECT_EQ(TakeRenewed(), Ids{7});
  Answer(7);
  EXPECT_EQ(first->SafeUntil(), second->SafeUntil());

  first.reset();
  timer_.Advance(seconds(3));

  EXPECT_EQ(TakeRenewed(), Ids{7});
  EXPECT_EQ(second->loss(), LeaseLoss::kNone);
}

TEST_F(KeepAliveHubTest, ALeaseKeptAgainWhileAnAnswerIsDueTrustsTheEarlierSending) {
  const auto sent_at = timer_.Now();
  auto lease = Keep(7);
  const auto other = Keep(8);
  lease.reset();
  timer_.Advance(seconds(1));
  lease = Keep(7);

  Answer(7);

  EXPECT_EQ(lease->SafeUntil(), sent_at + seconds(9));
}

TEST_F(KeepAliveHubTest, TheLastLeaseToGoTakesTheStreamWithIt) {
  auto lease = Keep(7);
  lease.reset();
  EXPECT_TRUE(streams_.closed());

  lease = Keep(7);
  EXPECT_EQ(streams_.opened(), 2U);
}

TEST_F(KeepAliveHubTest, ShutdownStopsAllAndThoseToCome) {
  const auto lease = Keep(7);

  hub_->Shutdown();

  EXPECT_EQ(lease->loss(), LeaseLoss::kStopped);
  EXPECT_EQ(Keep(8)->loss(), LeaseLoss::kStopped);
  EXPECT_EQ(streams_.opened(), 1U);
}

TEST_F(KeepAliveHubTest, WaitLostForIsWokenByTheLoss) {
  const auto lease = Keep(7);
  EXPECT_EQ(lease->WaitLostFor(milliseconds(0)), LeaseLoss::kNone);
  std::thread server([this] { Answer(7, seconds(0)); });

  EXPECT_EQ(lease->WaitLostFor(milliseconds::max()), LeaseLoss::kNotFound);
  server.join();
}

TEST_F(KeepAliveHubTest, LeasesMayComeAndGoFromManyThreads) {
  const auto steady = Keep(1);
  std::atomic<bool> over = false;
  std::vector<std::thread> visitors;
  for (LeaseId id = 2; id < 5; ++id) {
    visitors.emplace_back([&, id] {
      while (!over) (void)Keep(id)->SafeUntil();
    });
  }

  for (int i = 0; i < 200; ++i) {
    Answer(1);
    timer_.Advance(seconds(3));
    if (i % 50 == 49) {
      streams_.Break(Unavailable());
      timer_.Advance(kBackoffMax);
    }
  }
  over = true;
  for (std::thread& visitor : visitors) visitor.join();

  EXPECT_EQ(steady->loss(), LeaseLoss::kNone);
}

TEST_F(KeepAliveHubTest, OnLostIsToldOnceAndWhy) {
  auto lost = Keep(7);
  auto stopped = Keep(8);
  auto kept = Keep(9);
  std::vector<std::pair<LeaseId, LeaseLoss>> told;
  for (const auto* lease : {&lost, &stopped, &kept}) {
    (*lease)->OnLost([&told, id = (*lease)->id()](LeaseLoss loss) { told.emplace_back(id, loss); });
  }
  using Told = std::vector<std::pair<LeaseId, LeaseLoss>>;

  Answer(7, seconds(0));
  EXPECT_EQ(told, Told());  // never on the stream's thread
  timer_.Advance({});
  EXPECT_EQ(told, (Told{{7, LeaseLoss::kNotFound}}));

  stopped.reset();
  timer_.Advance({});
  EXPECT_EQ(told.back(), std::make_pair(LeaseId{8}, LeaseLoss::kStopped));
  hub_->Shutdown();
  EXPECT_EQ(told.back(), std::make_pair(LeaseId{9}, LeaseLoss::kStopped));
  EXPECT_EQ(told.size(), 3U);

  lost->OnLost([&told](LeaseLoss loss) { told.emplace_back(0, loss); });
  EXPECT_EQ(told.back(), std::make_pair(LeaseId{0}, LeaseLoss::kNotFound));
}

TEST_F(KeepAliveHubTest, ARefusedRenewalTellsSoOnTheThreadForCallbacks) {
  const auto lease = hub_->Refused(7, Status(Code::kInvalidArgument, "no endpoint"));
  LeaseLoss told = LeaseLoss::kNone;
  lease->OnLost([&told](LeaseLoss loss) { told = loss; });
  EXPECT_EQ(told, LeaseLoss::kNone);

  timer_.Advance(milliseconds(0));

  EXPECT_EQ(told, LeaseLoss::kRefused);
  EXPECT_EQ(lease->last_error().message(), "no endpoint");
}

}  // namespace
}  // namespace etcdpp
