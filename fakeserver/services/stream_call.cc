#include "fakeserver/services/stream_call.h"

#include <utility>

namespace fakeetcd {

void StreamCall::Begin(std::shared_ptr<StreamCall> self) {
  self_ = std::move(self);
  streams_.Add(self_);
  Read();
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
  if (more_follows) options.set_buffer_hint();
  const MutexLock lock(mu_);
  if (ended_) return;
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
