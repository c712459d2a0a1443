// Waiters on watches: AsyncNext, and the threads that tell them.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/src/scripted_watch_hub.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WatchWaitersTest : public testing::Test, protected ScriptedWatchHub {};

TEST_F(WatchWaitersTest, AsyncNextIsToldWhatComesOnTheTimer) {
  const auto watch = Start(1);
  std::vector<int64_t> told;
  watch->AsyncNext(kNoTimeout, [&told](const auto& next) { told.push_back(RevisionOf(next)); });
  streams_.Deliver(PutFrame(1, 5));
  streams_.Deliver(PutFrame(1, 6));
  EXPECT_EQ(told.size(), 0U);  // never on the stream's thread
  timer_.Advance({});
  EXPECT_EQ(told, std::vector<int64_t>{5});

  watch->AsyncNext(kNoTimeout, [&told](const auto& next) { told.push_back(RevisionOf(next)); });
  timer_.Advance({});

  EXPECT_EQ(told, (std::vector<int64_t>{5, 6}));
}

TEST_F(WatchWaitersTest, AsyncNextGivesUpAndLosesNothing) {
  const auto watch = Start(1);
  std::vector<Code> told;
  const auto tell = [&told](const auto& next) { told.push_back(next.status().code()); };
  watch->AsyncNext(milliseconds(10), tell);
  timer_.Advance(milliseconds(10));
  EXPECT_EQ(told, std::vector<Code>{Code::kDeadlineExceeded});

  watch->AsyncNext(milliseconds(10), tell);
  streams_.Deliver(PutFrame(1, 5));
  timer_.Advance(milliseconds(100));

  EXPECT_EQ(told, (std::vector<Code>{Code::kDeadlineExceeded, Code::kOk}));
}

TEST_F(WatchWaitersTest, AsyncNextIsToldOfEachEnd) {
  auto destroyed = Start(1);
  auto cancelled = Start(1);
  auto shut_down = Start(1);
  std::vector<Status> told;
  const auto tell = [&told](const auto& next) { told.push_back(next.status()); };
  for (const auto* watch : {&destroyed, &cancelled, &shut_down}) (*watch)->AsyncNext({}, tell);
  for (const auto* watch : {&destroyed, &cancelled, &shut_down}) {
    (*watch)->AsyncNext(kNoTimeout, tell);  // in place of the one before
  }

  destroyed.reset();
  timer_.Advance({});
  cancelled->Cancel();
  timer_.Advance({});
  hub_->Shutdown();  // tells at once: the timer may be gone

  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].message(), "the watch was cancelled");
  EXPECT_EQ(told[1].message(), "the watch was cancelled");
  EXPECT_EQ(told[2].message(), "the watch's client is gone");
  shut_down->AsyncNext(kNoTimeout, tell);
  EXPECT_EQ(told.size(), 4U);
}

TEST_F(WatchWaitersTest, AWaiterMayAskForMoreAndDestroyItsWatch) {
  auto watch = Start(1);
  int told = 0;
  watch->AsyncNext(kNoTimeout, [&](const auto&) {
    ++told;
    watch->AsyncNext(kNoTimeout, [&](const auto&) {
      ++told;
      watch.reset();
    });
  });
  streams_.Deliver(PutFrame(1, 5));
  streams_.Deliver(PutFrame(1, 6));
  timer_.Advance({});

  EXPECT_EQ(told, 2);
  EXPECT_TRUE(streams_.closed());
}

/// A timer that must not be asked for anything once it is gone.
class MortalTimer final : public Timer {
 public:
  Clock::time_point Now() const override {
    EXPECT_FALSE(gone);
    return {};
  }
  void RunAt(Clock::time_point /*when*/, std::function<void()> /*task*/) override {
    EXPECT_FALSE(gone);
  }

  bool gone = false;
};

TEST_F(WatchWaitersTest, AWatchThatOutlivesItsClientUsesNoTimer) {
  MortalTimer callbacks;
  const auto hub = std::make_shared<WatchHub>(streams_.Opener(), timer_, callbacks,
                                              Backoff(milliseconds(10), kBackoffMax, 1), false);
  const auto watch = hub->Watch({"k", {.start_revision = 1}}, {}, Timer::Clock::now());
  hub->Shutdown();
  callbacks.gone = true;
  Code code = Code::kOk;

  watch->AsyncNext(seconds(1), [&code](const auto& response) { code = response.status().code(); });

  EXPECT_EQ(code, Code::kCancelled);
}

TEST_F(WatchWaitersTest, ARefusedWatchTellsWhyOnTheThreadForCallbacks) {
  const auto watch = hub_->Refused({"k", {}}, Status(Code::kInvalidArgument, "no endpoint"));
  Status told;
  watch->AsyncNext(milliseconds::max(), [&told](const auto& next) { told = next.status(); });
  EXPECT_TRUE(told.ok());

  timer_.Advance(milliseconds(0));

  EXPECT_EQ(told.message(), "no endpoint");
  EXPECT_EQ(watch->Next().status().message(), "no endpoint");
}

}  // namespace
}  // namespace etcdpp
