#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include <google/protobuf/message_lite.h>
#include <grpcpp/client_context.h>

#include "client/src/attempt_record.h"
#include "client/src/retry.h"
#include "client/src/transport.h"
#include "etcdpp/call.h"

namespace etcdpp {

using Message = google::protobuf::MessageLite;

/// What has to be known of a method to call it.
struct CallKind {
  std::string_view name;  // "/etcdserverpb.KV/Put"
  Idempotency idempotency;
  bool needs_token = true;  // where calls do: but for the one that gets it
};

/// A method of etcd that takes one message and gives one, in its two forms. Knows its messages only
/// as such, so that the machinery below is compiled once.
struct Method {
  CallKind kind;
  grpc::Status (*call)(const Stubs&, grpc::ClientContext*, const Message&, Message*);
  void (*start)(const Stubs&, grpc::ClientContext*, const Message*, Message*,
                std::function<void(grpc::Status)>);  // tells the outcome, once
};

/// A method, with the types of its messages.
template <typename RequestProto, typename ResponseProto>
struct Rpc {
  using Request = RequestProto;
  using Response = ResponseProto;

  Method method;
};

/// One try of a blocking call.
class Attempt {
 public:
  virtual ~Attempt() = default;

  virtual grpc::Status Run(const Stubs& stubs, grpc::ClientContext* context) = 0;

  /// Whether one that failed has left nothing behind that keeps it from being tried again.
  virtual bool MayRepeat() const { return true; }
};

/// Calls, and tries again where that is safe, until there is an answer or no more hope. The calling
/// thread does the work itself: handing it to another would cost more than the rest of the client.
Status Call(Transport& transport, const CallKind& kind, Attempt& attempt,
            const CallOptions& options);
Status Call(Transport& transport, const Method& method, const Message& request, Message* response,
            const CallOptions& options);

/// The same without waiting.
class AsyncCall : public Cancellable, public std::enable_shared_from_this<AsyncCall> {
 public:
  using AttemptDone = std::function<void(grpc::Status)>;

  AsyncCall(Transport& transport, const CallKind& kind, CallOptions options);

  /// Delivers what comes of it, exactly once. REQUIRES: a shared_ptr owns it.
  void Start();

  void Cancel() override;

 protected:
  /// As those of Attempt are.
  virtual void Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) = 0;
  virtual bool MayRepeat() const { return true; }

  /// Takes the outcome; where it is OK, the response is there.
  virtual void Deliver(Status status) = 0;

 private:
  // What the call is waiting for.
  enum class Phase { kNothing, kToken, kDelay, kAnswer };

  struct CancelSelf {
    AsyncCall* call;
    void operator()() const { call->Cancel(); }
  };

  void StartAttempt();
  void AwaitToken();
  void OnToken(const Result<Token>& token);
  void Launch(Token token);
  void OnDone(const grpc::Status& status);
  /// Ends a call of which no attempt is under way: on another thread, since on this one the caller
  /// may hold a lock.
  void FinishLater(Status status);
  /// Ends `phase`, or returns false where it has ended already.
  bool Leave(Phase phase);
  void Finish(Status status) noexcept;  // what gRPC catches would never be seen

  Transport& transport_;
  const CallKind& kind_;
  const CallOptions options_;
  const Retry::Clock::time_point deadline_;
  std::optional<std::stop_callback<CancelSelf>> stop_callback_;
  // Of the attempt under way.
  Token token_;
  std::optional<AttemptRecord> record_;
  std::optional<grpc::ClientContext> context_;  // for others to use only in Phase::kAnswer

  std::mutex mu_;  // guards what follows
  Retry retry_;
  Phase phase_ = Phase::kNothing;
  bool cancelled_ = false;
};

/// An AsyncCall that knows its messages. `convert` makes the caller's response of the wire's.
template <typename Request, typename Response, typename Convert, typename Done>
class TypedCall final : public AsyncCall {
 public:
  TypedCall(Transport& transport, const Method& method, CallOptions options, Request request,
            Convert convert, Done done)
      : AsyncCall(transport, method.kind, std::move(options)),
        method_(method),
        request_(std::move(request)),
        convert_(std::move(convert)),
        done_(std::move(done)) {}

 private:
  void Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) override {
    response_.Clear();
    method_.start(stubs, context, &request_, &response_, std::move(done));
  }
  void Deliver(Status status) override {
    const auto done = std::exchange(done_, nullptr);
    if (status.ok()) {
      done(convert_(std::move(response_)));
    } else {
      done(std::move(status));
    }
  }

  const Method& method_;
  const Request request_;
  Response response_;
  const Convert convert_;
  Done done_;
};

}  // namespace etcdpp
