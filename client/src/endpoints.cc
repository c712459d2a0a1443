#include "client/src/endpoints.h"

#include <algorithm>
#include <climits>
#include <filesystem>
#include <iterator>
#include <utility>

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "client/src/tls.h"

namespace etcdpp {
namespace {

using Clock = std::chrono::steady_clock;

int64_t Ticks(Clock::time_point time) { return time.time_since_epoch().count(); }

Clock::time_point FromTicks(int64_t ticks) { return Clock::time_point(Clock::duration(ticks)); }

// gRPC takes INT_MAX for never.
int ToInt(std::chrono::milliseconds time) {
  return static_cast<int>(std::clamp<int64_t>(time.count(), 0, INT_MAX));
}

grpc::ChannelArguments ArgumentsFor(const Options& options, const Target& target, int connection) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(options.max_send_bytes);
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, ToInt(options.keepalive_time));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ToInt(options.keepalive_timeout));
  // etcd closes connections that are probed while idle.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  // Without it gRPC stops probing after two pings on a watch that only listens, and a dead peer
  // would never be noticed.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The first reconnect comes soon: a restarted etcd is back within a fraction of a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 3000);
  // Despite its name, this is how long one connection attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, ToInt(options.connect_timeout));
  // A name is looked up anew when a connection breaks; by default no sooner than after 30 s.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  // Channels with equal arguments would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt("etcdpp.connection", connection);
  if (target.tls && options.tls && !options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  } else if (target.tls && target.is_unix) {
    arguments.SetSslTargetNameOverride("localhost");  // a path is no name to verify
  }
  return arguments;
}

Status NoEndpoint(std::string_view endpoint) {
  return {Code::kInvalidArgument, "not an endpoint: \"" + std::string(endpoint) + "\""};
}

}  // namespace

Stubs::Stubs(const std::shared_ptr<grpc::Channel>& channel)
    : kv(etcdpp_proto::etcdserverpb::KV::NewStub(channel)),
      lease(etcdpp_proto::etcdserverpb::Lease::NewStub(channel)),
      watch(etcdpp_proto::etcdserverpb::Watch::NewStub(channel)),
      auth(etcdpp_proto::etcdserverpb::Auth::NewStub(channel)),
      cluster(etcdpp_proto::etcdserverpb::Cluster::NewStub(channel)),
      maintenance(etcdpp_proto::etcdserverpb::Maintenance::NewStub(channel)),
      any(std::make_unique<grpc::GenericStub>(channel)) {}

// As etcd's client/v3/internal/endpoint reads them.
Result<Target> TargetFor(std::string_view endpoint, bool tls_by_default) {
  const std::string_view whole = endpoint;
  const auto take = [&endpoint](std::string_view prefix) {
    if (!endpoint.starts_with(prefix)) return false;
    endpoint.remove_prefix(prefix.size());
    return true;
  };
  const bool unixs = take("unixs:");
  if (unixs || take("unix:")) {
    take("//");  // "unix:///path" is an absolute path, "unix://path" a relative one
    if (endpoint.empty()) return NoEndpoint(whole);
    // Absolute, with the slashes: gRPC calls a connected peer "unix:/path", and whether a call
    // reached one is told by its peer not being the target.
    return Target{"unix://" + std::filesystem::absolute(endpoint).string(), unixs, true};
  }
  const bool https = take("https://");
  const bool http = !https && take("http://");
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  if (endpoint.empty() || endpoint.find('/') != std::string_view::npos) return NoEndpoint(whole);
  return Target{"dns:///" + std::string(endpoint), https || (!http && tls_by_default), false};
}

Endpoints::Endpoints(const Options& options) : options_(options), lists_(1) {
  list_ = &lists_.back();
  auto tls = MakeTlsCredentials(options_.tls.value_or(TlsOptions()));
  if (!tls.ok()) {
    status_ = tls.status();
    return;
  }
  tls_ = *std::move(tls);
  if (options_.connections_per_endpoint < 1) {
    status_ = Status(Code::kInvalidArgument, "the client's options allow no connection");
    return;
  }
  List gone;
  status_ = Set(options_.endpoints, &gone);
}

size_t Endpoints::size() const { return Current().size(); }

Result<Endpoint*> Endpoints::Know(const std::string& name) {
  const auto known = all_.find(name);
  if (known != all_.end()) return known->second.get();
  auto target = TargetFor(name, options_.tls.has_value());
  if (!target.ok()) return target.status();
  std::vector<std::unique_ptr<Stubs>> connections;
  for (int i = 0; i < options_.connections_per_endpoint; ++i) {
    connections.push_back(std::make_unique<Stubs>(grpc::CreateCustomChannel(
        target->uri, target->tls ? tls_ : grpc::InsecureChannelCredentials(),
        ArgumentsFor(options_, *target, i))));
  }
  auto endpoint = std::make_unique<Endpoint>(name, std::move(target->uri), std::move(connections));
  return all_.emplace(name, std::move(endpoint)).first->second.get();
}

