#pragma once

#include <memory>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/mutex.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

/// What the server's streams share: one read and one write in flight, an end that anyone may ask
/// for at any time, and a life that lasts until gRPC is done with the call and nobody else holds
/// the stream.
///
/// Reactions never block, and never hold a lock while they call the engine.
class StreamCall : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                   public OpenStream {
 public:
  void End(const grpc::Status& status) final ABSL_LOCKS_EXCLUDED(mu_);

 protected:
  explicit StreamCall(OpenStreams& streams) : streams_(streams) {}

  /// Keeps `self` until gRPC is done. To be called once, first, by whoever made it: who ends all
  /// streams from then on ends this one too.
  void Begin(std::shared_ptr<StreamCall> self);

  /// Asks for the client's next message. Does nothing when the stream has ended.
  void Read() ABSL_LOCKS_EXCLUDED(mu_);
  /// With `more_follows` the message may wait for the next one to be sent with it.
  /// REQUIRES: no write is in flight. Does nothing when the stream has ended.
  void Write(grpc::ByteBuffer message, bool more_follows = false) ABSL_LOCKS_EXCLUDED(mu_);

  /// A message has come.
  virtual void OnMessage(const grpc::ByteBuffer& message) = 0;
  /// No more messages will come. By default the stream stays open.
  virtual void OnHalfClose() {}
  /// The message is written.
  virtual void OnWritten() = 0;
  /// The call is over; the last thing that is called.
  virtual void OnOver() {}

 private:
  void OnReadDone(bool ok) final;
  void OnWriteDone(bool ok) final;
  void OnCancel() final { End(grpc::Status::CANCELLED); }
  void OnDone() final;

  OpenStreams& streams_;
  std::shared_ptr<StreamCall> self_;
  grpc::ByteBuffer incoming_;  // of the read in flight
  grpc::ByteBuffer outgoing_;  // of the write in flight
  Mutex mu_;
  // After Finish gRPC allows neither reads nor writes.
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool begun_ ABSL_GUARDED_BY(mu_) = false;  // to write
};

}  // namespace fakeetcd
