#pragma once

#include <memory>

#include "client/src/transport.h"
#include "etcdpp/connection.h"

namespace etcdpp {

/// KV.RangeStream. See RangeStream.
std::unique_ptr<RangeStream> StartRangeStream(Transport& transport, RangeParams params);

}  // namespace etcdpp
