#include "fakeserver/services/waiting_call.h"

#include <utility>

#include "fakeserver/services/dispatched_requester.h"

namespace fakeetcd {

grpc::ServerUnaryReactor* WaitingCall::Begin(OpenStreams& streams, grpc::ByteBuffer* response,
                                             const MakeWaiter& make) {
  const auto call = std::make_shared<WaitingCall>(streams, response);
  call->self_ = call;
  // The answer may come when the call has been ended otherwise and is gone.
  call->waiter_ = make([weak = std::weak_ptr(call)](absl::StatusOr<grpc::ByteBuffer> answer) {
    if (const auto open = weak.lock()) open->Finish(std::move(answer));
  });
  // In this order: who ends all streams in between ends this one too.
  streams.Add(call);
  call->waiter_->Start();
  return call.get();
}

void WaitingCall::Finish(absl::StatusOr<grpc::ByteBuffer> answer) {
  if (finished_.exchange(true)) return;
  if (answer.ok()) response_->Swap(&*answer);
  ServerUnaryReactor::Finish(ToGrpc(WithoutCode(answer.status())));
}

void WaitingCall::End(const grpc::Status& status) {
  waiter_->Abandon();
  if (!finished_.exchange(true)) ServerUnaryReactor::Finish(status);
}

void WaitingCall::OnDone() {
  streams_.Remove(*this);
  self_.reset();
}

}  // namespace fakeetcd
