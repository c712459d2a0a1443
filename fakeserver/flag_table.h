#pragma once

#include <span>
#include <string_view>

namespace fakeetcd {

/// What a flag's value must look like.
enum class FlagKind { kString, kBool, kUint32, kUint, kInt, kDuration };

/// Whether a flag changes anything in a server that is one process and keeps nothing on disk.
enum class FlagEffect { kNone, kSome };

struct FlagSpec {
  std::string_view name;
  FlagKind kind;
  FlagEffect effect;
  std::string_view help;  // of those that have an effect
};

/// The flag of that name in any etcd from 3.4 to 3.7, or of our own; null when there is none.
const FlagSpec* FindFlag(std::string_view name);

/// All of them, ascending by name.
std::span<const FlagSpec> AllFlags();

}  // namespace fakeetcd
