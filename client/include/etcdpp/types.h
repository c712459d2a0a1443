#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace etcdpp {

/// Names a lease. 0 is no lease.
using LeaseId = int64_t;

/// One version of one key.
struct KeyValue {
  std::string key = {};
  std::string value = {};
  int64_t create_revision = 0;  // of the put that began this life of the key
  int64_t mod_revision = 0;     // of the put that wrote this version
  int64_t version = 0;          // puts since the key came to life; a delete starts the count anew
  LeaseId lease = 0;

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

/// What every answer begins with.
struct ResponseHeader {
  uint64_t cluster_id = 0;
  uint64_t member_id = 0;
  int64_t revision = 0;  // the store's, when the request was applied
  uint64_t raft_term = 0;

  friend bool operator==(const ResponseHeader&, const ResponseHeader&) = default;
};

/// Returns the first key after all those that begin with `prefix`, or "\0" (one zero byte, etcd's
/// mark for no upper bound) where there is none: for "" and for a prefix of 0xff bytes alone.
std::string PrefixRangeEnd(std::string_view prefix);

/// A set of keys in etcd's terms: one key, or all from `key` up to but without `end`.
///
///   KeyRange::Key("a")            "a" alone; a plain string converts to it
///   KeyRange::Prefix("jobs/")     every key that begins with "jobs/"
///   KeyRange::HalfOpen("a", "c")  "a" <= key < "c"
///   KeyRange::From("m")           "m" <= key
///   KeyRange::All()               the whole key space
///
/// Keys are bytes. Give a key with a zero byte in it as std::string or std::string_view: a literal
/// ends at its first one.
class KeyRange {
 public:
  KeyRange() = default;

  // NOLINTNEXTLINE(google-explicit-constructor): a key is the range that holds it alone.
  KeyRange(std::string key) : key_(std::move(key)) {}

  template <std::convertible_to<std::string_view> Text>
  KeyRange(const Text& key)  // NOLINT(google-explicit-constructor): as above.
      : key_(std::string_view(key)) {}

  static KeyRange Key(std::string_view key) { return {std::string(key), ""}; }
  static KeyRange Prefix(std::string_view prefix);
  static KeyRange HalfOpen(std::string_view begin, std::string_view end);
  static KeyRange From(std::string_view begin);
  static KeyRange All();

  /// The key, or the first of the range.
  const std::string& key() const { return key_; }

  bool Contains(std::string_view key) const;

  /// Empty for a single key, "\0" for no upper bound, else the first key not included.
  const std::string& end() const { return end_; }

  friend bool operator==(const KeyRange&, const KeyRange&) = default;

 private:
  KeyRange(std::string key, std::string end) : key_(std::move(key)), end_(std::move(end)) {}

  std::string key_;
  std::string end_;
};

}  // namespace etcdpp
