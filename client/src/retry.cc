#include "client/src/retry.h"

#include <algorithm>
#include <string>

namespace etcdpp {

namespace {

// As microseconds, which cannot count all that milliseconds can.
std::chrono::microseconds Countable(std::chrono::milliseconds delay) {
  constexpr std::chrono::hours kLongest(100'000);
  return std::min<std::chrono::milliseconds>(delay, kLongest);
}

}  // namespace

Backoff::Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds max, unsigned seed)
    : initial_(Countable(initial)), max_(Countable(max)), next_(initial_), random_(seed) {}

std::chrono::microseconds Backoff::Next() {
  const std::chrono::microseconds whole = next_;
  next_ = std::min(next_ * 2, max_);
  std::uniform_int_distribution<int64_t> shorten(0, whole.count() / 2);
  return whole - std::chrono::microseconds(shorten(random_));
}

Retry::Retry(const RetryOptions& options, Idempotency idempotency, size_t endpoints,
             Clock::time_point deadline)
    : options_(options), idempotency_(idempotency), endpoints_(endpoints), deadline_(deadline) {}

RetryStop Retry::StopAfter(const FailedAttempt& failed) const {
  const Status& status = failed.status;
  if (status.code() == Code::kCancelled) return RetryStop::kCancelled;
  if (status.code() == Code::kDeadlineExceeded) return RetryStop::kDeadline;
  // Neither has got as far as to change anything.
  const bool refused_by_learner =
      status.reason() == Reason::kNotSupportedForLearner && endpoints_ > 1;
  if (!failed.token_outdated && !refused_by_learner) {
    if (status.code() != Code::kUnavailable || !failed.repeatable) return RetryStop::kPermanent;
    if (idempotency_ == Idempotency::kWrite && failed.reached_server) {
      return RetryStop::kMayBeApplied;
    }
  }
  return attempts_ < options_.max_attempts ? RetryStop::kNone : RetryStop::kAttempts;
}

std::optional<std::chrono::microseconds> Retry::After(const FailedAttempt& failed,
                                                      Clock::time_point now) {
  ++attempts_;
  reached_server_ = reached_server_ || failed.reached_server;
  stop_ = StopAfter(failed);
  if (stop_ != RetryStop::kNone) return std::nullopt;

  std::chrono::microseconds delay{0};
  // A new token deserves to be tried at once, but once.
  const bool at_once = failed.token_outdated && attempts_ == 1;
  if (static_cast<size_t>(attempts_) >= endpoints_ && !at_once) {
    // Seeded here: a call that succeeds at once pays nothing for it.
    if (!backoff_) {
      backoff_.emplace(options_.initial_delay, options_.max_delay,
                       static_cast<unsigned>(now.time_since_epoch().count()));
    }
    delay = backoff_->Next();
  }
  if (now + delay >= deadline_) {
    stop_ = RetryStop::kDeadline;
    return std::nullopt;
  }
  return delay;
}

Status Retry::Final(const FailedAttempt& failed) const {
  Status status = failed.status;
  if (attempts_ > 1 && stop_ != RetryStop::kPermanent) {
    status =
        Status(status.code(), status.reason(),
               "given up after " + std::to_string(attempts_) + " attempts: " + status.message());
  }
  if (status.code() == Code::kUnavailable && status.reason() == Reason::kNone && !reached_server_) {
    status = Status(status.code(), Reason::kNoServerAvailable, status.message());
  }
  Outcome outcome = Outcome::kNotApplied;
  // What is repeated may have been applied by any of the attempts.
  const bool applied_before = idempotency_ == Idempotency::kRepeatableWrite && reached_server_;
  const bool reached = failed.reached_server && !failed.token_outdated;
  if (applied_before && !reached) {
    outcome = Outcome::kUnknown;
  } else if (idempotency_ != Idempotency::kRead && reached) {
    // gRPC's words for an answer that it has and may not hand on.
    const bool answered = failed.status.message().starts_with("Received message larger than max");
    outcome = answered ? Outcome::kApplied : failed.status.outcome();
  }
  return status.OfCall(outcome, attempts_, stop_);
}

Status Retry::Ended(const Status& status) const {
  RetryStop stop = RetryStop::kPermanent;
  if (status.code() == Code::kCancelled) stop = RetryStop::kCancelled;
  if (status.code() == Code::kDeadlineExceeded) stop = RetryStop::kDeadline;
  const bool repeated = idempotency_ == Idempotency::kRepeatableWrite && reached_server_;
  return status.OfCall(repeated ? Outcome::kUnknown : Outcome::kNotApplied, attempts_, stop);
}

bool IsTransient(Code code) {
  switch (code) {
    case Code::kOk:
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kAborted:
    case Code::kInternal:
    case Code::kUnavailable:
      return true;
    default:
      return false;
  }
}

bool MayPass(const Status& status) {
  return status.code() == Code::kUnavailable || status.code() == Code::kDeadlineExceeded ||
         status.reason() == Reason::kTooManyRequests;
}

}  // namespace etcdpp
