#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace etcdpp {

/// Runs things later, and says what time it is. Thread-safe.
class Timer {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Timer() = default;

  virtual Clock::time_point Now() const = 0;

  /// Runs `task` once at `when` or soon after, on a thread of the timer. It must not block. A task
  /// cannot be taken back: it has to see for itself whether it is still wanted.
  virtual void RunAt(Clock::time_point when, std::function<void()> task) = 0;
};

/// The real time, and one thread, which is started when the first task is given.
class TimerThread final : public Timer {
 public:
  TimerThread() = default;
  ~TimerThread() override;

  Clock::time_point Now() const override { return Clock::now(); }
  void RunAt(Clock::time_point when, std::function<void()> task) override;

  /// Drops the tasks that are waiting, ends the thread, and takes no more.
  /// REQUIRES: not called by a task.
  void Stop();

 private:
  void Run();

  std::mutex mu_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> tasks_;  // guarded by mu_
  bool stopped_ = false;                                           // guarded by mu_
  std::thread thread_;                                             // guarded by mu_ until stopped_
};

}  // namespace etcdpp
