#pragma once

#include <cstdint>
#include <string>

namespace fakeetcd {

/// Who makes a request: a user, and the auth revision that what proves it was given out at. Nobody
/// where the request held no proof, or where none is asked for.
struct Caller {
  std::string user;
  uint64_t auth_revision = 0;  // 0 of nobody

  bool nobody() const { return auth_revision == 0; }
  bool operator==(const Caller&) const = default;
};

}  // namespace fakeetcd
