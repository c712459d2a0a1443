#pragma once

#include <span>
#include <string_view>

#include "etcdpp/reason.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// An error etcd is known to send.
struct KnownError {
  Reason reason;
  Code code;  // where the error comes as text alone, as in a watch's cancel_reason
  std::string_view message;
  std::string_view name;
};

std::span<const KnownError> KnownErrors();

/// Returns the error with exactly this text, or null.
const KnownError* FindError(std::string_view message);

/// Reads the Status out of a watch's cancel_reason: etcd's text, bare or as Go prints a gRPC error
/// ("rpc error: code = PermissionDenied desc = ..."). kCancelled where it names no code.
Status StatusFromCancelReason(std::string_view reason);

}  // namespace etcdpp
