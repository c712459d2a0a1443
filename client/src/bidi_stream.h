#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "client/src/attempt_record.h"
#include "client/src/convert.h"
#include "client/src/message_stream.h"
#include "client/src/transport.h"

namespace etcdpp {

/// A gRPC stream as a MessageStream: logs in where that is needed, converts the messages and lines
/// up what is to be sent.
///
/// Kept alive by the connection's InFlight until gRPC is done with it.
template <typename Outgoing, typename OutgoingProto, typename Incoming, typename IncomingProto>
class BidiStream final : public MessageStream<Outgoing>,
                         public Cancellable,
                         public std::enable_shared_from_this<
                             BidiStream<Outgoing, OutgoingProto, Incoming, IncomingProto>>,
                         private grpc::ClientBidiReactor<OutgoingProto, IncomingProto> {
 public:
  using Reactor = grpc::ClientBidiReactor<OutgoingProto, IncomingProto>;

  /// The method that a stream is of.
  struct Kind {
    std::string_view name;
    void (*start)(const Stubs&, grpc::ClientContext*, Reactor*);
  };

  /// Opens a stream of a method at the next endpoint.
  static std::shared_ptr<MessageStream<Outgoing>> Open(Transport& transport,
                                                       const CallOptions& options, const Kind& kind,
                                                       StreamEvents<Incoming> events) {
    auto stream = std::make_shared<BidiStream>(transport, options, kind, std::move(events));
    if (!transport.in_flight.Add(stream)) return stream;  // its user is being shut down
    if (transport.tokens.enabled() || transport.options.observer != nullptr) {
      // The one who opens may hold a lock, and users' code is about to run.
      stream->Later([stream] { stream->Begin(); });
    } else {
      stream->Launch(Token());
    }
    return stream;
  }

  BidiStream(Transport& transport, CallOptions options, const Kind& kind,
             StreamEvents<Incoming> events)
      : transport_(transport),
        options_(std::move(options)),
        kind_(kind),
        events_(std::move(events)) {}

  void Send(Outgoing message) override {
    const std::lock_guard lock(mu_);
    if (phase_ == Phase::kOver) return;
    outbox_.push_back(ToProto(std::move(message)));
    if (phase_ == Phase::kOpen && outbox_.size() == 1) this->StartWrite(&outbox_.front());
  }

  void Read() override {
    const std::lock_guard lock(mu_);
    if (phase_ == Phase::kOpen) this->StartRead(&incoming_);
    read_wanted_ = phase_ == Phase::kOpening;
  }

  void Close() override {
    {
      const std::lock_guard lock(mu_);
      if (context_) context_->TryCancel();
      if (phase_ == Phase::kOpening) phase_ = Phase::kOver;  // which Launch will see
    }
    ReleaseHold();
  }

  bool TokenOutdated(const Status& refusal) override {
    Token token;
    {
      const std::lock_guard lock(mu_);
      token = token_;
    }
    return transport_.tokens.Outdated(token, refusal);
  }

  void Cancel() override { Close(); }

  void OnEndpointGone(const Endpoint& endpoint) override {
    const std::lock_guard lock(mu_);
    if (context_ && record_->route().endpoint == &endpoint) context_->TryCancel();
  }

 private:
  // kOpen from the start of the call until the hold is given up.
  enum class Phase { kOpening, kOpen, kOver };

  void Later(std::function<void()> task) {
    transport_.timer.RunAt(transport_.timer.Now(), std::move(task));
  }

  void Begin() {
    if (!transport_.tokens.enabled()) return Launch(Token());
    if (const auto token = transport_.tokens.Current()) return Launch(*token);
    StartLogin(transport_, [self = this->shared_from_this()](const Result<Token>& token) {
      if (token.ok()) return self->Launch(*token);
      self->Fail(token.status());
    });
  }

  void Launch(Token token) {
    auto route = transport_.endpoints.Pick(options_.endpoint.str());
    if (!route.ok()) return Fail(route.status());
    AttemptRecord record(transport_, kind_.name, *std::move(route), 1);
    {
      const std::lock_guard lock(mu_);
      if (phase_ == Phase::kOpening) return Start(std::move(token), std::move(record));
    }
    Fail(Status(Code::kCancelled, "the stream was closed before it was open"));
  }

  // mu_ is held.
  void Start(Token token, AttemptRecord record) {
    token_ = std::move(token);
    record_.emplace(std::move(record));
    record_->SetUp(context_.emplace(), options_, token_, Retry::Clock::time_point::max());
    kind_.start(*record_->route().stubs, &*context_, this);
    // Sends and reads come from outside of reactions: the hold has gRPC wait for them.
    this->AddHold();
    phase_ = Phase::kOpen;
    if (!outbox_.empty()) this->StartWrite(&outbox_.front());
    if (read_wanted_) this->StartRead(&incoming_);
    this->StartCall();
  }

  // Ends a stream that gRPC knows nothing of. Later: the one who opens it may hold a lock.
  void Fail(Status status) {
    Later([self = this->shared_from_this(), status = std::move(status)] {
      {
        const std::lock_guard lock(self->mu_);
        self->phase_ = Phase::kOver;
      }
      self->events_.on_end(status);
      self->transport_.in_flight.Remove(self.get());
    });
  }

  void OnWriteDone(bool ok) override {
    // What failed stays, so that nothing is written behind it. The stream ends with a read: gRPC
    // tells no end before all that came is read.
    if (!ok) return;
    const std::lock_guard lock(mu_);
    outbox_.pop_front();
    if (phase_ == Phase::kOpen && !outbox_.empty()) this->StartWrite(&outbox_.front());
  }

  void OnReadDone(bool ok) override {
    if (!ok) return ReleaseHold();
    events_.on_message(FromProto(std::move(incoming_)));
  }

  void OnDone(const grpc::Status& status) override {
    FailedAttempt end = record_->End(*context_, status, token_);
    {
      // The context holds on to the channel, which has to go before the stream does.
      const std::lock_guard lock(mu_);
      context_.reset();
    }
    events_.on_end(std::move(end.status));
    transport_.in_flight.Remove(this);  // the last line: the transport may be gone now
  }

  void ReleaseHold() {
    {
      const std::lock_guard lock(mu_);
      if (phase_ != Phase::kOpen) return;
      phase_ = Phase::kOver;
    }
    this->RemoveHold();
  }

  Transport& transport_;
  const CallOptions options_;
  const Kind kind_;
  const StreamEvents<Incoming> events_;
  IncomingProto incoming_;

  std::mutex mu_;                               // guards what follows
  Token token_;                                 // set with context_, and then left alone
  std::optional<AttemptRecord> record_;         // likewise
  std::optional<grpc::ClientContext> context_;  // none: gRPC has not begun, or is done with it
  Phase phase_ = Phase::kOpening;
  bool read_wanted_ = false;          // as soon as it is open
  std::deque<OutgoingProto> outbox_;  // the first is being written
};

}  // namespace etcdpp
