#pragma once

#include <string_view>

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// What a release of etcd knows of a method.
enum class MethodState { kUnknownService, kUnknownMethod, kInRelease };

/// Looks in the list of all that etcd serves. `service` has its package: "etcdserverpb.KV".
MethodState FindMethod(std::string_view service, std::string_view method, const Behavior& behavior);

}  // namespace fakeetcd
