#include "client/src/watch_hub.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "client/src/scripted_watch_hub.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WatchHubTest : public testing::Test, protected ScriptedWatchHub {};

TEST_F(WatchHubTest, OpensOneStreamForAllWatchesAndSendsTheirCreatesAtOnce) {
  const auto first = Start(5, "a");
  const auto second = Start(7, "b");

  EXPECT_EQ(streams_.opened(), 1U);
  const auto creates = TakeSent<WatchCreate>();
  ASSERT_EQ(creates.size(), 2U);
  EXPECT_EQ(creates[0].request.range, KeyRange("a"));
  EXPECT_EQ(creates[0].request.options.start_revision, 5);
  EXPECT_EQ(creates[1].request.range, KeyRange("b"));
  EXPECT_NE(creates[0].watch_id, creates[1].watch_id);
  EXPECT_NE(creates[0].watch_id, 0);  // which would have the server choose
}

TEST_F(WatchHubTest, GivesEachWatchItsOwnEvents) {
  const auto first = Start(1);
  const auto second = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(CreatedFrame(2, 1));

  streams_.Deliver(PutFrame(2, 5));
  streams_.Deliver(PutFrame(1, 6));

  EXPECT_EQ(RevisionOf(first->Next()), 6);
  EXPECT_EQ(RevisionOf(second->Next()), 5);
}

TEST_F(WatchHubTest, ResumesAllWatchesWhereEachOfThemWas) {
  const auto first = Start(1, "a");
  const auto second = Start(3, "b");
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(CreatedFrame(2, 1));
  streams_.Deliver(PutFrame(1, 9));

  Reconnect();

  EXPECT_EQ(streams_.opened(), 2U);
  const auto creates = TakeSent<WatchCreate>();
  ASSERT_EQ(creates.size(), 2U);
  EXPECT_EQ(creates[0].request.options.start_revision, 10);
  EXPECT_EQ(creates[1].request.options.start_revision, 3);
}

