#include "client/src/call.h"

#include "client/src/convert.h"

namespace etcdpp {
namespace {

/// Has `context` cancelled when `stop` is requested.
struct CancelContext {
  grpc::ClientContext* context;
  void operator()() const { context->TryCancel(); }
};

/// A try of a method with one request and one response.
class UnaryAttempt final : public Attempt {
 public:
  UnaryAttempt(const Method& method, const Message& request, Message* response)
      : method_(method), request_(request), response_(response) {}

  grpc::Status Run(const Endpoint& endpoint, grpc::ClientContext* context) override {
    response_->Clear();
    return method_.call(endpoint, context, request_, response_);
  }

 private:
  const Method& method_;
  const Message& request_;
  Message* const response_;
};

Status Cancelled() { return {Code::kCancelled, "the call was cancelled"}; }

}  // namespace

Status Call(Transport& transport, Idempotency idempotency, Attempt& attempt,
            const CallOptions& options) {
  if (Status check = CheckCall(transport, options); !check.ok()) return check;
  const auto deadline = DeadlineFor(transport, options);
  Retry retry(transport.options.retry, idempotency, transport.endpoints.size(), deadline);
  while (true) {
    Endpoint& endpoint = transport.endpoints.Pick();
    const auto context = MakeContext(transport, options, deadline);
    grpc::Status status;
    if (options.cancel.stop_possible()) {
      const std::stop_callback cancel(options.cancel, CancelContext{context.get()});
      status = attempt.Run(endpoint, context.get());
    } else {
      status = attempt.Run(endpoint, context.get());
    }
    if (status.ok()) return {};
    const FailedAttempt failed = DescribeFailure(transport, endpoint, *context, status);
    if (!attempt.MayRepeat()) return failed.status;
    const auto delay = retry.After(failed, Retry::Clock::now());
    if (!delay) return retry.Final(failed.status);
    if (!WaitFor(*delay, options.cancel)) return Cancelled();
  }
}

Status Call(Transport& transport, const Method& method, const Message& request, Message* response,
            const CallOptions& options) {
  UnaryAttempt attempt(method, request, response);
  return Call(transport, method.idempotency, attempt, options);
}

AsyncCall::AsyncCall(Transport& transport, Idempotency idempotency, CallOptions options)
    : transport_(transport),
      options_(std::move(options)),
      deadline_(DeadlineFor(transport_, options_)),
      retry_(transport_.options.retry, idempotency, transport_.endpoints.size(), deadline_) {}

void AsyncCall::Start() {
  if (Status check = CheckCall(transport_, options_); !check.ok()) return Deliver(std::move(check));
  if (!transport_.in_flight.Add(shared_from_this())) {
    return Deliver(Status(Code::kCancelled, "the call's client is gone"));
  }
  if (options_.cancel.stop_possible()) stop_callback_.emplace(options_.cancel, CancelSelf{this});
  StartAttempt();
}

void AsyncCall::Cancel() {
  {
    const std::lock_guard lock(mu_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
    if (!waiting_) return;
    waiting_ = false;
  }
  Finish(Cancelled());
}

void AsyncCall::StartAttempt() {
  grpc::ClientContext* context = nullptr;
  {
    const std::lock_guard lock(mu_);
    endpoint_ = &transport_.endpoints.Pick();
    context_ = MakeContext(transport_, options_, deadline_);
    context = context_.get();
    if (cancelled_) context->TryCancel();
  }
  Run(*endpoint_, context,
      [self = shared_from_this()](const grpc::Status& status) { self->OnDone(status); });
}

void AsyncCall::OnDone(const grpc::Status& status) {
  std::optional<Status> final_status;
  {
    const std::lock_guard lock(mu_);
    // The context holds on to the channel, which has to go before the call does.
    const auto context = std::move(context_);
    if (status.ok()) {
      final_status.emplace();
    } else {
      final_status = AfterFailure(DescribeFailure(transport_, *endpoint_, *context, status));
    }
  }
  if (final_status) Finish(*std::move(final_status));
}

// Returns the status of the call, or nothing where another attempt follows. mu_ is held.
std::optional<Status> AsyncCall::AfterFailure(const FailedAttempt& failed) {
  if (!MayRepeat()) return failed.status;
  const auto now = transport_.timer.Now();
  const auto delay = retry_.After(failed, now);
  if (!delay || cancelled_) return retry_.Final(failed.status);
  waiting_ = true;
  transport_.timer.RunAt(now + *delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->OnDelayOver();
  });
  return std::nullopt;
}

void AsyncCall::OnDelayOver() {
  {
    const std::lock_guard lock(mu_);
    if (!waiting_) return;  // cancelled meanwhile
    waiting_ = false;
  }
  StartAttempt();
}

void AsyncCall::Finish(Status status) {
  const auto self = shared_from_this();
  stop_callback_.reset();
  {
    const CallbackScope scope;
    Deliver(std::move(status));
  }
  transport_.in_flight.Remove(this);  // the last line: the transport may be gone now
}

}  // namespace etcdpp
