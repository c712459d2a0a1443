#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace fakeetcd {

// absl::StrCat takes no std::string_view where abseil was built with its own, as Debian's is.

inline void AppendPiece(std::string_view piece, std::string* out) { out->append(piece); }
template <std::integral Number>
void AppendPiece(Number number, std::string* out) {
  out->append(std::to_string(number));
}

/// Appends texts and numbers, one after the other.
template <typename... Pieces>
void Append(std::string* out, const Pieces&... pieces) {
  (AppendPiece(pieces, out), ...);
}

template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  std::string text;
  Append(&text, pieces...);
  return text;
}

/// In hexadecimal, in small letters, with zeros in front up to `width` digits.
inline std::string Hex(size_t number, size_t width = 1) {
  std::string digits;
  for (; number > 0 || digits.size() < width; number >>= 4) {
    digits.insert(digits.begin(), "0123456789abcdef"[number & 15U]);
  }
  return digits;
}

}  // namespace fakeetcd
