#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace fakeetcd {

/// Hashes text however it is held, so that a std::string_view finds a std::string. The
/// distribution's abseil does that only for its own string_view, which is another type.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// A hash map with text for its keys.
template <typename Value>
using TextMap = absl::flat_hash_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace fakeetcd
