#include "etcdpp/status.h"

#include <array>
#include <ostream>

#include "client/src/reason_table.h"

namespace etcdpp {
namespace {

constexpr std::array<std::string_view, 17> kCodeNames = {
    "Ok",       "Cancelled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",   "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",      "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated",
};

// Go's names are ours but for one letter.
Code CodeFromGoName(std::string_view name) {
  if (name == "Canceled") return Code::kCancelled;
  for (size_t i = 0; i < kCodeNames.size(); ++i) {
    if (kCodeNames[i] == name) return static_cast<Code>(i);
  }
  return Code::kCancelled;
}

}  // namespace

std::string_view ToString(Code code) {
  const auto index = static_cast<size_t>(code);
  return index < kCodeNames.size() ? kCodeNames[index] : "Unknown";
}

std::ostream& operator<<(std::ostream& out, Code code) { return out << ToString(code); }

Status::Status(Code code, std::string message) : code_(code), message_(std::move(message)) {
  const KnownError* known = FindError(message_);
  if (known != nullptr) reason_ = known->reason;
}

Outcome Status::outcome() const {
  if (outcome_) return *outcome_;
  if (ok()) return Outcome::kApplied;
  switch (reason_) {
    // What etcd says while the request is on its way through the log.
    case Reason::kTimeout:
    case Reason::kTimeoutLeaderFailure:
    case Reason::kTimeoutConnectionLost:
    case Reason::kTimeoutWaitingApply:
    case Reason::kServerStopped:
    case Reason::kLeaderChanged:
    case Reason::kRequestCanceled:
    case Reason::kRequestDeadlineExceeded:
    case Reason::kUnhealthy:
      return Outcome::kUnknown;
    case Reason::kNone:
      break;
    default:
      return Outcome::kNotApplied;
  }
  switch (code_) {
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kDeadlineExceeded:
    case Code::kAborted:
    case Code::kInternal:
    case Code::kUnavailable:
    case Code::kDataLoss:
      return Outcome::kUnknown;
    default:
      return Outcome::kNotApplied;
  }
}

Status Status::OfCall(Outcome outcome, int attempts, RetryStop stop) const {
  Status status = *this;
  status.outcome_ = outcome;
  status.attempts_ = attempts;
  status.retry_stop_ = stop;
  return status;
}

std::string_view ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kApplied:
      return "Applied";
    case Outcome::kNotApplied:
      return "NotApplied";
    case Outcome::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string_view ToString(RetryStop stop) {
  switch (stop) {
    case RetryStop::kNone:
      return "None";
    case RetryStop::kPermanent:
      return "Permanent";
    case RetryStop::kMayBeApplied:
      return "MayBeApplied";
    case RetryStop::kAttempts:
      return "Attempts";
    case RetryStop::kDeadline:
      return "Deadline";
    case RetryStop::kCancelled:
      return "Cancelled";
  }
  return "None";
}

std::ostream& operator<<(std::ostream& out, Outcome outcome) { return out << ToString(outcome); }
std::ostream& operator<<(std::ostream& out, RetryStop stop) { return out << ToString(stop); }

std::string Status::ToString() const {
  std::string text(etcdpp::ToString(code_));
  if (reason_ != Reason::kNone) {
    text.append(" (").append(etcdpp::ToString(reason_)).append(")");
  }
  if (!message_.empty()) text.append(": ").append(message_);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Status& status) {
  return out << status.ToString();
}

Status StatusFromCancelReason(std::string_view reason) {
  constexpr std::string_view kCodePrefix = "rpc error: code = ";
  constexpr std::string_view kTextPrefix = " desc = ";
  Code code = Code::kCancelled;
  if (reason.starts_with(kCodePrefix)) {
    const size_t text_at = reason.find(kTextPrefix);
    if (text_at != std::string_view::npos) {
      code = CodeFromGoName(reason.substr(kCodePrefix.size(), text_at - kCodePrefix.size()));
      reason.remove_prefix(text_at + kTextPrefix.size());
    }
  } else if (const KnownError* known = FindError(reason)) {
    code = known->code;
  }
  return {code == Code::kOk ? Code::kCancelled : code, std::string(reason)};
}

}  // namespace etcdpp
