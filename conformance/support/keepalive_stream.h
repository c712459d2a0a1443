#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "conformance/support/wire.h"

namespace conformance {

/// One LeaseKeepAlive stream. Waits are bounded; one that ends in vain ends the case, as a
/// failure.
class KeepAliveStream {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  explicit KeepAliveStream(const Wire& wire,
                           const CallOptions& options = {.timeout = std::chrono::seconds(120)});
  /// Cancels the stream.
  ~KeepAliveStream();
  KeepAliveStream(const KeepAliveStream&) = delete;
  KeepAliveStream& operator=(const KeepAliveStream&) = delete;

  bool Send(int64_t lease);
  void HalfClose();
  void Cancel();

  /// The oldest response not yet taken.
  pb::LeaseKeepAliveResponse Next();
  /// Nothing if none comes in time.
  std::optional<pb::LeaseKeepAliveResponse> TryNext(std::chrono::milliseconds timeout);

  /// Sends a keepalive of `lease` and waits for a response.
  pb::LeaseKeepAliveResponse KeepAlive(int64_t lease);

  /// How the stream ended.
  grpc::Status End();

 private:
  struct Recorder;

  std::unique_ptr<Recorder> recorder_;
};

}  // namespace conformance
