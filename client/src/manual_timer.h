#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "client/src/timer.h"

namespace etcdpp {

/// A timer whose time a test moves. Thread-safe.
class ManualTimer final : public Timer {
 public:
  Clock::time_point Now() const override {
    const std::lock_guard lock(mu_);
    return now_;
  }

  void RunAt(Clock::time_point when, std::function<void()> task) override {
    const std::lock_guard lock(mu_);
    tasks_.emplace(when, std::move(task));
  }

  /// Runs what is due by then, each task at its own time.
  void Advance(Clock::duration by) {
    std::unique_lock lock(mu_);
    const Clock::time_point until = now_ + by;
    while (!tasks_.empty() && tasks_.begin()->first <= until) {
      auto task = tasks_.extract(tasks_.begin());
      now_ = std::max(now_, task.key());
      lock.unlock();
      task.mapped()();
      lock.lock();
    }
    now_ = until;
  }

 private:
  mutable std::mutex mu_;
  Clock::time_point now_{std::chrono::hours(1)};                   // guarded by mu_
  std::multimap<Clock::time_point, std::function<void()>> tasks_;  // guarded by mu_
};

}  // namespace etcdpp
