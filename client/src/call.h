#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include <grpcpp/client_context.h>

#include "client/src/convert.h"
#include "client/src/retry.h"
#include "client/src/transport.h"

namespace etcdpp {

/// A method of etcd that takes one message and gives one, in its two forms, and what may be done
/// when it fails.
template <typename RequestProto, typename ResponseProto>
struct Rpc {
  using Request = RequestProto;
  using Response = ResponseProto;

  grpc::Status (*call)(const Endpoint&, grpc::ClientContext*, const Request&, Response*);
  void (*start)(const Endpoint&, grpc::ClientContext*, const Request*, Response*,
                std::function<void(grpc::Status)>);
  Idempotency idempotency;
};

/// Has `context` cancelled when `stop` is requested.
struct CancelContext {
  grpc::ClientContext* context;
  void operator()() const { context->TryCancel(); }
};

/// Calls, and tries again where that is safe, until there is an answer or no more hope. The calling
/// thread does the work itself: handing it to another would cost more than the rest of the client.
template <typename Request, typename Response>
Result<Response> Call(Transport& transport, const Rpc<Request, Response>& rpc,
                      const Request& request, const CallOptions& options) {
  if (Status check = CheckCall(transport, options); !check.ok()) return check;
  const auto deadline = DeadlineFor(transport, options);
  Retry retry(transport.options.retry, rpc.idempotency, transport.endpoints.size(), deadline);
  while (true) {
    Endpoint& endpoint = transport.endpoints.Pick();
    const auto context = MakeContext(transport, options, deadline);
    Response response;
    grpc::Status status;
    if (options.cancel.stop_possible()) {
      const std::stop_callback cancel(options.cancel, CancelContext{context.get()});
      status = rpc.call(endpoint, context.get(), request, &response);
    } else {
      status = rpc.call(endpoint, context.get(), request, &response);
    }
    if (status.ok()) return response;
    const FailedAttempt failed = DescribeFailure(transport, endpoint, *context, status);
    const auto delay = retry.After(failed, Retry::Clock::now());
    if (!delay) return retry.Final(failed.status);
    if (!WaitFor(*delay, options.cancel)) return Status(Code::kCancelled, "the call was cancelled");
  }
}

/// The same without waiting: tells `done` the result, exactly once.
template <typename Request, typename Response>
class AsyncCall final : public Cancellable,
                        public std::enable_shared_from_this<AsyncCall<Request, Response>> {
 public:
  using Done = std::function<void(Result<Response>)>;

  static void Start(Transport& transport, const Rpc<Request, Response>& rpc, Request request,
                    CallOptions options, Done done) {
    if (Status check = CheckCall(transport, options); !check.ok()) return done(std::move(check));
    auto call = std::make_shared<AsyncCall>(transport, rpc, std::move(request), std::move(options),
                                            std::move(done));
    if (!transport.in_flight.Add(call)) {
      return call->done_(Status(Code::kCancelled, "the call's client is gone"));
    }
    if (call->options_.cancel.stop_possible()) {
      call->stop_callback_.emplace(call->options_.cancel, CancelSelf{call.get()});
    }
    call->StartAttempt();
  }

  AsyncCall(Transport& transport, const Rpc<Request, Response>& rpc, Request request,
            CallOptions options, Done done)
      : transport_(transport),
        rpc_(rpc),
        request_(std::move(request)),
        options_(std::move(options)),
        done_(std::move(done)),
        deadline_(DeadlineFor(transport_, options_)),
        retry_(transport_.options.retry, rpc.idempotency, transport_.endpoints.size(), deadline_) {}

  void Cancel() override {
    {
      const std::lock_guard lock(mu_);
      cancelled_ = true;
      if (context_ != nullptr) context_->TryCancel();
      if (!waiting_) return;
      waiting_ = false;
    }
    Finish(Status(Code::kCancelled, "the call was cancelled"));
  }

 private:
  struct CancelSelf {
    AsyncCall* call;
    void operator()() const { call->Cancel(); }
  };

  void StartAttempt() {
    grpc::ClientContext* context = nullptr;
    {
      const std::lock_guard lock(mu_);
      endpoint_ = &transport_.endpoints.Pick();
      context_ = MakeContext(transport_, options_, deadline_);
      context = context_.get();
      if (cancelled_) context->TryCancel();
    }
    response_.Clear();
    rpc_.start(
        *endpoint_, context, &request_, &response_,
        [self = this->shared_from_this()](const grpc::Status& status) { self->OnDone(status); });
  }

  void OnDone(const grpc::Status& status) {
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
    if (!final_status) return;
    if (final_status->ok()) {
      Finish(std::move(response_));
    } else {
      Finish(*std::move(final_status));
    }
  }

  // Returns the status of the call, or nothing where another attempt follows. mu_ is held.
  std::optional<Status> AfterFailure(const FailedAttempt& failed) {
    const auto now = transport_.timer.Now();
    const auto delay = retry_.After(failed, now);
    if (!delay || cancelled_) return retry_.Final(failed.status);
    waiting_ = true;
    transport_.timer.RunAt(now + *delay, [weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->OnDelayOver();
    });
    return std::nullopt;
  }

  void OnDelayOver() {
    {
      const std::lock_guard lock(mu_);
      if (!waiting_) return;  // cancelled meanwhile
      waiting_ = false;
    }
    StartAttempt();
  }

  void Finish(Result<Response> result) {
    const auto self = this->shared_from_this();
    stop_callback_.reset();
    {
      const CallbackScope scope;
      std::exchange(done_, nullptr)(std::move(result));
    }
    transport_.in_flight.Remove(this);  // the last line: the transport may be gone now
  }

  Transport& transport_;
  const Rpc<Request, Response>& rpc_;
  const Request request_;
  const CallOptions options_;
  Done done_;
  const Retry::Clock::time_point deadline_;
  Endpoint* endpoint_ = nullptr;
  Response response_;
  std::optional<std::stop_callback<CancelSelf>> stop_callback_;

  std::mutex mu_;  // guards what follows
  Retry retry_;
  std::unique_ptr<grpc::ClientContext> context_;  // of the attempt under way
  bool waiting_ = false;                          // for the next attempt
  bool cancelled_ = false;
};

}  // namespace etcdpp
