#pragma once

#include <memory>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "fakeserver/base/mutex.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

/// A call that answers one request with a stream of messages: one write in flight, so that a client
/// which reads slowly is waited for; an end that anyone may ask for at any time; and a life that
/// lasts until gRPC is done with the call and nobody else holds the stream.
class WriteStream : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public OpenStream {
 public:
  void End(const grpc::Status& status) final ABSL_LOCKS_EXCLUDED(mu_);

 protected:
  explicit WriteStream(OpenStreams& streams) : streams_(streams) {}

  /// Keeps `self` until gRPC is done. To be called once, first, by whoever made it.
  void Begin(std::shared_ptr<WriteStream> self);

  /// REQUIRES: no write is in flight. Does nothing when the stream has ended.
  void Write(grpc::ByteBuffer message) ABSL_LOCKS_EXCLUDED(mu_);

  /// The message is written.
  virtual void OnWritten() = 0;
  /// The call is over; the last thing that is called.
  virtual void OnOver() {}

 private:
  void OnWriteDone(bool ok) final;
  void OnCancel() final { End(grpc::Status::CANCELLED); }
  void OnDone() final;

  OpenStreams& streams_;
  std::shared_ptr<WriteStream> self_;
  grpc::ByteBuffer outgoing_;  // of the write in flight
  Mutex mu_;
  // After Finish gRPC allows no writes.
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

/// A call that ends with `status` as it begins.
grpc::ServerWriteReactor<grpc::ByteBuffer>* RefuseStream(const absl::Status& status);

}  // namespace fakeetcd
