// What the client waits for, while the wall clock is set by days, forth and back: none of it asks
// that clock. This program brings a clock_gettime of its own, which every library in it then calls.
// Not gRPC's part, which asks the kernel behind our back: it is given the time left, no time of
// day.
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "client/src/keepalive_hub.h"
#include "client/src/scripted_streams.h"
#include "client/src/timer.h"
#include "client/src/watch_hub.h"
#include "etcdpp/future.h"

namespace {

std::atomic<int64_t> wall_clock_offset{0};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (clock == CLOCK_REALTIME) time->tv_sec += wall_clock_offset.load();
  return result;
}

namespace etcdpp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using WallClock = std::chrono::system_clock;
using Clock = std::chrono::steady_clock;

constexpr int64_t kDay = 86400;
constexpr milliseconds kWait{150};
constexpr seconds kPatience{20};

// Sets the wall clock forth and back until it is destroyed.
class Stepping {
 public:
  Stepping()
      : thread_([this] {
          while (!stopped_) {
            for (const int64_t days : {1, -1, 400, 0}) {
              wall_clock_offset = days * kDay;
              std::this_thread::yield();
            }
          }
          wall_clock_offset = 0;
        }) {}
  ~Stepping() {
    stopped_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

template <typename Wait>
void ExpectToTake(milliseconds time, const Wait& wait) {
  const auto start = Clock::now();
  wait();
  const auto took = Clock::now() - start;
  EXPECT_GE(took, time);
  EXPECT_LT(took, time + kPatience);
}

Backoff NoBackoff() { return {milliseconds(1), milliseconds(1), 1}; }

TEST(ClockStepTest, TheWallClockIsOurs) {
  const auto wall = WallClock::now();
  const auto steady = Clock::now();
  wall_clock_offset = kDay;
  EXPECT_GE(WallClock::now() - wall, hours(23));
  EXPECT_LT(Clock::now() - steady, hours(1));
  wall_clock_offset = 0;
}

TEST(ClockStepTest, ATimerRunsItsTasksInTime) {
  const Stepping stepping;
  TimerThread timer;
  ExpectToTake(kWait, [&timer] {
    std::promise<void> done;
    timer.RunAt(timer.Now() + kWait, [&done] { done.set_value(); });
    done.get_future().wait();
  });
}

TEST(ClockStepTest, AFutureIsWaitedForAsLongAsAsked) {
  const Stepping stepping;
  const Future<Nothing> never(std::make_shared<internal::FutureState<Nothing>>());
  ExpectToTake(kWait, [&never] { EXPECT_FALSE(never.WaitFor(kWait)); });
}

TEST(ClockStepTest, AWatchIsWaitedForAsLongAsAsked) {
  const Stepping stepping;
  TimerThread timer;
  ScriptedStreams<WatchCommand, WatchFrame> streams;
  const auto hub = std::make_shared<WatchHub>(streams.Opener(), timer, timer, NoBackoff(), false);
  const auto watch = hub->Watch({"a", {.start_revision = 1}}, {}, Clock::time_point::max());
  ExpectToTake(kWait, [&watch] {
    EXPECT_EQ(watch->NextFor(kWait).status().code(), Code::kDeadlineExceeded);
  });
  ExpectToTake(kWait, [&watch] {
    std::promise<Code> told;
    watch->AsyncNext(kWait, [&told](const Result<WatchResponse>& response) {
      told.set_value(response.status().code());
    });
    EXPECT_EQ(told.get_future().get(), Code::kDeadlineExceeded);
  });
  ExpectToTake(kWait, [&hub] {
    (void)hub->Watch({"b", {}}, {}, Clock::now() + kWait);  // nobody confirms it
  });
  hub->Shutdown();
  timer.Stop();
}

TEST(ClockStepTest, ALeaseLivesAsLongAsItsTtl) {
  constexpr seconds kTtl{1};
  const Stepping stepping;
  TimerThread timer;
  ScriptedStreams<LeaseKeepAliveRequest, LeaseKeepAliveResponse> streams;
  const auto hub = std::make_shared<KeepAliveHub>(streams.Opener(), timer, timer, NoBackoff());
  ExpectToTake(kTtl, [&hub] {
    const auto lease = hub->Keep({7, kTtl});
    EXPECT_EQ(lease->WaitLostFor(milliseconds(kPatience)), LeaseLoss::kExpired);
  });
  hub->Shutdown();
  timer.Stop();
}

}  // namespace
}  // namespace etcdpp
