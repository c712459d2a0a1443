#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace conformance {

/// Chance that is the same everywhere for the same seed: std::uniform_int_distribution differs
/// between libraries.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  bool Chance(int in_a_hundred) { return Number(1, 100) <= in_a_hundred; }
  /// From `low` to `high`, both included.
  int64_t Number(int64_t low, int64_t high) {
    const uint64_t span = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(random_() % span);
  }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return *(values.begin() + Number(0, static_cast<int64_t>(values.size()) - 1));
  }
  /// REQUIRES: there are some.
  template <typename T>
  const T& Of(const std::vector<T>& values) {
    return values[static_cast<size_t>(Number(0, static_cast<int64_t>(values.size()) - 1))];
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace conformance
