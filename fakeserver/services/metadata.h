#pragma once

#include <string_view>

#include <grpcpp/server_context.h>

#include "absl/status/status.h"

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// What etcd asks of a call's metadata before it looks at the call: that the version of the
/// client's API, where it is told, is text. A leader, which "hasleader" requires, there always is
/// (etcdserver/api/v3rpc/interceptor.go).
absl::Status CheckMetadata(const grpc::ServerContextBase& context, const Behavior& behavior);

/// True for UTF-8, as Go's utf8.ValidString says it.
bool IsUtf8(std::string_view text);

}  // namespace fakeetcd
