#pragma once

#include <functional>

#include "etcdpp/options.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// What one call is given. A struct, so that a call can learn to take more without breaking those
/// who implement or mock Connection.
template <typename Request>
struct Params {
  Request request = {};
  CallOptions call = {};
};

/// The same for a call whose request says nothing.
struct CallParams {
  CallOptions call = {};
};

/// Takes the result of an asynchronous call, exactly once, on a thread of the connection: it must
/// not block there. An exception that leaves it ends the program. Whoever implements Connection
/// owes that too; of a callback that is destroyed instead, Futures make kCancelled.
template <typename Response>
using Callback = std::function<void(Result<Response>)>;

}  // namespace etcdpp
