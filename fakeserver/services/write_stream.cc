#include "fakeserver/services/write_stream.h"

#include <utility>

namespace fakeetcd {

void WriteStream::Begin(std::shared_ptr<WriteStream> self) {
  self_ = std::move(self);
  streams_.Add(self_);
}

void WriteStream::End(const grpc::Status& status) {
  const MutexLock lock(mu_);
  if (!std::exchange(ended_, true)) Finish(status);
}

void WriteStream::Write(grpc::ByteBuffer message) {
  const MutexLock lock(mu_);
  if (ended_) return;
  outgoing_.Swap(&message);
  StartWrite(&outgoing_);
}

void WriteStream::OnWriteDone(bool ok) {
  // Where it is not, the call is being cancelled.
  if (ok) OnWritten();
}

void WriteStream::OnDone() {
  streams_.Remove(*this);
  OnOver();
  self_.reset();
}

}  // namespace fakeetcd
