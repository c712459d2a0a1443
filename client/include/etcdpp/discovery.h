#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/status.h"

namespace etcdpp {

/// One SRV record (RFC 2782).
struct SrvRecord {
  uint16_t priority = 0;
  uint16_t weight = 0;
  uint16_t port = 0;
  std::string target = {};  // without the dot at the end

  friend bool operator==(const SrvRecord&, const SrvRecord&) = default;
};

/// Looks up the SRV records of a name such as "_etcd-client._tcp.example.com". Fails with kNotFound
/// where there are none, and with kUnavailable where nobody could say.
using SrvLookup = std::function<Result<std::vector<SrvRecord>>(const std::string& name)>;

struct DiscoveryOptions {
  /// Tells the clusters of a domain apart: etcdctl's --discovery-srv-name. "prod" looks for
  /// _etcd-client-ssl-prod._tcp and _etcd-client-prod._tcp.
  std::string service_name = {};
  /// In place of the system's resolver.
  SrvLookup lookup = {};
};

/// Finds the endpoints of the cluster that a domain's DNS names, as etcdctl --discovery-srv does:
/// those of _etcd-client-ssl._tcp, with https://, then those of _etcd-client._tcp, with http://; in
/// each by priority, and of equal priority by weight. For Options::endpoints and
/// Client::SetEndpoints.
///
///   auto endpoints = DiscoverEndpoints("example.com");
///   if (!endpoints.ok()) return endpoints.status();
///   Client client({.endpoints = *endpoints});
///
/// Waits for the network. Fails as the lookup does where neither name is there. Thread-safe.
Result<std::vector<std::string>> DiscoverEndpoints(std::string_view domain,
                                                   const DiscoveryOptions& options = {});

}  // namespace etcdpp
