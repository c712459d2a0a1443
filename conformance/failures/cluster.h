#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conformance/targets/etcd_server.h"

namespace conformance {

/// The cluster that the cases share, started by main. REQUIRES: SetServers was called.
EtcdServer& Servers();
void SetServers(EtcdServer* servers);

std::vector<std::string> EndpointsOfServers();

/// The number of the member that leads, which is waited for.
int Leader();

}  // namespace conformance
