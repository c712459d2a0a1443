#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etcdpp/discovery.h"

namespace etcdpp {

/// Asks the name servers of the system. `port_on_loopback` asks one there instead, for a test.
Result<std::vector<SrvRecord>> LookUpSrv(const std::string& name, uint16_t port_on_loopback = 0);

}  // namespace etcdpp
