#include "conformance/support/version.h"

#include <charconv>
#include <utility>

namespace conformance {

bool Version::AtLeast(int want_major, int want_minor) const {
  return std::pair(major, minor) >= std::pair(want_major, want_minor);
}

bool Version::Since(std::initializer_list<Version> firsts) const {
  Version newest;
  for (const Version& first : firsts) {
    if (first.major == major && first.minor == minor) return *this >= first;
    if (first > newest) newest = first;
  }
  return *this >= newest;
}

std::string Version::ToString() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<Version> Version::Parse(std::string_view text) {
  text = text.substr(0, text.find_first_of("-+"));
  Version version;
  int* const parts[] = {&version.major, &version.minor, &version.patch};
  int read = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int* part : parts) {
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc() || *part < 0) return std::nullopt;
    ++read;
    at = next;
    if (at == end) break;
    if (*at != '.') return std::nullopt;
    ++at;
  }
  if (read < 2 || at != end || text.back() == '.') return std::nullopt;
  return version;
}

}  // namespace conformance
