#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/grpc_connections.h"

namespace grpc {
class Channel;
}

namespace fakeetcd {

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

  /// Takes over a connection, of whose bytes `read` have been read already. REQUIRES for `tls`:
  /// the options have it.
  void Serve(int socket, std::string_view read, bool tls);

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
