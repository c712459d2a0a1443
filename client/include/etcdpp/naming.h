#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "etcdpp/client.h"
#include "etcdpp/reflector.h"

namespace etcdpp {

/// Where one instance of a service is.
struct ServiceAddress {
  std::string address = {};   // "10.0.0.7:8080"
  std::string metadata = {};  // JSON, of any kind; empty: none

  friend bool operator==(const ServiceAddress&, const ServiceAddress&) = default;
};

/// The instances of a service, by name.
using ServiceAddresses = std::map<std::string, ServiceAddress, std::less<>>;

/// Who serves: in the layout of Go's clientv3/naming/endpoints, a key service/name for each
/// instance, with a value such as {"Op":0,"Addr":"10.0.0.7:8080","Metadata":null}. So Go's programs
/// find what is registered here, with "etcd:///service" as a gRPC target, and the other way round.
///
///   auto session = Session::Create(client, {.ttl = 10s});
///   ServiceRegistry registry(client, "printers");
///   registry.Add("host-1", {"10.0.0.7:8080"}, {.lease = session->lease()});
///
/// An instance is there until it is removed, or its lease ends. Thread-safe.
class ServiceRegistry {
 public:
  ServiceRegistry(const Client& client, std::string_view service);

  /// Adds an instance, or replaces the one of that name. Fails with kInvalidArgument where the
  /// metadata are no JSON.
  Status Add(std::string_view name, const ServiceAddress& address, const PutOptions& options = {},
             const CallOptions& call = {});
  Status Remove(std::string_view name, const CallOptions& call = {});

  /// Values that are not of the layout are left out, as Go does.
  Result<ServiceAddresses> List(const CallOptions& call = {});

 private:
  Client client_;
  std::string prefix_;
};

/// The instances of a service, kept up to date, over lost connections and compactions.
///
///   ServiceResolver printers(client, "printers", [&](const ServiceAddresses& now) {
///     if (auto target = GrpcTarget(now); target.ok()) ConnectTo(*target);
///   });
///
/// Thread-safe.
class ServiceResolver {
 public:
  /// Told all instances, at first and then after each change, one time after the other on the
  /// connection's thread for callbacks.
  using Told = std::function<void(const ServiceAddresses&)>;
  struct State;

  /// Does not wait.
  ServiceResolver(const Client& client, std::string_view service, Told told = {});
  ServiceResolver(const ServiceResolver&) = delete;
  ServiceResolver& operator=(const ServiceResolver&) = delete;

  /// When it returns nothing is told, unless it is called from there.
  ~ServiceResolver();

  ServiceAddresses addresses() const;

  /// Waits until the instances are known. Fails with kDeadlineExceeded, or as etcd has refused.
  Status WaitSynced(std::chrono::milliseconds timeout = kNoTimeout) const;

 private:
  const std::shared_ptr<State> state_;
  Reflector reflector_;  // last: it tells `state_`
};

/// What gRPC takes for a channel to all of the instances: "ipv4:10.0.0.7:8080,10.0.0.8:8080". With
/// the channel argument GRPC_ARG_LB_POLICY_NAME, "round_robin", calls go round them. gRPC's C++ has
/// no resolvers of one's own: when the instances change, make a channel anew. Fails with
/// kInvalidArgument where there are none, or not all are addresses of one kind: gRPC looks up no
/// more than one name a channel.
Result<std::string> GrpcTarget(const ServiceAddresses& addresses);

}  // namespace etcdpp
