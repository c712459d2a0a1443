#pragma once

#include "client/src/transport.h"
#include "etcdpp/raw_call.h"

namespace etcdpp {

// A call of a method that is known by name only, in its two forms. See RawRequest.

/// Whether the method can be one at all. The calls require it.
Status CheckMethod(const RawRequest& request);

Result<RawResponse> CallRaw(Transport& transport, RawParams params);

void StartRawCall(Transport& transport, RawParams params, Callback<RawResponse> done);

}  // namespace etcdpp
