#include "fakeserver/services/write_stream.h"

#include <utility>

#include "fakeserver/services/grpc_status.h"

namespace fakeetcd {
namespace {

class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

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

grpc::ServerWriteReactor<grpc::ByteBuffer>* RefuseStream(const absl::Status& status) {
  return new RefusedStream(status);
}

}  // namespace fakeetcd
