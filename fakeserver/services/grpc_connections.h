#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakeserver/base/emulation.h"

namespace grpc {
class ServerBuilder;
namespace experimental {
class ExternalConnectionAcceptor;
}
}  // namespace grpc

namespace fakeetcd {

/// What connections with TLS are secured with, in PEM.
struct GrpcTls {
  std::string certificate;
  std::string key;
  std::string authorities;
  bool client_certificate_required = false;
};

/// How a server's connections behave; etcd's flags of the same names.
struct GrpcOptions {
  std::optional<GrpcTls> tls = {};
  int64_t max_concurrent_streams = UINT32_MAX;
  std::chrono::milliseconds keepalive_min_time = std::chrono::seconds(5);
  std::chrono::milliseconds keepalive_interval = std::chrono::hours(2);
  std::chrono::milliseconds keepalive_timeout = std::chrono::seconds(20);
};

/// The connections of a gRPC server that behaves as etcd's, which somebody else accepts.
/// Thread-safe.
class GrpcConnections {
 public:
  /// Sets `builder` up for them. They outlive its server.
  GrpcConnections(const GrpcOptions& options, const Behavior& behavior,
                  grpc::ServerBuilder& builder);
  ~GrpcConnections();
  GrpcConnections(const GrpcConnections&) = delete;
  GrpcConnections& operator=(const GrpcConnections&) = delete;

  /// Hands a connection over, of whose bytes `read` have been read already. REQUIRES: the server
  /// runs; for `tls`, the options have it.
  void Serve(int socket, std::string_view read, bool tls);

 private:
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> plain_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> tls_;
};

}  // namespace fakeetcd
