#pragma once

#include <memory>

#include <grpcpp/support/status.h>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"

#include "fakeserver/base/mutex.h"

namespace fakeetcd {

/// A stream that a client holds open.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  /// Ends the stream with `status`, unless it has ended. Thread-safe.
  virtual void End(const grpc::Status& status) = 0;
};

/// The streams that clients hold open, so that the server can end them. Thread-safe.
class OpenStreams {
 public:
  void Add(const std::shared_ptr<OpenStream>& stream) ABSL_LOCKS_EXCLUDED(mu_);
  void Remove(const OpenStream& stream) ABSL_LOCKS_EXCLUDED(mu_);
  /// Ends those open now.
  void EndAll(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Mutex mu_;
  absl::flat_hash_map<const OpenStream*, std::weak_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fakeetcd
