#include "client/src/retry.h"

#include <algorithm>
#include <string>

namespace etcdpp {

Backoff::Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds max, unsigned seed)
    : initial_(initial), max_(max), next_(initial), random_(seed) {}

std::chrono::microseconds Backoff::Next() {
  const std::chrono::microseconds whole = next_;
  next_ = std::min(next_ * 2, max_);
  std::uniform_int_distribution<int64_t> shorten(0, whole.count() / 2);
  return whole - std::chrono::microseconds(shorten(random_));
}

Retry::Retry(const RetryOptions& options, Idempotency idempotency, size_t endpoints,
             Clock::time_point deadline)
    : options_(options), idempotency_(idempotency), endpoints_(endpoints), deadline_(deadline) {}

std::optional<std::chrono::microseconds> Retry::After(const FailedAttempt& failed,
                                                      Clock::time_point now) {
  ++attempts_;
  if (failed.status.code() != Code::kUnavailable) return std::nullopt;
  if (idempotency_ == Idempotency::kWrite && failed.reached_server) return std::nullopt;
  if (attempts_ >= options_.max_attempts) return std::nullopt;

  std::chrono::microseconds delay{0};
  if (static_cast<size_t>(attempts_) >= endpoints_) {
    // Seeded here: a call that succeeds at once pays nothing for it.
    if (!backoff_) {
      backoff_.emplace(options_.initial_delay, options_.max_delay,
                       static_cast<unsigned>(now.time_since_epoch().count()));
    }
    delay = backoff_->Next();
  }
  if (now + delay >= deadline_) return std::nullopt;
  return delay;
}

Status Retry::Final(const Status& status) const {
  if (status.ok() || attempts_ <= 1) return status;
  return {status.code(), status.reason(),
          "given up after " + std::to_string(attempts_) + " attempts: " + status.message()};
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

}  // namespace etcdpp
