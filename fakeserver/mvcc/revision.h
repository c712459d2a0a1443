#pragma once

#include <compare>
#include <cstdint>

namespace fakeetcd {

/// When a change was made: `main` numbers the transaction, `sub` the change within it.
struct Revision {
  int64_t main = 0;
  int64_t sub = 0;

  auto operator<=>(const Revision&) const = default;
};

}  // namespace fakeetcd
