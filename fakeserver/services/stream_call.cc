#include "fakeserver/services/stream_call.h"

#include <utility>

namespace fakeetcd {

void StreamCall::Begin(std::shared_ptr<StreamCall> self) {
  self_ = std::move(self);
  streams_.Add(self_);
}

void StreamCall::End(const grpc::Status& status) {
  const MutexLock lock(mu_);
  if (std::exchange(ended_, true)) return;
  Finish(status);
}

void StreamCall::Read() {
  const MutexLock lock(mu_);
  if (!ended_) StartRead(&incoming_);
}

void StreamCall::Write(grpc::ByteBuffer message, bool more_follows) {
  grpc::WriteOptions options;
  const MutexLock lock(mu_);
  if (ended_) return;
  // The call's metadata go with the first message, and gRPC tells that it is written only when they
  // have been sent: a first message that waits for a second would wait for ever.
  if (std::exchange(begun_, true) && more_follows) options.set_buffer_hint();
  outgoing_.Swap(&message);
  StartWrite(&outgoing_, options);
}

void StreamCall::OnReadDone(bool ok) {
  if (!ok) return OnHalfClose();
  grpc::ByteBuffer message;
  message.Swap(&incoming_);
  OnMessage(message);
}

void StreamCall::OnWriteDone(bool ok) {
  // Where it is not, the call is being cancelled.
  if (ok) OnWritten();
}

void StreamCall::OnDone() {
  streams_.Remove(*this);
  OnOver();
  self_.reset();
}

}  // namespace fakeetcd
