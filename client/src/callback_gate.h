#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace etcdpp {

/// What callbacks of one owner pass, one at a time, until it is closed. Thread-safe.
class CallbackGate {
 public:
  /// Runs `callback`, unless the gate is closed. Returns whether it is still open.
  /// REQUIRES: no other runs.
  bool Pass(const std::function<void()>& callback) {
    {
      const std::lock_guard lock(mu_);
      if (closed_) return false;
      running_ = true;
      thread_ = std::this_thread::get_id();
    }
    callback();
    const std::lock_guard lock(mu_);
    running_ = false;
    left_.notify_all();
    return !closed_;
  }

  /// Lets nothing pass from now on, and waits until what has passed is over, unless that is where
  /// it is called.
  void Close() {
    std::unique_lock lock(mu_);
    closed_ = true;
    if (running_ && thread_ == std::this_thread::get_id()) return;
    left_.wait(lock, [this] { return !running_; });
  }

 private:
  std::mutex mu_;
  std::condition_variable left_;
  bool closed_ = false;     // guarded by mu_
  bool running_ = false;    // guarded by mu_
  std::thread::id thread_;  // where it runs; guarded by mu_
};

}  // namespace etcdpp
