#pragma once

#include <memory>

#include <grpcpp/security/credentials.h>

#include "etcdpp/options.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// Returns what channels need for TLS, or kInvalidArgument where the options make no sense or a
/// file cannot be read.
Result<std::shared_ptr<grpc::ChannelCredentials>> MakeTlsCredentials(const TlsOptions& options);

}  // namespace etcdpp
