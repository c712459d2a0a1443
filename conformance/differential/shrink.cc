#include "conformance/differential/shrink.h"

#include <algorithm>
#include <utility>

namespace conformance {
namespace {

Script Without(const Script& script, size_t begin, size_t count) {
  Script rest(script.begin(), script.begin() + static_cast<ptrdiff_t>(begin));
  rest.insert(rest.end(), script.begin() + static_cast<ptrdiff_t>(begin + count), script.end());
  return rest;
}

}  // namespace

Difference Shrink(Difference difference, int attempts,
                  const std::function<std::optional<Difference>(const Script&)>& replay) {
  for (size_t part = difference.script.size() / 2; part > 0;) {
    bool smaller = false;
    for (size_t begin = 0; begin < difference.script.size() && attempts > 0;) {
      const size_t count = std::min(part, difference.script.size() - begin);
      --attempts;
      if (auto shorter = replay(Without(difference.script, begin, count))) {
        difference = *std::move(shorter);
        smaller = true;
      } else {
        begin += count;
      }
    }
    if (attempts == 0) break;
    if (part > 1) {
      part /= 2;
    } else if (!smaller) {
      break;
    }
  }
  return difference;
}

}  // namespace conformance
