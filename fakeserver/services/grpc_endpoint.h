#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "fakeserver/services/dispatcher.h"

namespace grpc {
class Channel;
}

namespace fakeetcd {

/// How a server's connections behave; etcd's flags of the same names.
struct GrpcOptions {
  int64_t max_concurrent_streams = UINT32_MAX;
  std::chrono::milliseconds keepalive_min_time = std::chrono::seconds(5);
  std::chrono::milliseconds keepalive_interval = std::chrono::hours(2);
  std::chrono::milliseconds keepalive_timeout = std::chrono::seconds(20);
};

/// etcd's gRPC services, from construction to destruction, on connections that somebody else
/// accepts. Thread-safe.
class GrpcEndpoint {
 public:
  static absl::StatusOr<std::unique_ptr<GrpcEndpoint>> Start(Dispatcher& dispatcher,
                                                             const GrpcOptions& options);
  /// Cancels the calls in flight, closes the connections and returns when no call is left.
  ~GrpcEndpoint();

  GrpcEndpoint(const GrpcEndpoint&) = delete;
  GrpcEndpoint& operator=(const GrpcEndpoint&) = delete;

  /// Takes over a connection, of whose bytes `read` have been read already.
  void Serve(int socket, std::string_view read);

  /// A way to the services that leaves the process nowhere. It is to be given up before this is.
  std::shared_ptr<grpc::Channel> ChannelToSelf();

  /// Ends the streams open now, as a server does that goes away; their connections stay.
  void EndStreams();

 private:
  struct Parts;
  explicit GrpcEndpoint(Dispatcher& dispatcher);

  std::unique_ptr<Parts> parts_;
};

}  // namespace fakeetcd
