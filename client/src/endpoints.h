#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "etcdpp/options.h"
#include "etcdpp/status.h"
#include "etcdpp_proto/auth.grpc.pb.h"
#include "etcdpp_proto/cluster.grpc.pb.h"
#include "etcdpp_proto/kv.grpc.pb.h"
#include "etcdpp_proto/lease.grpc.pb.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace etcdpp {

/// The services of one endpoint, over one channel of its own. Thread-safe.
struct Endpoint {
  Endpoint(std::string endpoint_target, const std::shared_ptr<grpc::Channel>& channel);

  const std::string target;  // gRPC's name for it
  const std::unique_ptr<etcdpp_proto::etcdserverpb::KV::Stub> kv;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Lease::Stub> lease;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Watch::Stub> watch;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Auth::Stub> auth;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Cluster::Stub> cluster;
  const std::unique_ptr<etcdpp_proto::etcdserverpb::Maintenance::Stub> maintenance;
  // steady_clock ticks until which others are preferred; 0: none.
  std::atomic<int64_t> shunned_until{0};
};

/// Where calls can go, and which goes where: round them in turn, past those that failed of late.
/// The only place that makes channels: one for each endpoint, so that each can have its own
/// connection state and, later, its own name to verify. Thread-safe.
class Endpoints {
 public:
  explicit Endpoints(const Options& options);

  /// What is wrong with the options; the functions below may be called only if nothing is.
  const Status& status() const { return status_; }

  /// How many there are, however many connections each has.
  size_t size() const { return size_; }

  Endpoint& Pick();

  /// Says that a call to `endpoint` found nobody there.
  void OnUnavailable(Endpoint& endpoint);

 private:
  Status status_;
  size_t size_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;  // one for each connection
  std::atomic<size_t> next_{0};
};

/// Returns gRPC's target for an endpoint as Options::endpoints has it.
Result<std::string> TargetFor(std::string_view endpoint);

}  // namespace etcdpp
