#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "etcdpp/options.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// Whether doing a call twice is the same as doing it once.
enum class Idempotency {
  kRead,
  kWrite,
  kRepeatableWrite,  // says the caller
};

/// One attempt that failed.
struct FailedAttempt {
  Status status;
  bool reached_server = true;   // false only where that is certain
  bool token_outdated = false;  // and another one is to be had
  bool repeatable = true;       // nothing was handed on of what came
};

/// Waits that double, from `initial` up to `max`, each shortened by up to half at random so that
/// many clients do not come back at once. Not thread-safe.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds max, unsigned seed);

  std::chrono::microseconds Next();
  void Reset() { next_ = initial_; }

 private:
  std::chrono::microseconds initial_;
  std::chrono::microseconds max_;
  std::chrono::microseconds next_;
  std::minstd_rand random_;
};

/// Decides for one call whether, and when, a failed attempt is followed by another: the only place
/// that does. Not thread-safe.
class Retry {
 public:
  using Clock = std::chrono::steady_clock;

  /// The first `endpoints` attempts follow each other without delay: each goes to another one.
  /// `deadline` is that of the whole call.
  Retry(const RetryOptions& options, Idempotency idempotency, size_t endpoints,
        Clock::time_point deadline);

  /// Returns how long to wait before the next attempt, or nullopt when there is to be none.
  std::optional<std::chrono::microseconds> After(const FailedAttempt& failed,
                                                 Clock::time_point now);

  /// What the caller is told of the last attempt, which After has seen: its status, whether the
  /// call is done all the same, how many attempts there were and why there is not one more.
  Status Final(const FailedAttempt& failed) const;

  /// The same for a call that ends between two attempts, or before the first.
  Status Ended(const Status& status) const;

  int attempts() const { return attempts_; }

 private:
  const RetryOptions& options_;
  Idempotency idempotency_;
  size_t endpoints_;
  Clock::time_point deadline_;
  RetryStop StopAfter(const FailedAttempt& failed) const;

  int attempts_ = 0;
  bool reached_server_ = false;  // by any attempt
  RetryStop stop_ = RetryStop::kNone;
  std::optional<Backoff> backoff_;
};

/// Whether a stream that ended like this is worth opening again: the transport or the server gave
/// up, as opposed to refused.
bool IsTransient(Code code);

/// Whether asking once more may help where a call, with all its attempts, has failed like this.
bool MayPass(const Status& status);

}  // namespace etcdpp
