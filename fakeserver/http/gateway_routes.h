#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// The method of gRPC that a path of the JSON gateway stands for.
struct GatewayMethod {
  std::string name;  // "/etcdserverpb.KV/Range"
  /// Its messages, and whether they come in streams.
  const google::protobuf::MethodDescriptor* descriptor;
};

/// Looks `path` up among those that the release maps ("/v3/kv/range"). A null descriptor where
/// there is none.
GatewayMethod FindGatewayMethod(std::string_view path, const Behavior& behavior);

}  // namespace fakeetcd
