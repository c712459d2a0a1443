#include "conformance/failures/cluster.h"

#include <chrono>
#include <stdexcept>

#include "conformance/failures/ordeal.h"
#include "etcdpp/client.h"

namespace conformance {
namespace {

EtcdServer* all_servers = nullptr;

}  // namespace

EtcdServer& Servers() { return *all_servers; }
void SetServers(EtcdServer* started) { all_servers = started; }

std::vector<std::string> EndpointsOfServers() {
  std::vector<std::string> endpoints;
  for (int i = 0; i < Servers().members(); ++i) endpoints.push_back(Servers().endpoint(i));
  return endpoints;
}

int Leader() {
  const auto endpoints = EndpointsOfServers();
  etcdpp::Client client(Ordeal::ClientOptions(endpoints));
  const auto deadline = std::chrono::steady_clock::now() + Ordeal::kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    for (size_t i = 0; i < endpoints.size(); ++i) {
      const auto status = client.maintenance().GetStatus({.endpoint = endpoints[i]});
      if (status.ok() && status->leader == status->header.member_id) return static_cast<int>(i);
    }
  }
  throw std::runtime_error("no member leads");
}

}  // namespace conformance
