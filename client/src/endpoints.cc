#include "client/src/endpoints.h"

#include <string_view>
#include <utility>

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace etcdpp {
namespace {

using Clock = std::chrono::steady_clock;

// How long an endpoint where nobody was is passed over while there are others.
constexpr std::chrono::seconds kShunned{1};

grpc::ChannelArguments ArgumentsFor(const Options& options, int connection) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(options.max_send_bytes);
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_time.count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   static_cast<int>(options.keepalive_timeout.count()));
  // etcd closes connections that are probed while idle.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  // Without it gRPC stops probing after two pings on a watch that only listens, and a dead peer
  // would never be noticed.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The first reconnect comes soon: a restarted etcd is back within a fraction of a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 3000);
  // Despite its name, this is how long one connection attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(options.connect_timeout.count()));
  // Channels with equal arguments would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt("etcdpp.connection", connection);
  return arguments;
}

}  // namespace

Endpoint::Endpoint(std::string endpoint_target, const std::shared_ptr<grpc::Channel>& channel)
    : target(std::move(endpoint_target)),
      kv(etcdpp_proto::etcdserverpb::KV::NewStub(channel)),
      lease(etcdpp_proto::etcdserverpb::Lease::NewStub(channel)),
      watch(etcdpp_proto::etcdserverpb::Watch::NewStub(channel)),
      auth(etcdpp_proto::etcdserverpb::Auth::NewStub(channel)),
      cluster(etcdpp_proto::etcdserverpb::Cluster::NewStub(channel)),
      maintenance(etcdpp_proto::etcdserverpb::Maintenance::NewStub(channel)) {}

Endpoints::Endpoints(const Options& options) : size_(options.endpoints.size()) {
  if (options.endpoints.empty() || options.connections_per_endpoint < 1) {
    status_ = Status(Code::kInvalidArgument, "the client's options name no endpoint to connect to");
    return;
  }
  const auto credentials = grpc::InsecureChannelCredentials();
  for (int i = 0; i < options.connections_per_endpoint; ++i) {
    for (const std::string& endpoint : options.endpoints) {
      auto target = TargetFor(endpoint);
      if (!target.ok()) {
        status_ = target.status();
        return;
      }
      const auto channel =
          grpc::CreateCustomChannel(*target, credentials, ArgumentsFor(options, i));
      endpoints_.push_back(std::make_unique<Endpoint>(*std::move(target), channel));
    }
  }
}

Endpoint& Endpoints::Pick() {
  const size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
  Endpoint& first = *endpoints_[turn % endpoints_.size()];
  if (endpoints_.size() == 1 || first.shunned_until.load(std::memory_order_relaxed) == 0) {
    return first;
  }
  const int64_t now = Clock::now().time_since_epoch().count();
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    Endpoint& endpoint = *endpoints_[(turn + i) % endpoints_.size()];
    const int64_t until = endpoint.shunned_until.load(std::memory_order_relaxed);
    if (until == 0) return endpoint;
    if (until <= now) {
      endpoint.shunned_until.store(0, std::memory_order_relaxed);
      return endpoint;
    }
  }
  return first;
}

void Endpoints::OnUnavailable(Endpoint& endpoint) {
  const auto until = Clock::now() + kShunned;
  endpoint.shunned_until.store(until.time_since_epoch().count(), std::memory_order_relaxed);
}

Result<std::string> TargetFor(std::string_view endpoint) {
  constexpr std::string_view kHttp = "http://";
  if (endpoint.starts_with("https://")) {
    return Status(Code::kUnimplemented,
                  "TLS endpoints are not supported yet: " + std::string(endpoint));
  }
  if (endpoint.starts_with("unix:")) return std::string(endpoint);
  if (endpoint.starts_with(kHttp)) endpoint.remove_prefix(kHttp.size());
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  if (endpoint.empty() || endpoint.find('/') != std::string_view::npos) {
    return Status(Code::kInvalidArgument, "not an endpoint: \"" + std::string(endpoint) + "\"");
  }
  return "dns:///" + std::string(endpoint);
}

}  // namespace etcdpp
