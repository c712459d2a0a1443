#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"

#include "fakeserver/mvcc/version.h"

namespace fakeetcd {

/// All the versions of one key that compaction has not yet dropped, oldest first; etcd's keyIndex.
///
/// A deletion is kept as a tombstone and ends a *generation*: the next put starts the version
/// count again at 1. For put(2) put(3) delete(5) put(7) the history reads
///
///   main revision     2   3   5   7
///   version           1   2   -   1        - is the tombstone
///   create revision   2   2   -   7
///
///   At(4) is the version written at 3; At(5) and At(6) are none; At(7) is version 1.
///   A compaction at 5 supersedes 2 and 3, and the tombstone at 5 too unless it is to be kept for
///   a watch that starts at 5; one at 6 leaves 7 alone either way.
///
/// Never empty while it is in the index: the key itself is the newest version's.
/// Not thread-safe: the engine's lock guards it.
class KeyHistory {
 public:
  std::string_view key() const { return newest_->key(); }
  bool empty() const { return versions_.empty(); }
  /// True when the key exists now.
  bool live() const { return !versions_.empty() && !newest_->tombstone(); }

  /// REQUIRES: `version` is later than every version recorded.
  void Append(VersionPtr version);

  /// The newest version or tombstone. REQUIRES: not empty().
  const VersionPtr& newest() const { return newest_; }

  /// The version visible at main revision `main`; null when the key did not exist then.
  VersionPtr At(int64_t main) const;

  /// How many versions, from the oldest on, no read or watch from revision `main` on can see. A
  /// tombstone of `main` itself is not among them when `keep_tombstone`.
  size_t Superseded(int64_t main, bool keep_tombstone) const;

  /// Moves the oldest `count` versions to `dropped`. Leaves the history empty if those are all.
  void DropOldest(size_t count, std::vector<VersionPtr>& dropped);

  size_t size() const { return versions_.size(); }

  /// The newest version or tombstone up to main revision `main`; null when there is none.
  VersionPtr NewestUpTo(int64_t main) const;

  auto begin() const { return versions_.begin(); }
  auto end() const { return versions_.end(); }

 private:
  absl::InlinedVector<VersionPtr, 2> versions_;
  VersionPtr newest_;  // their last, for those who look at that one alone, as most do
};

}  // namespace fakeetcd
