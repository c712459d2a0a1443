#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// Where a server listens and how its connections behave; etcd's flags of the same names.
struct GrpcOptions {
  std::vector<std::string> addresses;  // "HOST:PORT"; port 0 takes a free one
  int64_t max_concurrent_streams = UINT32_MAX;
  std::chrono::milliseconds keepalive_min_time = std::chrono::seconds(5);
  std::chrono::milliseconds keepalive_interval = std::chrono::hours(2);
  std::chrono::milliseconds keepalive_timeout = std::chrono::seconds(20);
};

/// etcd's gRPC services at an address, from construction to destruction. Thread-safe.
class GrpcEndpoint {
 public:
  /// Fails when it cannot listen at one of the addresses.
  static absl::StatusOr<std::unique_ptr<GrpcEndpoint>> Start(Dispatcher& dispatcher,
                                                             const GrpcOptions& options);
  /// Cancels the calls in flight, closes the connections and returns when no call is left.
  ~GrpcEndpoint();

  GrpcEndpoint(const GrpcEndpoint&) = delete;
  GrpcEndpoint& operator=(const GrpcEndpoint&) = delete;

  /// Of each address, in the order given.
  const std::vector<int>& ports() const { return ports_; }

  /// Ends the streams open now, as a server does that goes away; their connections stay.
  void EndStreams();

 private:
  struct Parts;
  explicit GrpcEndpoint(Dispatcher& dispatcher);

  std::unique_ptr<Parts> parts_;
  std::vector<int> ports_;
};

}  // namespace fakeetcd
