#include "etcdpp/discovery.h"

#include <algorithm>
#include <tuple>

#include "client/src/srv_lookup.h"

namespace etcdpp {
namespace {

// As etcd's client/pkg/srv names them.
std::string ServiceName(std::string_view domain, const DiscoveryOptions& options, bool tls) {
  std::string name = tls ? "_etcd-client-ssl" : "_etcd-client";
  if (!options.service_name.empty()) name.append("-").append(options.service_name);
  return name.append("._tcp.").append(domain);
}

std::string Address(const SrvRecord& record) {
  // An address of IPv6 takes brackets before a port.
  const bool ipv6 = record.target.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + record.target + "]" : record.target;
  return host + ":" + std::to_string(record.port);
}

}  // namespace

Result<std::vector<std::string>> DiscoverEndpoints(std::string_view domain,
                                                   const DiscoveryOptions& options) {
  const SrvLookup lookup =
      options.lookup ? options.lookup : [](const std::string& name) { return LookUpSrv(name); };
  std::vector<std::string> endpoints;
  Status why(Code::kNotFound, "no SRV records of " + ServiceName(domain, options, true));
  bool found = false;
  for (const bool tls : {true, false}) {
    auto records = lookup(ServiceName(domain, options, tls));
    if (!records.ok()) {
      // That nobody could say weighs more than that there is nothing.
      if (why.code() == Code::kNotFound) why = records.status();
      continue;
    }
    std::stable_sort(records->begin(), records->end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.priority, b.weight) < std::make_tuple(b.priority, a.weight);
    });
    for (const SrvRecord& record : *records) {
      if (record.target.empty() || record.target == ".") continue;  // "no such service here"
      endpoints.push_back((tls ? "https://" : "http://") + Address(record));
      found = true;
    }
  }
  if (!found) return why;
  return endpoints;
}

}  // namespace etcdpp
