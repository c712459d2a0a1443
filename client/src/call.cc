#include "client/src/call.h"

#include <condition_variable>

namespace etcdpp {
namespace {

using Clock = Retry::Clock;

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

  grpc::Status Run(const Stubs& stubs, grpc::ClientContext* context) override {
    response_->Clear();
    return method_.call(stubs, context, request_, response_);
  }

 private:
  const Method& method_;
  const Message& request_;
  Message* const response_;
};

Status Cancelled() { return {Code::kCancelled, "the call was cancelled"}; }

Status TooLate() {
  return {Code::kDeadlineExceeded, "the call's time was up before the client was logged in"};
}

Retry RetryFor(const Transport& transport, const CallKind& kind, const CallOptions& options,
               Clock::time_point deadline) {
  const size_t endpoints = options.endpoint.empty() ? transport.endpoints.size() : 1;
  const bool repeatable = options.repeatable && kind.idempotency == Idempotency::kWrite;
  return {transport.options.retry, repeatable ? Idempotency::kRepeatableWrite : kind.idempotency,
          endpoints, deadline};
}

bool NeedsToken(const Transport& transport, const CallKind& kind) {
  return kind.needs_token && transport.tokens.enabled();
}

/// Waits for a login, which others may be waiting for, too.
Result<Token> WaitForToken(Transport& transport, Clock::time_point deadline,
                           const std::stop_token& stop) {
  if (auto token = transport.tokens.Current()) return *std::move(token);
  struct Wait {
    std::mutex mu;
    std::condition_variable_any changed;
    std::optional<Result<Token>> token;
  };
  // Shared with the login, which may outlast the wait.
  const auto wait = std::make_shared<Wait>();
  transport.tokens.Get(LoginOver(transport), [wait](Result<Token> token) {
    const std::lock_guard lock(wait->mu);
    wait->token = std::move(token);
    wait->changed.notify_all();
  });
  std::unique_lock lock(wait->mu);
  const auto ready = [&wait] { return wait->token.has_value(); };
  const bool done = deadline == Clock::time_point::max()
                        ? wait->changed.wait(lock, stop, ready)
                        : wait->changed.wait_until(lock, stop, deadline, ready);
  if (done) return *wait->token;
  return stop.stop_requested() ? Cancelled() : TooLate();
}

grpc::Status RunOnce(Attempt& attempt, const Stubs& stubs, grpc::ClientContext* context,
                     const std::stop_token& stop, const std::stop_source& shutdown) {
  const std::stop_callback down(shutdown.get_token(), CancelContext{context});
  if (!stop.stop_possible()) return attempt.Run(stubs, context);
  const std::stop_callback cancel(stop, CancelContext{context});
  return attempt.Run(stubs, context);
}

}  // namespace

Status Call(Transport& transport, const CallKind& kind, Attempt& attempt,
            const CallOptions& options) {
  const auto deadline = DeadlineFor(transport, options);
  Retry retry = RetryFor(transport, kind, options, deadline);
  if (Status check = CheckCall(transport, options); !check.ok()) return retry.Ended(check);
  while (true) {
    Token token;
    if (NeedsToken(transport, kind)) {
      auto login = WaitForToken(transport, deadline, options.cancel);
      if (!login.ok()) return retry.Ended(login.status());
      token = *std::move(login);
    }
    auto route = transport.endpoints.Pick(options.endpoint.str());
    if (!route.ok()) return retry.Ended(route.status());
    AttemptRecord record(transport, kind.name, *std::move(route), retry.attempts() + 1);
    grpc::ClientContext context;
    record.SetUp(context, options, token, deadline);
    const auto status =
        RunOnce(attempt, *record.route().stubs, &context, options.cancel, transport.shutdown);
    FailedAttempt end = record.End(context, status, token);
    if (end.status.ok()) return {};
    end.repeatable = attempt.MayRepeat();
    const auto delay = retry.After(end, Clock::now());
    if (!delay) return retry.Final(end);
    if (!WaitFor(*delay, options.cancel)) return retry.Ended(Cancelled());
    if (transport.shutdown.stop_requested()) return retry.Ended(ClientIsGone());
  }
}

Status Call(Transport& transport, const Method& method, const Message& request, Message* response,
            const CallOptions& options) {
  UnaryAttempt attempt(method, request, response);
  return Call(transport, method.kind, attempt, options);
}

AsyncCall::AsyncCall(Transport& transport, const CallKind& kind, CallOptions options)
    : transport_(transport),
      kind_(kind),
      options_(std::move(options)),
      deadline_(DeadlineFor(transport_, options_)),
      retry_(RetryFor(transport_, kind, options_, deadline_)) {}

