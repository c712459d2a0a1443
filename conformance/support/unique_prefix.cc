#include "conformance/support/unique_prefix.h"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstdio>
#include <random>

namespace conformance {

std::string RunPrefix() {
  static const std::string prefix = [] {
    char run[16];
    std::snprintf(run, sizeof run, "%08x", static_cast<unsigned>(std::random_device()()));
    return "conformance/" + std::string(run) + "/";
  }();
  return prefix;
}

std::string UniquePrefix() {
  static std::atomic<uint64_t> next{0};
  return RunPrefix() + std::to_string(next++) + "/";
}

std::string EndOfPrefix(std::string_view prefix) {
  assert(!prefix.empty() && prefix.back() != '\xff');
  std::string end(prefix);
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace conformance
