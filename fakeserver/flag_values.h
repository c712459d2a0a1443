#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fakeetcd {

/// "1h30m", "300ms", "0": as Go's time.ParseDuration reads it.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

/// "true", "T", "1", ...: as Go's strconv.ParseBool reads it.
std::optional<bool> ParseBool(std::string_view text);

/// A number in decimal, or with Go's prefixes 0x, 0o and 0b.
std::optional<uint64_t> ParseUint(std::string_view text);
std::optional<int64_t> ParseInt(std::string_view text);

/// What is between the commas.
std::vector<std::string> SplitCommas(std::string_view text);

}  // namespace fakeetcd
