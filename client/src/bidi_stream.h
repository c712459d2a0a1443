#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "client/src/convert.h"
#include "client/src/message_stream.h"
#include "client/src/transport.h"

namespace etcdpp {

/// A gRPC stream as a MessageStream: converts the messages and lines up what is to be sent.
///
/// Kept alive by the connection's InFlight until gRPC is done with it.
template <typename Outgoing, typename OutgoingProto, typename Incoming, typename IncomingProto>
class BidiStream final : public MessageStream<Outgoing>,
                         public Cancellable,
                         private grpc::ClientBidiReactor<OutgoingProto, IncomingProto> {
 public:
  using Reactor = grpc::ClientBidiReactor<OutgoingProto, IncomingProto>;
  using Starter = void (*)(const Endpoint&, grpc::ClientContext*, Reactor*);

  /// Opens a stream of `start`'s method at the next endpoint.
  static std::shared_ptr<MessageStream<Outgoing>> Open(Transport& transport,
                                                       const CallOptions& options, Starter start,
                                                       StreamEvents<Incoming> events) {
    auto stream = std::make_shared<BidiStream>(transport, options, std::move(events));
    if (!transport.in_flight.Add(stream)) return stream;  // its user is being shut down
    const std::lock_guard lock(stream->mu_);
    start(stream->endpoint_, stream->context_.get(), stream.get());
    // Sends and reads come from outside of reactions: the hold has gRPC wait for them.
    stream->AddHold();
    stream->open_ = true;
    stream->StartCall();
    return stream;
  }

  BidiStream(Transport& transport, const CallOptions& options, StreamEvents<Incoming> events)
      : transport_(transport),
        endpoint_(transport.endpoints.Pick()),
        events_(std::move(events)),
        context_(MakeContext(transport, options, Retry::Clock::time_point::max())) {}

  void Send(Outgoing message) override {
    const std::lock_guard lock(mu_);
    if (!open_) return;
    outbox_.push_back(ToProto(std::move(message)));
    if (outbox_.size() == 1) this->StartWrite(&outbox_.front());
  }

  void Read() override {
    const std::lock_guard lock(mu_);
    if (open_) this->StartRead(&incoming_);
  }

  void Close() override {
    {
      const std::lock_guard lock(mu_);
      if (context_ != nullptr) context_->TryCancel();
    }
    ReleaseHold();
  }

  void Cancel() override { Close(); }

 private:
  void OnWriteDone(bool ok) override {
    if (!ok) return ReleaseHold();
    const std::lock_guard lock(mu_);
    outbox_.pop_front();
    if (open_ && !outbox_.empty()) this->StartWrite(&outbox_.front());
  }

  void OnReadDone(bool ok) override {
    if (!ok) return ReleaseHold();
    events_.on_message(FromProto(std::move(incoming_)));
  }

  void OnDone(const grpc::Status& status) override {
    FailedAttempt ended = DescribeFailure(transport_, endpoint_, *context_, status);
    {
      // The context holds on to the channel, which has to go before the stream does.
      const std::lock_guard lock(mu_);
      context_.reset();
    }
    events_.on_end(std::move(ended.status));
    transport_.in_flight.Remove(this);  // the last line: the transport may be gone now
  }

  void ReleaseHold() {
    {
      const std::lock_guard lock(mu_);
      if (!open_) return;
      open_ = false;
    }
    this->RemoveHold();
  }

  Transport& transport_;
  Endpoint& endpoint_;
  const StreamEvents<Incoming> events_;
  IncomingProto incoming_;

  std::mutex mu_;                                 // guards what follows
  std::unique_ptr<grpc::ClientContext> context_;  // null: gRPC is done with the stream
  bool open_ = false;                 // from the start of the call until the hold is given up
  std::deque<OutgoingProto> outbox_;  // the first is being written
};

}  // namespace etcdpp
