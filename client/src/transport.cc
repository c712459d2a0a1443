#include "client/src/transport.h"

#include <utility>
#include <vector>

#include <grpc/support/time.h>

#include "client/src/convert.h"

namespace etcdpp {
namespace {

using Clock = Retry::Clock;

// How many CallbackScopes the thread is in.
thread_local int callback_depth = 0;

void AddMetadata(const Metadata& metadata, grpc::ClientContext* context) {
  for (const auto& [name, value] : metadata) context->AddMetadata(name, value);
}

}  // namespace

InFlight::CallbackScope::CallbackScope() { ++callback_depth; }
InFlight::CallbackScope::~CallbackScope() { --callback_depth; }

bool InFlight::Add(std::shared_ptr<Cancellable> call) {
  const std::lock_guard lock(mu_);
  if (closed_) return false;
  const Cancellable* key = call.get();
  calls_.emplace(key, std::move(call));
  return true;
}

void InFlight::Remove(const Cancellable* call) {
  std::shared_ptr<Cancellable> last;  // destroyed after the lock is given back
  const std::lock_guard lock(mu_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  last = std::move(found->second);
  calls_.erase(found);
  if (calls_.empty()) removed_.notify_all();
}

void InFlight::Close() {
  std::vector<std::shared_ptr<Cancellable>> calls;
  {
    const std::lock_guard lock(mu_);
    closed_ = true;
    for (const auto& [key, call] : calls_) calls.push_back(call);
  }
  for (const auto& call : calls) call->Cancel();
  calls.clear();
  if (callback_depth > 0) return;
  std::unique_lock lock(mu_);
  removed_.wait(lock, [this] { return calls_.empty(); });
}

Clock::time_point DeadlineFor(const Transport& transport, const CallOptions& call) {
  const auto timeout = call.timeout.value_or(transport.options.call_timeout);
  if (timeout == kNoTimeout) return Clock::time_point::max();
  return Clock::now() + timeout;
}

std::unique_ptr<grpc::ClientContext> MakeContext(const Transport& transport,
                                                 const CallOptions& call,
                                                 Clock::time_point deadline) {
  auto context = std::make_unique<grpc::ClientContext>();
  if (deadline != Clock::time_point::max()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
    context->set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                       gpr_time_from_micros(left.count(), GPR_TIMESPAN)));
  }
  AddMetadata(transport.options.metadata, context.get());
  AddMetadata(call.metadata, context.get());
  if (call.require_leader) context->AddMetadata("hasleader", "true");
  return context;
}

FailedAttempt DescribeFailure(Transport& transport, Endpoint& endpoint,
                              const grpc::ClientContext& context, const grpc::Status& status) {
  FailedAttempt failed{FromGrpc(status)};
  if (failed.status.code() != Code::kUnavailable) return failed;
  // gRPC knows a peer as soon as a connection takes the call, before anything of it is sent. Until
  // then it names the channel's target.
  failed.reached_server = context.peer() != endpoint.target;
  if (failed.status.reason() == Reason::kNone) transport.endpoints.OnUnavailable(endpoint);
  return failed;
}

bool WaitFor(std::chrono::microseconds delay, const std::stop_token& stop) {
  std::mutex mu;
  std::condition_variable_any never;
  std::unique_lock lock(mu);
  never.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace etcdpp
