#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/mutex.h"

namespace fakeetcd {

using CallMetadata = std::multimap<std::string, std::string>;

/// A call of any kind that a client makes, for a thread that waits. Thread-safe.
class IncomingCall final : public grpc::ServerGenericBidiReactor {
 public:
  /// Lives until gRPC is done with it and the last reference is gone.
  static std::shared_ptr<IncomingCall> Accept(grpc::GenericCallbackServerContext* context);

  const std::string& method() const { return method_; }
  const CallMetadata& metadata() const { return metadata_; }

  /// The client's next message; nothing when it sends no more, or has cancelled the call.
  std::optional<grpc::ByteBuffer> Receive() ABSL_LOCKS_EXCLUDED(mu_);
  void Send(const grpc::ByteBuffer& message) ABSL_LOCKS_EXCLUDED(mu_);
  /// Ends the call behind what was sent. Nothing may be sent after it.
  void End(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_);

  /// Calls `then` when the client cancels the call, at once if it has; again and again until it is
  /// set to nothing, after which it is not called any more.
  void OnCancelled(std::function<void()> then) ABSL_LOCKS_EXCLUDED(mu_);
  bool cancelled() const ABSL_LOCKS_EXCLUDED(mu_);

  // gRPC's.
  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override;

 private:
  explicit IncomingCall(grpc::GenericCallbackServerContext* context);
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string method_;
  CallMetadata metadata_;
  std::shared_ptr<IncomingCall> self_;  // until gRPC is done
  grpc::ByteBuffer read_;               // gRPC's while it reads

  mutable Mutex mu_;
  std::condition_variable changed_;
  std::deque<grpc::ByteBuffer> received_ ABSL_GUARDED_BY(mu_);
  bool no_more_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void()> on_cancelled_ ABSL_GUARDED_BY(mu_);
  std::deque<grpc::ByteBuffer> to_send_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;  // the front of to_send_
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fakeetcd
