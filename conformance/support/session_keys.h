#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "conformance/support/scratch.h"

namespace conformance {

// What locks and elections leave in the key space.

/// The key of `lease` in the lock or election `name`.
inline std::string SessionKey(const std::string& name, int64_t lease) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), lease, 16).ptr;
  return name + "/" + std::string(digits, end);
}

/// Waits until there are `count` keys in the corner: who waits for a lock has put its own. A wait
/// in vain ends the case, as a failure.
inline void AwaitKeys(const Scratch& s, int64_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (s.All({.count_only = true}).count() != count) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("waited in vain for " + std::to_string(count) + " keys");
    }
  }
}

/// How long a call is watched that is expected to go on waiting.
constexpr std::chrono::milliseconds kAWhile{50};

}  // namespace conformance
