#pragma once

#include <string>

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace fakeetcd {

/// The one place where an internal error becomes a wire error: the codes are numerically the same.
inline grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace fakeetcd
