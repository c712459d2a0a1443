#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace conformance {

inline constexpr size_t kSha256Bytes = 32;

std::string Sha256(std::string_view bytes);

}  // namespace conformance
