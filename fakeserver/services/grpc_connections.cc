#include "fakeserver/services/grpc_connections.h"

#include <algorithm>
#include <climits>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

namespace fakeetcd {
namespace {

int Milliseconds(std::chrono::milliseconds duration) {
  return static_cast<int>(std::clamp<int64_t>(duration.count(), 0, INT_MAX));
}

void SetChannelArguments(const GrpcOptions& options, grpc::ServerBuilder& builder) {
  // The size of messages is ours to refuse, in etcd's words.
  builder.SetMaxReceiveMessageSize(-1);
  builder.SetMaxSendMessageSize(-1);
  // grpc-go's limits.
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 << 20);
  builder.AddChannelArgument(
      GRPC_ARG_MAX_CONCURRENT_STREAMS,
      static_cast<int>(std::clamp<int64_t>(options.max_concurrent_streams, 1, INT_MAX)));
  // Who pings more often than the minimum, or at all while nothing is going on, is sent away at
  // the third time (etcdserver/api/v3rpc, keepalive.EnforcementPolicy).
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(options.keepalive_min_time));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  const bool pings = options.keepalive_interval.count() > 0;
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             pings ? Milliseconds(options.keepalive_interval) : INT_MAX);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             Milliseconds(options.keepalive_timeout));
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // The client ends a call whose time is up. gRPC would end it here at the same moment, and cut off
  // an answer on its way with a status that a client may not take for its deadline.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 0);
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const GrpcTls& tls) {
  grpc::SslServerCredentialsOptions options(
      tls.client_certificate_required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_key_cert_pairs.push_back({tls.key, tls.certificate});
  options.pem_root_certs = tls.authorities;
  return grpc::SslServerCredentials(options);
}

std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> Acceptor(
    const std::shared_ptr<grpc::ServerCredentials>& credentials, grpc::ServerBuilder& builder) {
  return builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
}

}  // namespace

GrpcConnections::GrpcConnections(const GrpcOptions& options, const Behavior& behavior,
                                 grpc::ServerBuilder& builder) {
  SetChannelArguments(options, builder);
  // etcd names no encodings in its answers' metadata.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  // etcd's library knows no deflate, and up to 3.4 was built without gzip (decode.cc).
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  if (!behavior.accepts_gzip) {
    builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  }
  plain_ = Acceptor(grpc::InsecureServerCredentials(), builder);
  if (options.tls) tls_ = Acceptor(Credentials(*options.tls), builder);
}

GrpcConnections::~GrpcConnections() = default;

void GrpcConnections::Serve(int socket, std::string_view read, bool tls) {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.fd = socket;
  const grpc::Slice slice(read.data(), read.size());
  connection.read_buffer = grpc::ByteBuffer(&slice, 1);
  (tls ? tls_ : plain_)->HandleNewConnection(&connection);
}

}  // namespace fakeetcd
