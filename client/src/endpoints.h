#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include "etcdpp/endpoints.h"
#include "etcdpp/options.h"
#include "etcdpp/status.h"
#include "etcdpp_proto/auth.grpc.pb.h"
#include "etcdpp_proto/cluster.grpc.pb.h"
#include "etcdpp_proto/kv.grpc.pb.h"
#include "etcdpp_proto/lease.grpc.pb.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace etcdpp {

/// etcd's services over one channel. Thread-safe.
struct Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel);

  const std::unique_ptr<etcdpp_proto::etcdserverpb::KV::Stub> kv;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Lease::Stub> lease;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Watch::Stub> watch;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Auth::Stub> auth;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Cluster::Stub> cluster;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Maintenance::Stub> maintenance;
  const std::unique_ptr<grpc::GenericStub> any;  // of any service
};

/// What an endpoint's text means to gRPC.
struct Target {
  std::string uri;
  bool tls = false;
  bool is_unix = false;
};

/// Returns the target of an endpoint as Options::endpoints has it; one without a scheme uses TLS
/// where `tls_by_default`.
Result<Target> TargetFor(std::string_view endpoint, bool tls_by_default);

/// One endpoint: its channels, and how it has been doing. Thread-safe.
struct Endpoint {
  Endpoint(std::string endpoint_name, std::string endpoint_target,
           std::vector<std::unique_ptr<Stubs>> endpoint_connections)
      : name(std::move(endpoint_name)),
        target(std::move(endpoint_target)),
        connections(std::move(endpoint_connections)) {}

  const std::string name;    // as Options::endpoints has it
  const std::string target;  // gRPC's name for it
  const std::vector<std::unique_ptr<Stubs>> connections;

  // steady_clock ticks; 0: none.
  std::atomic<int64_t> failed_until{0};
  std::atomic<int64_t> last_failure{0};
  std::atomic<uint64_t> attempts{0};
  std::atomic<uint64_t> failures{0};
};

/// Where one attempt goes. Owns nothing: what ends on a thread of gRPC must not take a channel
/// along.
struct Route {
  Endpoint* endpoint = nullptr;
  const Stubs* stubs = nullptr;
};

/// Where calls can go, and which goes where: round them in turn, past those that failed of late.
/// The only place that makes channels: one for each endpoint, so that each has its own connection
/// state and its own name to verify. Thread-safe.
class Endpoints {
 public:
  explicit Endpoints(const Options& options);

  /// What is wrong with the options, if anything is: then no call can be made.
  const Status& status() const { return status_; }

  /// How many there are, however many connections each has.
  size_t size() const;

  /// Returns where to go next: to `pinned`, whatever it is like, unless that is empty. It stays as
  /// long as this does. Fails with Reason::kNoServerAvailable where FailoverOptions want that.
  Result<Route> Pick(const std::string& pinned = {});

  /// Says how an attempt ended: with nobody there, or with an answer. Returns whether that is news.
  bool OnFailed(Endpoint& endpoint);
  bool OnAnswered(Endpoint& endpoint);

  /// Replaces the endpoints, and returns in `gone` those that were and are no more. Where one is
  /// malformed all stay as they are.
  Status Set(const std::vector<std::string>& names, std::vector<Endpoint*>* gone);

  std::vector<EndpointState> States() const;
  void MarkFailed(std::string_view name);

 private:
  using List = std::vector<Endpoint*>;

  /// Returns the one of that name, which need not have been known. REQUIRES: mu_ is held.
  Result<Endpoint*> Know(const std::string& name);
  Result<Route> PickPinned(const std::string& name);
  Endpoint* Healthy(const List& list, size_t turn) const;
  const List& Current() const { return *list_.load(std::memory_order_acquire); }

  const Options options_;
  Status status_;
  std::shared_ptr<grpc::ChannelCredentials> tls_;
  std::atomic<size_t> next_{0};
  std::atomic<const List*> list_;  // one of lists_: a call that picks locks nothing

  std::mutex mu_;           // guards what follows
  std::deque<List> lists_;  // that have been current
  // By name. With those that calls are pinned to without being in the list, and those that are in
  // it no more. All stay until the end: the last reference to a channel must not go on a thread of
  // gRPC, which would wait for itself.
  std::map<std::string, std::unique_ptr<Endpoint>> all_;
};

}  // namespace etcdpp
