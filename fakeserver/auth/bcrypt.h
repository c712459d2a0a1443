#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fakeetcd {

/// What etcd takes for a cost that is out of bcrypt's bounds.
constexpr int kBcryptCostDefault = 10;
constexpr int kBcryptCostMin = 4;
constexpr int kBcryptCostMax = 31;

constexpr size_t kBcryptSaltBytes = 16;
/// Of a longer password bcrypt sees only the beginning.
constexpr size_t kBcryptPasswordMax = 72;

/// The hash of `password` as etcd stores it: "$2a$10$...". As slow as `cost` says: twice as slow
/// for each one more. Nothing after a zero byte in `password` counts.
/// REQUIRES: a cost within bounds, and kBcryptSaltBytes of salt.
std::string BcryptHash(const std::string& password, int cost, std::string_view salt);

/// Whether `hash` is one of `password`. As slow as making it.
bool BcryptMatches(const std::string& password, const std::string& hash);

}  // namespace fakeetcd
