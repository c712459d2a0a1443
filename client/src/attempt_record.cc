#include "client/src/attempt_record.h"

#include <string>
#include <utility>

#include <grpc/support/time.h>

#include "client/src/convert.h"

namespace etcdpp {
namespace {

using Clock = Retry::Clock;

void AddMetadata(const Metadata& metadata, grpc::ClientContext* context) {
  for (const auto& [name, value] : metadata) context->AddMetadata(name, value);
}

}  // namespace

AttemptRecord::AttemptRecord(Transport& transport, std::string_view method, Route route,
                             int number) noexcept
    : transport_(transport),
      method_(method),
      route_(std::move(route)),
      number_(number),
      start_(Clock::now()) {
  const auto& observer = transport_.options.observer;
  if (observer == nullptr) return;
  const CallbackScope scope;
  observer->OnStart({method_, route_.endpoint->name, number_}, metadata_);
}

void AttemptRecord::SetUp(grpc::ClientContext& context, const CallOptions& call, const Token& token,
                          Clock::time_point deadline) const {
  if (deadline != Clock::time_point::max()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_micros(left.count(), GPR_TIMESPAN)));
  }
  AddMetadata(transport_.options.metadata, &context);
  AddMetadata(call.metadata, &context);
  AddMetadata(metadata_, &context);
  if (!token.value.empty()) context.AddMetadata("token", token.value);
  if (call.require_leader) context.AddMetadata("hasleader", "true");
}

FailedAttempt AttemptRecord::End(const grpc::ClientContext& context, const grpc::Status& status,
                                 const Token& token) noexcept {
  const auto lasted = Clock::now() - start_;
  FailedAttempt end{FromGrpc(status)};
  if (!end.status.ok()) {
    // gRPC knows a peer as soon as a connection takes the call, before anything of it is sent.
    // Until then it names the channel's target; and where it gives up itself, at the deadline, it
    // may do so still.
    end.reached_server =
        end.status.code() != Code::kUnavailable || context.peer() != route_.endpoint->target;
    end.token_outdated = transport_.tokens.Outdated(token, end.status);
    if (end.token_outdated) {
      transport_.Log(LogLevel::kInfo, "logging in again: " + end.status.message());
    }
  }
  TellPicker(end, lasted);
  if (const auto& observer = transport_.options.observer; observer != nullptr) {
    const CallbackScope scope;
    observer->OnEnd({method_, route_.endpoint->name, number_}, end.status, lasted);
  }
  return end;
}

void AttemptRecord::TellPicker(const FailedAttempt& end, Clock::duration lasted) {
  const FailoverOptions& failover = transport_.options.failover;
  Endpoint& endpoint = *route_.endpoint;
  bool failed = false;
  switch (end.status.code()) {
    case Code::kCancelled:
      return;
    case Code::kUnavailable:
      failed = end.status.reason() == Reason::kNone;
      break;
    case Code::kInternal:
      failed = failover.internal_counts;
      break;
    case Code::kDeadlineExceeded:
      if (lasted < failover.silence_counts_from) return;
      failed = true;
      break;
    default:
      break;
  }
  if (failed) {
    if (transport_.endpoints.OnFailed(endpoint)) {
      transport_.Log(LogLevel::kWarning,
                     "endpoint " + endpoint.name + " failed: " + end.status.message());
    }
  } else if (transport_.endpoints.OnAnswered(endpoint)) {
    transport_.Log(LogLevel::kInfo, "endpoint " + endpoint.name + " is back");
  }
}

}  // namespace etcdpp
