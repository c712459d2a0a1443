#pragma once

#include <string>
#include <string_view>

namespace fakeetcd {

/// Which keys a request means: etcd's pair of `key` and `range_end`, said once.
///
///   range_end          keys
///   ""                 `key` alone
///   "\0"               every key from `key` on
///   greater than key   [key, range_end)
///   anything else      none
///
/// A view: the strings must outlive it.
class KeyRange {
 public:
  KeyRange(std::string_view key, std::string_view range_end) : key_(key), end_(range_end) {}

  bool single() const { return end_.empty(); }
  bool from_key() const { return end_.size() == 1 && end_[0] == '\0'; }
  /// True when no key can be in the range.
  bool empty() const { return !single() && !from_key() && end_ <= key_; }

  /// The first key that can be in the range.
  std::string_view begin() const { return key_; }
  /// The first key past a half-open range. REQUIRES: neither single() nor from_key().
  std::string_view end() const { return end_; }

  bool Contains(std::string_view key) const {
    if (single()) return key == key_;
    return key >= key_ && (from_key() || key < end_);
  }

  /// True when `key`, known not to lie before begin(), lies past the range.
  bool Past(std::string_view key) const {
    if (single()) return key != key_;
    return !from_key() && key >= end_;
  }

 private:
  std::string_view key_;
  std::string_view end_;
};

/// The `range_end` that makes a range of all keys beginning with `prefix`: the last byte below
/// 0xff raised by one and what follows it dropped; "\0" where there is no such byte.
inline std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    if (static_cast<unsigned char>(end.back()) < 0xff) {
      end.back() = static_cast<char>(end.back() + 1);
      return end;
    }
    end.pop_back();
  }
  return std::string(1, '\0');
}

}  // namespace fakeetcd