TEST_F(WatchHubTest, NeitherLosesNorRepeatsOverABrokenStream) {
  const auto watch = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(PutFrame(1, 2));

  Reconnect();
  streams_.Deliver(CreatedFrame(1, 4));
  streams_.Deliver(PutFrame(1, 2));
  streams_.Deliver(PutFrame(1, 3));

  EXPECT_EQ(RevisionOf(watch->Next()), 2);
  EXPECT_EQ(RevisionOf(watch->Next()), 3);
  EXPECT_EQ(watch->NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
}

TEST_F(WatchHubTest, HearsNothingFromAStreamThatIsReplaced) {
  const auto watch = Start(1);
  streams_.Break(Unavailable());
  timer_.Advance(kBackoffMax);

  streams_.Deliver(0, PutFrame(1, 7));

  EXPECT_FALSE(watch->NextFor(milliseconds(0)).ok());
}

TEST_F(WatchHubTest, WaitsLongerAfterEachFailureUntilOneAnswers) {
  const auto watch = Start(1);
  streams_.Break(Unavailable());
  timer_.Advance(milliseconds(10));
  EXPECT_EQ(streams_.opened(), 2U);
  for (int i = 0; i < 10; ++i) Reconnect();

  streams_.Break(Unavailable());
  timer_.Advance(milliseconds(10));
  EXPECT_EQ(streams_.opened(), 12U);
  timer_.Advance(kBackoffMax);
  EXPECT_EQ(streams_.opened(), 13U);

  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Break(Unavailable());
  timer_.Advance(milliseconds(10));
  EXPECT_EQ(streams_.opened(), 14U);
}

TEST_F(WatchHubTest, AWatchThatComesDuringTheWaitOpensNoStreamOfItsOwn) {
  const auto first = Start(1);
  streams_.Break(Unavailable());

  const auto second = Start(1);
  EXPECT_EQ(streams_.opened(), 1U);
  timer_.Advance(kBackoffMax);

  EXPECT_EQ(streams_.opened(), 2U);
  EXPECT_EQ(TakeSent<WatchCreate>().size(), 2U);
}

TEST_F(WatchHubTest, ARefusalOfTheStreamEndsItsWatches) {
  const auto watch = Start(1);

  streams_.Break(Status(Code::kPermissionDenied, "etcdserver: permission denied"));

  EXPECT_EQ(watch->Next().status().reason(), Reason::kPermissionDenied);
  timer_.Advance(kBackoffMax);
  EXPECT_EQ(streams_.opened(), 1U);
}

TEST_F(WatchHubTest, ARefusedCreateFindsItsWatchByTheOrderOfAnswers) {
  const auto first = Start(1);
  const auto second = Start(1);
  const auto third = Start(1);

  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(
      RefusedFrame("rpc error: code = PermissionDenied desc = etcdserver: permission denied"));
  streams_.Deliver(CreatedFrame(3, 1));
  streams_.Deliver(PutFrame(3, 5));

  EXPECT_EQ(second->Next().status().reason(), Reason::kPermissionDenied);
  EXPECT_EQ(RevisionOf(third->Next()), 5);
  EXPECT_EQ(first->NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
}

TEST_F(WatchHubTest, ACancelledWatchStillTakesItsPlaceInTheOrderOfAnswers) {
  auto first = Start(1);
  const auto second = Start(1);
  first.reset();

  streams_.Deliver(RefusedFrame("for the first"));
  EXPECT_EQ(second->NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
  streams_.Deliver(RefusedFrame("for the second"));

  EXPECT_EQ(second->Next().status().message(), "for the second");
}

TEST_F(WatchHubTest, EndsWithTheCompactRevisionWhenHistoryIsGone) {
  const auto watch = Start(3);
  const auto other = Start(50);
  streams_.Deliver(CreatedFrame(1, 40));
  TakeSent<WatchCreate>();

  streams_.Deliver(CanceledFrame(1, 30, ""));

  EXPECT_EQ(watch->Next().status().reason(), Reason::kCompacted);
  EXPECT_EQ(watch->compact_revision(), 30);
  const auto cancels = TakeSent<WatchCancel>();
  ASSERT_EQ(cancels.size(), 1U);  // the server keeps it registered until then
  EXPECT_EQ(cancels[0].watch_id, 1);
}

TEST_F(WatchHubTest, EndsWithTheServersWordsWhenTheServerCancels) {
  const auto watch = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(PutFrame(1, 2));

  streams_.Deliver(CanceledFrame(1, 0, "out of patience"));

  EXPECT_EQ(RevisionOf(watch->Next()), 2);
  EXPECT_EQ(watch->Next().status(), Status(Code::kCancelled, "out of patience"));
}

TEST_F(WatchHubTest, CancelTellsTheServerAndEndsAtOnce) {
  const auto watch = Start(1);
  const auto other = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(PutFrame(1, 2));

  watch->Cancel();
  watch->Cancel();

  const auto cancels = TakeSent<WatchCancel>();
  ASSERT_EQ(cancels.size(), 1U);
  EXPECT_EQ(cancels[0].watch_id, 1);
  EXPECT_EQ(watch->Next().status().code(), Code::kCancelled);
  streams_.Deliver(CreatedFrame(2, 1));
  streams_.Deliver(CanceledFrame(1, 0, ""));
  streams_.Deliver(PutFrame(2, 3));
  EXPECT_EQ(RevisionOf(other->Next()), 3);
}

TEST_F(WatchHubTest, TheLastWatchToGoTakesTheStreamWithIt) {
  auto watch = Start(1);
  watch.reset();
  EXPECT_TRUE(streams_.closed());

  watch = Start(1);
  EXPECT_EQ(streams_.opened(), 2U);
}

TEST_F(WatchHubTest, NoStreamIsOpenedForWatchesThatWentDuringTheWait) {
  auto watch = Start(1);
  streams_.Break(Unavailable());
  watch.reset();

  timer_.Advance(kBackoffMax);

  EXPECT_EQ(streams_.opened(), 1U);
}

TEST_F(WatchHubTest, StopsReadingWhileAWatchHoldsTooMuch) {
  const auto slow = Start(1);
  const auto fast = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));
  streams_.Deliver(CreatedFrame(2, 1));

  int64_t revision = 1;
  while (streams_.reading()) streams_.Deliver(PutFrame(1, ++revision, 1000));
  EXPECT_LT(revision, 8);

  EXPECT_TRUE(slow->Next().ok());
  EXPECT_FALSE(streams_.reading());  // not before half is taken
  int64_t taken = 2;
  for (; !streams_.reading(); ++taken) EXPECT_EQ(RevisionOf(slow->Next()), taken + 1);
  streams_.Deliver(PutFrame(2, 20));
  EXPECT_EQ(RevisionOf(fast->Next()), 20);
}

TEST_F(WatchHubTest, AWatchThatGoesNoLongerHoldsTheStreamUp) {
  auto slow = Start(1);
  const auto other = Start(1);
  int64_t revision = 1;
  while (streams_.reading()) streams_.Deliver(PutFrame(1, ++revision, 1000));

  slow.reset();

  EXPECT_TRUE(streams_.reading());
}

TEST_F(WatchHubTest, AResponseLargerThanTheBufferPasses) {
  const auto watch = Start(1);

  streams_.Deliver(PutFrame(1, 2, 100000));

  EXPECT_FALSE(streams_.reading());
  EXPECT_EQ(RevisionOf(watch->Next()), 2);
  EXPECT_TRUE(streams_.reading());
}

TEST_F(WatchHubTest, ProgressGoesToThoseWhoAskedForIt) {
  const auto asking = Start(1);
  const auto other = Start(1);
  streams_.Deliver(CreatedFrame(1, 1));

  asking->RequestProgress();
  EXPECT_EQ(TakeSent<WatchAskProgress>().size(), 1U);
  WatchFrame progress;
  progress.watch_id = -1;
  progress.header.revision = 12;
  streams_.Deliver(progress);

  const auto response = asking->Next();
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->IsProgress());
  EXPECT_EQ(response->header.revision, 12);
  EXPECT_FALSE(other->NextFor(milliseconds(0)).ok());
}

