#pragma once

#include <cassert>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "etcdpp/options.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// The value of a Future that tells no more than whether something succeeded.
struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};

namespace internal {

/// Requests another stop. Holds what it needs: it may be destroyed by what it does.
struct RequestStop {
  std::stop_source stop;
  void operator()() const {
    std::stop_source mine = stop;
    mine.request_stop();
  }
};

/// What a Future and whoever will answer it share. Thread-safe.
template <typename T>
class FutureState {
 public:
  /// Answers. REQUIRES: called once.
  void Set(Result<T> result) {
    std::function<void()> then;
    {
      const std::lock_guard lock(mu_);
      assert(!result_);
      result_.emplace(std::move(result));
      then = std::move(then_);
      changed_.notify_all();
    }
    if (then) then();
  }

  bool ready() const {
    const std::lock_guard lock(mu_);
    return result_.has_value();
  }

  bool WaitFor(std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mu_);
    const auto answered = [this] { return result_.has_value(); };
    const auto until = Later(std::chrono::steady_clock::now(), timeout);
    return changed_.wait_until(lock, until, answered);
  }

  /// REQUIRES: ready.
  Result<T> Take() {
    const std::lock_guard lock(mu_);
    return *std::move(result_);
  }

  /// Has `then` run when there is an answer. Returns false, and runs nothing, when there is one.
  bool Continue(std::function<void()> then) {
    const std::lock_guard lock(mu_);
    if (result_) return false;
    then_ = std::move(then);
    return true;
  }

  const std::stop_source& stop() const { return stop_; }

  /// Has a stop of `token` be one of this too. REQUIRES: called once, before it is shared.
  void Link(std::stop_token token) {
    if (token.stop_possible()) link_.emplace(std::move(token), RequestStop{stop_});
  }

  /// Has `hook` run when a stop is requested. REQUIRES: called once, before it is shared.
  void OnStop(std::function<void()> hook) { hook_.emplace(stop_.get_token(), std::move(hook)); }

 private:
  mutable std::mutex mu_;
  mutable std::condition_variable changed_;
  std::optional<Result<T>> result_;  // guarded by mu_
  std::function<void()> then_;       // guarded by mu_
  std::stop_source stop_;
  std::optional<std::stop_callback<RequestStop>> link_;
  std::optional<std::stop_callback<std::function<void()>>> hook_;
};

}  // namespace internal

/// The answer to something that is under way already. One asynchronous call in all styles:
///
///   Result<PutResponse> put = async.Put("k", "v").Get();              // wait
///   Result<PutResponse> put = co_await async.Put("k", "v");           // in a coroutine
///   async.Put("k", "v").Then([](Result<PutResponse> put) { ... });    // be told
///
/// A function that returns a Future may itself be a coroutine: it runs at once up to its first
/// co_await, ends with `co_return` of a value or a Status, and hands a Cancel on to what it awaits.
/// An exception that leaves it ends the program.
///
/// Who continues, a callback or a coroutine, does so on the thread that brought the answer, which
/// is one of the connection's: it must not wait there for another answer.
///
/// Destroying a Future that has no answer cancels what is under way, without waiting. Not
/// thread-safe, except that Cancel may be called at any time.
template <typename T>
class [[nodiscard]] Future {
 public:
  class Awaiter;
  struct promise_type;  // NOLINT(readability-identifier-naming): the language names it.

  explicit Future(std::shared_ptr<internal::FutureState<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&& other) noexcept {
    Future old(std::exchange(state_, std::move(other.state_)));
    return *this;
  }
  ~Future() { Cancel(); }

  /// Whether Get would return at once.
  bool ready() const { return state_->ready(); }

  /// Waits for the answer, and takes it. REQUIRES: not called on a thread of the connection.
  Result<T> Get() && {
    const auto state = std::exchange(state_, nullptr);  // nothing is under way any more to cancel
    state->WaitFor(kNoTimeout);
    return state->Take();
  }

  /// Waits for the answer, but no longer than `timeout`; returns whether there is one.
  bool WaitFor(std::chrono::milliseconds timeout) const { return state_->WaitFor(timeout); }

