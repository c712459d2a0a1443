#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/support/rpc.h"
#include "conformance/support/version.h"

namespace conformance {

/// What a hash of no revision at all is: CRC-32C of "key".
inline constexpr uint32_t kHashOfNothing = 1084519789;

/// A store as etcd keeps it on disk, to tell what HashKV has to answer.
///
/// The hash is CRC-32C of the word "key" and, for each stored change in the order of its revision,
/// of a storage key and a value. Storage key: main revision (8 bytes, big-endian), '_', the number
/// of the change within that revision (the same), and 't' for a delete. Value: the KeyValue as
/// protobuf; of a delete, only the key.
///
/// Not thread-safe.
class HashModel {
 public:
  struct Answer {
    uint32_t hash = 0;
    int64_t compact_revision = 0;
    int64_t hash_revision = 0;  // 0 before 3.6

    bool operator==(const Answer&) const = default;
  };

  /// A store to which nothing was written, of a server of this release.
  explicit HashModel(const Version& version) : version_(version) {}

  int64_t revision() const { return revision_; }

  /// A put or a delete of a live key; those since the last Commit share one revision.
  void Put(const std::string& key, const std::string& value, int64_t lease);
  void Delete(const std::string& key);
  /// The live keys from `key` up to `end`.
  std::vector<std::string> Keys(const std::string& key, const std::string& end) const;
  /// Ends a request; the next change begins a new revision.
  void Commit();

  /// A compaction at `revision` of which everything is done.
  void Compact(int64_t revision);

  /// What HashKV(revision) answers; nothing where it is refused as compacted.
  /// REQUIRES: `revision` is not of the future.
  std::optional<Answer> HashKv(int64_t revision) const;

 private:
  struct Place {
    int64_t main = 0;
    int64_t sub = 0;
    auto operator<=>(const Place&) const = default;
  };
  struct Change {
    std::string key;
    bool is_delete = false;
    std::string value;  // as stored
  };

  void Append(const std::string& key, bool is_delete, std::string value);
  std::set<Place> Kept(int64_t revision, bool with_deletes_at_it) const;
  uint32_t Hash(int64_t revision, int64_t compacted, const std::set<Place>& kept) const;
  bool KeepsDeletesAtCompaction() const;

  const Version version_;
  int64_t revision_ = 1;
  int64_t next_sub_ = 0;
  int64_t compacted_ = -1;
  std::map<Place, Change> changes_;
  std::map<std::string, mvccpb::KeyValue> live_;
  // What compactions left for HashKV to answer with, by the revision asked for.
  std::map<int64_t, Answer> remembered_;
};

}  // namespace conformance
