#include "client/src/timer.h"

#include <future>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(TimerThreadTest, RunsTasksInTheOrderOfTheirTimes) {
  TimerThread timer;
  std::vector<int> order;
  std::promise<void> last;
  const auto start = timer.Now();

  timer.RunAt(start + milliseconds(30), [&] { last.set_value(); });
  timer.RunAt(start + milliseconds(20), [&] { order.push_back(2); });
  timer.RunAt(start + milliseconds(10), [&] { order.push_back(1); });
  last.get_future().wait();

  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_GE(timer.Now(), start + milliseconds(30));
}

TEST(TimerThreadTest, ATaskMayGiveAnother) {
  TimerThread timer;
  std::promise<void> done;

  timer.RunAt(timer.Now(), [&] { timer.RunAt(timer.Now(), [&] { done.set_value(); }); });

  done.get_future().wait();
}

TEST(TimerThreadTest, StopDropsWhatIsWaitingAndTakesNoMore) {
  TimerThread timer;
  const auto alive = std::make_shared<int>(0);
  timer.RunAt(timer.Now() + hours(1), [alive] { ++*alive; });

  timer.Stop();
  timer.RunAt(timer.Now(), [alive] { ++*alive; });

  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

}  // namespace
}  // namespace etcdpp