TEST_F(WatchHubTest, ProgressFromBeforeItsCreationIsNotAWatchs) {
  const auto first = Start(1);
  streams_.Deliver(CreatedFrame(1, 5));
  first->RequestProgress();
  const auto second = Start(1);
  second->RequestProgress();
  WatchFrame progress;
  progress.watch_id = -1;
  progress.header.revision = 5;

  streams_.Deliver(progress);
  EXPECT_TRUE(first->NextFor(milliseconds(0))->IsProgress());
  EXPECT_EQ(second->NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);

  streams_.Deliver(CreatedFrame(2, 5));
  streams_.Deliver(PutFrame(2, 5));
  streams_.Deliver(progress);
  EXPECT_EQ(RevisionOf(second->Next()), 5);
  EXPECT_TRUE(second->NextFor(milliseconds(0))->IsProgress());
}

TEST_F(WatchHubTest, AsksAgainForProgressOnANewStream) {
  const auto watch = Start(1);
  watch->RequestProgress();

  Reconnect();

  EXPECT_EQ(TakeSent<WatchAskProgress>().size(), 1U);
}

TEST_F(WatchHubTest, FromNowOnWaitsForTheConfirmation) {
  auto started = std::async(std::launch::async, [this] {
    return hub_->Watch({"k", {}}, {}, Timer::Clock::now() + seconds(30));
  });
  while (streams_.opened() == 0 || !streams_.reading()) std::this_thread::yield();
  EXPECT_EQ(started.wait_for(milliseconds(0)), std::future_status::timeout);

  streams_.Deliver(CreatedFrame(1, 10));

  const auto watch = started.get();
  Reconnect();
  const auto creates = TakeSent<WatchCreate>();
  ASSERT_EQ(creates.size(), 1U);
  EXPECT_EQ(creates[0].request.options.start_revision, 11);
}

TEST_F(WatchHubTest, AStopTokenCancels) {
  std::stop_source stop;
  const auto watch = hub_->Watch({"k", {.start_revision = 1}}, stop.get_token(), {});

  stop.request_stop();

  EXPECT_EQ(watch->Next().status().code(), Code::kCancelled);
  EXPECT_TRUE(streams_.closed());
}

