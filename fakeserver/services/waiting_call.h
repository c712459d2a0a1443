#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"

#include "fakeserver/coordination/waiter.h"
#include "fakeserver/services/open_streams.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {

/// A unary call whose answer may be long in coming: it waits in a Waiter, which is cancelled with
/// the call, and on no thread.
class WaitingCall final : public grpc::ServerUnaryReactor, public OpenStream {
 public:
  using Answer = std::function<void(absl::StatusOr<grpc::ByteBuffer>)>;
  using MakeWaiter = std::function<std::shared_ptr<Waiter>(Answer)>;

  /// Starts the waiter that `make` makes, and ends the call with what it answers.
  static grpc::ServerUnaryReactor* Begin(OpenStreams& streams, grpc::ByteBuffer* response,
                                         const MakeWaiter& make);

  WaitingCall(OpenStreams& streams, grpc::ByteBuffer* response)
      : streams_(streams), response_(response) {}

  void End(const grpc::Status& status) override;

 private:
  void OnCancel() override { waiter_->Cancel(); }
  void OnDone() override;
  void Finish(absl::StatusOr<grpc::ByteBuffer> answer);

  OpenStreams& streams_;
  grpc::ByteBuffer* const response_;
  std::shared_ptr<WaitingCall> self_;
  std::shared_ptr<Waiter> waiter_;
  std::atomic<bool> finished_{false};
};

/// Decodes the request and begins to wait in what `make` makes of it. `make` takes a
/// const Request& and the Answer, and returns a std::shared_ptr<Waiter>.
template <typename Request, typename Make>
grpc::ServerUnaryReactor* AnswerLater(const Dispatcher& rules, OpenStreams& streams,
                                      const UnaryCall& call, const Make& make) {
  Request request;
  absl::Status status = Decode(*call.request, rules, MessageKind::kUnary, request);
  if (status.ok()) status = CheckMetadata(*call.context, rules.behavior());
  if (!status.ok()) {
    grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }
  return WaitingCall::Begin(streams, call.response, [&](const WaitingCall::Answer& answer) {
    return make(const_cast<const Request&>(request), answer);
  });
}

}  // namespace fakeetcd
