#pragma once

// For tests: the streams of a store in memory, and the threads that they tell on.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "client/src/message_stream.h"
#include "client/src/timer.h"

namespace etcdpp {

/// A thread that knows whose it is.
class OwnedTimer final : public Timer {
 public:
  explicit OwnedTimer(const void* owner) : owner_(owner) {}

  Clock::time_point Now() const override { return thread_.Now(); }
  void RunAt(Clock::time_point when, std::function<void()> task) override {
    thread_.RunAt(when, [owner = owner_, task = std::move(task)]() mutable {
      current = owner;
      std::exchange(task, nullptr)();
    });
  }
  void Stop() { thread_.Stop(); }

  /// The owner of the thread this is called on; null where it has none.
  static const void* Current() { return current; }

 private:
  static inline thread_local const void* current = nullptr;

  const void* const owner_;
  TimerThread thread_;
};

/// What the store sends to a stream of one kind.
template <typename Outgoing, typename Incoming>
class Loop : public MessageStream<Outgoing>,
             public std::enable_shared_from_this<Loop<Outgoing, Incoming>> {
 public:
  Loop(Timer& network, StreamEvents<Incoming> events)
      : network_(network), events_(std::move(events)) {}

  void Read() override {
    const std::lock_guard lock(mu_);
    wanted_ = true;
    Deliver();
  }

  void Close() override { End(Status(Code::kCancelled, "closed")); }
  bool TokenOutdated(const Status& /*refusal*/) override { return false; }

  void Tell(Incoming message) {
    const std::lock_guard lock(mu_);
    inbox_.push_back(std::move(message));
    Deliver();
  }

  void End(Status status) {
    const std::lock_guard lock(mu_);
    if (std::exchange(over_, true)) return;
    inbox_.clear();
    network_.RunAt(network_.Now(),
                   [self = this->shared_from_this(), status] { self->events_.on_end(status); });
  }

 private:
  // With mu_ held.
  void Deliver() {
    if (over_ || !wanted_ || inbox_.empty()) return;
    wanted_ = false;
    network_.RunAt(network_.Now(), [self = this->shared_from_this(),
                                    message = std::move(inbox_.front())]() mutable {
      self->events_.on_message(std::move(message));
    });
    inbox_.pop_front();
  }

  Timer& network_;
  const StreamEvents<Incoming> events_;
  std::mutex mu_;  // guards what follows
  std::deque<Incoming> inbox_;
  bool wanted_ = false;
  bool over_ = false;
};

}  // namespace etcdpp
