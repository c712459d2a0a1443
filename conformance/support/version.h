#pragma once

#include <compare>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace conformance {

/// A release of etcd, 3.4.23.
///
/// etcd changes behaviour in a minor release, and ports some changes back to older lines:
///
///   if (target().version.AtLeast(3, 6)) …                                // 3.6 and later
///   if (target().version.Since({V(3, 4, 27), V(3, 5, 10), V(3, 6, 0)})) …  // ported back
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  auto operator<=>(const Version&) const = default;

  bool AtLeast(int want_major, int want_minor) const;

  /// True when this release has a change that came to each release line in one of `firsts`.
  /// `firsts` holds the first patch of each line that got it, oldest line first; lines after the
  /// last one named have it, lines before the first or between do not.
  bool Since(std::initializer_list<Version> firsts) const;

  /// "3.4.23".
  std::string ToString() const;

  /// Reads "3.4" or "3.4.23", with whatever follows a `-` or `+` ignored.
  static std::optional<Version> Parse(std::string_view text);
};

constexpr Version V(int major, int minor, int patch) { return {major, minor, patch}; }

}  // namespace conformance