TEST_F(WatchHubTest, ShutdownEndsAllWatchesAndThoseToCome) {
  const auto watch = Start(1);
  streams_.Deliver(PutFrame(1, 2));

  hub_->Shutdown();

  EXPECT_TRUE(streams_.closed());
  EXPECT_EQ(RevisionOf(watch->Next()), 2);
  EXPECT_EQ(watch->Next().status().code(), Code::kCancelled);
  EXPECT_EQ(Start(1)->Next().status().code(), Code::kCancelled);
  EXPECT_EQ(streams_.opened(), 1U);
}

TEST_F(WatchHubTest, WithALeaderRequiredNoLeaderEndsTheWatches) {
  const auto hub = std::make_shared<WatchHub>(streams_.Opener(), timer_, timer_,
                                              Backoff(milliseconds(10), kBackoffMax, 1), true);
  const auto watch = hub->Watch({"k", {.start_revision = 1}}, {}, {});

  streams_.Break(Status(Code::kUnavailable, "etcdserver: no leader"));

  EXPECT_EQ(watch->Next().status().reason(), Reason::kNoLeader);
}

constexpr char kTokenRefusal[] =
    "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";

TEST_F(WatchHubTest, ResumesOnANewStreamWhenItsTokenIsOutdated) {
  streams_.OutdateTokens(true);
  const auto old = Start(1);
  streams_.Deliver(CreatedFrame(1, 4));
  streams_.Deliver(PutFrame(1, 5));
  const auto late = Start(3, "late");

  streams_.Deliver(RefusedFrame(kTokenRefusal));
  timer_.Advance(kBackoffMax);

  EXPECT_EQ(streams_.opened(), 2U);
  const auto creates = TakeSent<WatchCreate>();
  ASSERT_EQ(creates.size(), 2U);
  EXPECT_EQ(creates[0].request.options.start_revision, 6);
  EXPECT_EQ(creates[1].request.options.start_revision, 3);
  EXPECT_EQ(RevisionOf(old->Next()), 5);
}

TEST_F(WatchHubTest, ResumesWhereTheStreamItselfIsRefusedForItsToken) {
  streams_.OutdateTokens(true);
  const auto watch = Start(1);

  streams_.Break(Status(Code::kUnauthenticated, "etcdserver: invalid auth token"));
  timer_.Advance(kBackoffMax);

  EXPECT_EQ(streams_.opened(), 2U);
}

TEST_F(WatchHubTest, GivesUpOnTokensThatAreNeverGood) {
  streams_.OutdateTokens(true);
  const auto watch = Start(1);

  for (size_t refusals = 1; refusals <= 11; ++refusals) {
    ASSERT_EQ(streams_.opened(), refusals);
    streams_.Deliver(RefusedFrame(kTokenRefusal));
    timer_.Advance(kBackoffMax);
  }

  EXPECT_EQ(streams_.opened(), 11U);
  EXPECT_EQ(watch->Next().status().reason(), Reason::kInvalidAuthToken);
}

TEST_F(WatchHubTest, WatchesMayComeAndGoFromManyThreads) {
  constexpr int64_t kLast = 2000;
  const auto steady = Start(1);
  std::atomic<bool> over = false;
  std::thread server([&] {
    for (int64_t revision = 2; revision <= kLast; ++revision) {
      if (revision % 100 == 0) Reconnect();
      while (!streams_.reading()) std::this_thread::yield();
      streams_.Deliver(PutFrame(1, revision, 100));
    }
  });
  std::vector<std::thread> visitors;
  for (int i = 0; i < 3; ++i) {
    visitors.emplace_back([&] {
      while (!over) {
        const auto watch = Start(1);
        (void)watch->NextFor(milliseconds(0));
        watch->RequestProgress();
      }
    });
  }

  for (int64_t want = 2; want <= kLast; ++want) {
    ASSERT_EQ(RevisionOf(steady->Next()), want);
  }

  over = true;
  server.join();
  for (std::thread& visitor : visitors) visitor.join();
}

}  // namespace
}  // namespace etcdpp
