#pragma once

#include <string>
#include <string_view>

namespace conformance {

/// A key prefix that no other case, and no other run, uses: "conformance/<run>/<number>/".
std::string UniquePrefix();

/// What every prefix of this run begins with.
std::string RunPrefix();

/// The range_end that with `prefix` as key covers all keys beginning with it.
/// REQUIRES: the last byte of `prefix` is not 0xff.
std::string EndOfPrefix(std::string_view prefix);

}  // namespace conformance
