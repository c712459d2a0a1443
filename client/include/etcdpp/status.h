#pragma once

#include <cassert>
#include <cstdlib>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "etcdpp/reason.h"

namespace etcdpp {

/// How a call failed. The values are gRPC's canonical codes, so they survive the wire unchanged.
enum class Code {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// The enumerator's name without its k: "OutOfRange".
std::string_view ToString(Code code);

std::ostream& operator<<(std::ostream& out, Code code);

/// Whether a call that changes something has done so.
enum class Outcome {
  kApplied,
  kNotApplied,  // certainly; also where nothing was asked to change
  kUnknown,     // it may have been, or may still be: look before doing it again
};

/// Why a failed call was not tried once more.
enum class RetryStop {
  kNone,          // it did not fail, or is no call's status
  kPermanent,     // it would fail again
  kMayBeApplied,  // it could have been done twice
  kAttempts,      // RetryOptions::max_attempts were made
  kDeadline,      // there was no time left for another
  kCancelled,
};

/// The enumerators' names without their k.
std::string_view ToString(Outcome outcome);
std::string_view ToString(RetryStop stop);

std::ostream& operator<<(std::ostream& out, Outcome outcome);
std::ostream& operator<<(std::ostream& out, RetryStop stop);

/// The outcome of a call: success, or a code and a message a person can read.
class [[nodiscard]] Status {
 public:
  Status() = default;

  /// The reason is the one etcd gives `message` for, or kNone.
  Status(Code code, std::string message);

  Status(Code code, Reason reason, std::string message)
      : code_(code), reason_(reason), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  Reason reason() const { return reason_; }
  const std::string& message() const { return message_; }

  /// Whether what was asked for is done. For a status that no call has told more about, what its
  /// code and reason leave possible.
  Outcome outcome() const;

  /// How often the call was tried; 0 where it never left, or the status is no call's.
  int attempts() const { return attempts_; }
  RetryStop retry_stop() const { return retry_stop_; }

  /// The same status with what the call it ended knows beyond it.
  Status OfCall(Outcome outcome, int attempts, RetryStop stop) const;

  /// "OutOfRange (Compacted): etcdserver: mvcc: required revision has been compacted".
  std::string ToString() const;

  /// Whether code, reason and message are the same: what the server said, however often.
  friend bool operator==(const Status& a, const Status& b) {
    return a.code_ == b.code_ && a.reason_ == b.reason_ && a.message_ == b.message_;
  }
  friend std::ostream& operator<<(std::ostream& out, const Status& status);

 private:
  Code code_ = Code::kOk;
  Reason reason_ = Reason::kNone;
  RetryStop retry_stop_ = RetryStop::kNone;
  int attempts_ = 0;
  std::optional<Outcome> outcome_;
  std::string message_;
};

/// A value, or the Status that explains why there is none.
///
/// Check ok() first: reading the value of a failed Result is a bug and aborts the program.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;  // NOLINT(readability-identifier-naming): as std::optional names it.

  // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return status;` are the point.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {
    assert(!this->status().ok());
  }
  // NOLINTEND(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  Status status() const { return ok() ? Status() : *std::get_if<1>(&state_); }

  const T& operator*() const& { return *Checked(std::get_if<0>(&state_)); }
  T& operator*() & { return *Checked(std::get_if<0>(&state_)); }
  /// By value, so that `for (auto& kv : (*client.Range("k")).kvs)` has something to stand on.
  T operator*() && { return std::move(*Checked(std::get_if<0>(&state_))); }
  const T* operator->() const { return Checked(std::get_if<0>(&state_)); }
  T* operator->() { return Checked(std::get_if<0>(&state_)); }

 private:
  template <typename Pointer>
  static Pointer Checked(Pointer value) {
    if (value == nullptr) std::abort();
    return value;
  }

  std::variant<T, Status> state_;
};

}  // namespace etcdpp
