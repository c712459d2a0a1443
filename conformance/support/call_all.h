#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "conformance/support/wire.h"

namespace conformance {

/// Makes every call of `requests`, many at a time and in no order; the replies are in that of
/// the requests.
template <typename Request>
auto CallAll(const Wire& wire, const std::vector<Request>& requests) {
  constexpr size_t kCallers = 64;
  std::vector<decltype(wire.Call(requests.front()))> replies(requests.size());
  std::atomic<size_t> next = 0;
  const auto call_until_none_is_left = [&] {
    for (size_t i = next++; i < requests.size(); i = next++) replies[i] = wire.Call(requests[i]);
  };
  {
    std::vector<std::jthread> callers;
    for (size_t i = 0; i < std::min(kCallers, requests.size()); ++i)
      callers.emplace_back(call_until_none_is_left);
  }
  return replies;
}

}  // namespace conformance