  /// Has the answer be kCancelled soon, unless it is there before.
  void Cancel() {
    if (const auto state = state_) internal::RequestStop{state->stop()}();
  }

  /// Has `done` told the answer: at once if there is one. It goes on without this Future, and is
  /// cancelled by CallOptions::cancel only.
  void Then(std::function<void(Result<T>)> done) && {
    const auto state = std::exchange(state_, nullptr);
    if (!state->Continue([state, done] { done(state->Take()); })) done(state->Take());
  }

  Awaiter operator co_await() && { return Awaiter(std::exchange(state_, nullptr)); }

 private:
  std::shared_ptr<internal::FutureState<T>> state_;  // null: moved from, or given away
};

template <typename T>
class Future<T>::Awaiter {
 public:
  explicit Awaiter(std::shared_ptr<internal::FutureState<T>> state) : state_(std::move(state)) {}

  // NOLINTBEGIN(readability-identifier-naming): the language names them.
  bool await_ready() const { return state_->ready(); }

  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    if constexpr (requires { awaiting.promise().stop_token(); }) {
      parent_.emplace(awaiting.promise().stop_token(), internal::RequestStop{state_->stop()});
    }
    const auto state = state_;  // once continued, this object may be gone
    return state->Continue([awaiting] { awaiting.resume(); });
  }

  Result<T> await_resume() { return state_->Take(); }
  // NOLINTEND(readability-identifier-naming)

 private:
  std::shared_ptr<internal::FutureState<T>> state_;
  std::optional<std::stop_callback<internal::RequestStop>> parent_;
};

// NOLINTBEGIN(readability-identifier-naming): the language names them.
template <typename T>
struct Future<T>::promise_type {
  struct Final {
    bool await_ready() const noexcept { return false; }
    // The coroutine is gone, with all it held, before anybody has its answer.
    void await_suspend(std::coroutine_handle<promise_type> ended) const noexcept {
      const auto answered = std::move(ended.promise().state);
      auto answer = *std::move(ended.promise().result);
      ended.destroy();
      answered->Set(std::move(answer));
    }
    void await_resume() const noexcept {}
  };

  Future get_return_object() { return Future(state); }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void return_value(Result<T> value) { result.emplace(std::move(value)); }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  std::stop_token stop_token() const { return state->stop().get_token(); }

  std::shared_ptr<internal::FutureState<T>> state = std::make_shared<internal::FutureState<T>>();
  std::optional<Result<T>> result;
};
// NOLINTEND(readability-identifier-naming)

/// In a coroutine that returns a Future: `co_await ThisStop()` is the token that says when it is
/// cancelled.
class ThisStop {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the language names them.
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    token_ = awaiting.promise().stop_token();
    return false;
  }
  std::stop_token await_resume() { return std::move(token_); }
  // NOLINTEND(readability-identifier-naming)

 private:
  std::stop_token token_;
};

namespace internal {

/// Answers once; with kCancelled where it is destroyed before, so that whoever awaits an answer
/// that a Connection forgets is not left behind.
template <typename T>
class Answer {
 public:
  explicit Answer(std::shared_ptr<FutureState<T>> state) : state_(std::move(state)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    if (state_ != nullptr) state_->Set(Status(Code::kCancelled, "the call was never answered"));
  }

  void operator()(Result<T> result) { std::exchange(state_, nullptr)->Set(std::move(result)); }

 private:
  std::shared_ptr<FutureState<T>> state_;  // null: answered
};

/// Makes an asynchronous call: `start` is given the options to make it with and the callback.
template <typename T, typename Start>
Future<T> StartCall(CallOptions call, const Start& start) {
  const auto state = std::make_shared<FutureState<T>>();
  state->Link(std::exchange(call.cancel, state->stop().get_token()));
  start(std::move(call), [answer = std::make_shared<Answer<T>>(state)](Result<T> result) {
    (*answer)(std::move(result));
  });
  return Future<T>(state);
}

}  // namespace internal
}  // namespace etcdpp
