#pragma once

#include <string>

#include "etcdpp/call.h"

namespace etcdpp {

/// A call of any method that takes one message and gives one: what this library does not wrap, such
/// as etcd's Lock service, or a method that a newer etcd has. The messages are protobuf's bytes, of
/// whatever generated code the program has.
struct RawRequest {
  std::string method = {};  // "/v3lockpb.Lock/Lock"
  std::string message = {};
  /// It changes nothing, so that it may be tried again as a read is.
  bool read_only = false;

  friend bool operator==(const RawRequest&, const RawRequest&) = default;
};

struct RawResponse {
  std::string message = {};

  friend bool operator==(const RawResponse&, const RawResponse&) = default;
};

using RawParams = Params<RawRequest>;

}  // namespace etcdpp
