#pragma once

#include <cstdint>

#include "fakeserver/base/emulation.h"
#include "fakeserver/engine/requests.h"

namespace fakeetcd {

/// What a request may add to the backend, in bytes, as etcd estimates it before it lets the request
/// pass its quota (server/storage/quota.go); 0 of what adds nothing.

int64_t CostOf(const PutRequest& request);
/// The dearer branch. Nested transactions count in the newer releases only.
int64_t CostOf(const TxnRequest& request, const Behavior& behavior);
constexpr int64_t kCostOfLease = 64;

}  // namespace fakeetcd
