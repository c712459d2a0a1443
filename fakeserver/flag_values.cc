#include "fakeserver/flag_values.h"

#include <charconv>
#include <cmath>
#include <iterator>

namespace fakeetcd {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

// The longer names first: "m" begins "ms".
constexpr Unit kUnits[] = {{"ns", 1},   {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3},
                           {"ms", 1e6}, {"s", 1e9},  {"m", 60e9}, {"h", 3600e9}};

const Unit* TakeUnit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

std::optional<double> TakeNumber(std::string_view& text) {
  const size_t size = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const char* end = text.data() + size;
  const auto [stop, failure] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (size == 0 || failure != std::errc() || stop != end) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

}  // namespace

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    const Unit* unit = TakeUnit(text);
    if (!number || unit == nullptr) return std::nullopt;
    total += *number * unit->nanoseconds;
  }
  if (total > 9.2e18) return std::nullopt;
  const auto count = static_cast<int64_t>(std::llround(total));
  return std::chrono::nanoseconds(negative ? -count : count);
}

std::optional<bool> ParseBool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseUint(std::string_view text) {
  int base = 10;
  if (text.size() > 2 && text[0] == '0') {
    const char prefix = text[1];
    base = prefix == 'x' || prefix == 'X' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
    if (base != 10) text.remove_prefix(2);
  }
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<int64_t> ParseInt(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto magnitude = ParseUint(text);
  if (!magnitude || *magnitude > INT64_MAX) return std::nullopt;
  const auto number = static_cast<int64_t>(*magnitude);
  return negative ? -number : number;
}

std::vector<std::string> SplitCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace fakeetcd