void AsyncCall::Start() {
  if (!transport_.in_flight.Add(shared_from_this())) {
    // Only a callback can call a connection that is being destroyed: its thread is the right one.
    return Deliver(retry_.Ended(ClientIsGone()));
  }
  if (Status check = CheckCall(transport_, options_); !check.ok()) return FinishLater(check);
  if (options_.cancel.stop_possible()) stop_callback_.emplace(options_.cancel, CancelSelf{this});
  StartAttempt();
}

void AsyncCall::Cancel() {
  {
    const std::lock_guard lock(mu_);
    cancelled_ = true;
    if (phase_ == Phase::kAnswer) context_->TryCancel();
    if (phase_ != Phase::kToken && phase_ != Phase::kDelay) return;
    phase_ = Phase::kNothing;
  }
  FinishLater(Cancelled());
}

bool AsyncCall::Leave(Phase phase) {
  const std::lock_guard lock(mu_);
  if (phase_ != phase) return false;
  phase_ = Phase::kNothing;
  return true;
}

void AsyncCall::StartAttempt() {
  if (!NeedsToken(transport_, kind_)) return Launch(Token());
  if (auto token = transport_.tokens.Current()) return Launch(*std::move(token));
  AwaitToken();
}

void AsyncCall::AwaitToken() {
  {
    std::unique_lock lock(mu_);
    if (cancelled_) {
      lock.unlock();
      return FinishLater(Cancelled());
    }
    phase_ = Phase::kToken;
  }
  // The login has a deadline of its own, which may be later.
  if (deadline_ != Clock::time_point::max()) {
    transport_.timer.RunAt(deadline_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self != nullptr && self->Leave(Phase::kToken)) self->FinishLater(TooLate());
    });
  }
  StartLogin(transport_,
             [self = shared_from_this()](const Result<Token>& token) { self->OnToken(token); });
}

void AsyncCall::OnToken(const Result<Token>& token) {
  if (!Leave(Phase::kToken)) return;
  if (!token.ok()) return FinishLater(token.status());
  Launch(*token);
}

void AsyncCall::Launch(Token token) {
  auto route = transport_.endpoints.Pick(options_.endpoint.str());
  if (!route.ok()) return FinishLater(route.status());
  token_ = std::move(token);
  record_.emplace(transport_, kind_.name, *std::move(route), retry_.attempts() + 1);
  grpc::ClientContext* context = nullptr;
  {
    const std::lock_guard lock(mu_);
    context = &context_.emplace();
    record_->SetUp(*context, options_, token_, deadline_);
    phase_ = Phase::kAnswer;
    if (cancelled_) context->TryCancel();
  }
  // In flight, and so alive until it is done. What captures no more than this is not allocated.
  Run(*record_->route().stubs, context, [this](const grpc::Status& status) { OnDone(status); });
}

void AsyncCall::OnDone(const grpc::Status& status) {
  {
    const std::lock_guard lock(mu_);
    phase_ = Phase::kNothing;
  }
  FailedAttempt end = record_->End(*context_, status, token_);
  // The context holds on to the channel, which has to go before the call does.
  context_.reset();
  if (end.status.ok()) return Finish({});
  end.repeatable = MayRepeat();
  std::unique_lock lock(mu_);
  const auto now = transport_.timer.Now();
  const auto delay = retry_.After(end, now);
  if (delay && !cancelled_) {
    phase_ = Phase::kDelay;
    transport_.timer.RunAt(now + *delay, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self != nullptr && self->Leave(Phase::kDelay)) self->StartAttempt();
    });
    return;
  }
  lock.unlock();
  Finish(delay ? retry_.Ended(Cancelled()) : retry_.Final(end));
}

void AsyncCall::FinishLater(Status status) {
  // A callback of the user may be waiting for a login.
  Timer& thread = kind_.needs_token ? static_cast<Timer&>(transport_.callbacks) : transport_.timer;
  thread.RunAt(thread.Now(), [self = shared_from_this(), status = std::move(status)] {
    self->Finish(self->retry_.Ended(status));
  });
}

void AsyncCall::Finish(Status status) noexcept {
  const auto self = shared_from_this();
  stop_callback_.reset();
  {
    const CallbackScope scope;
    Deliver(std::move(status));
  }
  transport_.in_flight.Remove(this);  // the last line: the transport may be gone now
}

}  // namespace etcdpp