Status Endpoints::Set(const std::vector<std::string>& names, List* gone) {
  if (names.empty()) {
    return {Code::kInvalidArgument, "the client's options name no endpoint to connect to"};
  }
  const std::lock_guard lock(mu_);
  List list;
  for (const std::string& name : names) {
    auto endpoint = Know(name);
    if (!endpoint.ok()) return endpoint.status();
    list.push_back(*endpoint);
  }
  const List& current = Current();
  if (list == current) return {};
  std::copy_if(current.begin(), current.end(), std::back_inserter(*gone),
               [&list](Endpoint* before) {
                 return std::find(list.begin(), list.end(), before) == list.end();
               });
  lists_.push_back(std::move(list));
  list_.store(&lists_.back(), std::memory_order_release);
  return {};
}

Result<Route> Endpoints::Pick(const std::string& pinned) {
  if (!pinned.empty()) return PickPinned(pinned);
  const List& list = Current();
  const size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
  Endpoint* endpoint = Healthy(list, turn);
  if (endpoint == nullptr) {
    return Status(Code::kUnavailable, Reason::kNoServerAvailable,
                  "all endpoints have failed of late");
  }
  const auto& connections = endpoint->connections;
  const Stubs* stubs = connections[turn / list.size() % connections.size()].get();
  endpoint->attempts.fetch_add(1, std::memory_order_relaxed);
  return Route{endpoint, stubs};
}

// The first from the turn's on that did not fail of late; else the one that failed longest ago, or
// null where that is not wanted.
Endpoint* Endpoints::Healthy(const List& list, size_t turn) const {
  Endpoint* const first = list[turn % list.size()];
  if (first->failed_until.load(std::memory_order_relaxed) == 0) return first;
  const int64_t now = Ticks(Clock::now());
  Endpoint* oldest = first;
  for (size_t i = 0; i < list.size(); ++i) {
    Endpoint* const endpoint = list[(turn + i) % list.size()];
    const int64_t until = endpoint->failed_until.load(std::memory_order_relaxed);
    if (until <= now) return endpoint;
    if (until < oldest->failed_until.load(std::memory_order_relaxed)) oldest = endpoint;
  }
  return options_.failover.fail_when_all_failed ? nullptr : oldest;
}

Result<Route> Endpoints::PickPinned(const std::string& name) {
  const std::lock_guard lock(mu_);
  auto endpoint = Know(name);
  if (!endpoint.ok()) return endpoint.status();
  (*endpoint)->attempts.fetch_add(1, std::memory_order_relaxed);
  return Route{*endpoint, (*endpoint)->connections.front().get()};
}

bool Endpoints::OnFailed(Endpoint& endpoint) {
  const auto now = Clock::now();
  endpoint.failures.fetch_add(1, std::memory_order_relaxed);
  endpoint.last_failure.store(Ticks(now), std::memory_order_relaxed);
  const auto until = internal::Later(now, options_.failover.retry_after);
  return endpoint.failed_until.exchange(Ticks(until), std::memory_order_relaxed) == 0;
}

bool Endpoints::OnAnswered(Endpoint& endpoint) {
  if (endpoint.failed_until.load(std::memory_order_relaxed) == 0) return false;
  return endpoint.failed_until.exchange(0, std::memory_order_relaxed) != 0;
}

std::vector<EndpointState> Endpoints::States() const {
  const int64_t now = Ticks(Clock::now());
  std::vector<EndpointState> states;
  for (const Endpoint* endpoint : Current()) {
    EndpointState& state = states.emplace_back();
    state.endpoint = endpoint->name;
    state.failed = endpoint->failed_until.load(std::memory_order_relaxed) > now;
    const int64_t last_failure = endpoint->last_failure.load(std::memory_order_relaxed);
    if (last_failure != 0) state.last_failure = FromTicks(last_failure);
    state.attempts = endpoint->attempts.load(std::memory_order_relaxed);
    state.failures = endpoint->failures.load(std::memory_order_relaxed);
  }
  return states;
}

void Endpoints::MarkFailed(std::string_view name) {
  for (Endpoint* endpoint : Current()) {
    if (endpoint->name == name) OnFailed(*endpoint);
  }
}

}  // namespace etcdpp
