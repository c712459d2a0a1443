#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"

#include "fakeserver/base/emulation.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/mvcc/key_index.h"
#include "fakeserver/mvcc/version.h"

namespace fakeetcd {

/// One change of one key, as a watcher is told of it.
struct Change {
  VersionPtr now;     // the new version, or the tombstone
  VersionPtr before;  // the key as the transaction found it; null when it did not exist
};

/// The key space over time: every key's versions, and the log of changes that watches read.
///
/// A transaction is any number of Put and DeleteRange calls followed by Commit, which turns them
/// into one revision, or into none when they changed nothing. Reads in between see the changes.
/// A fresh store is at revision 1 and was compacted at -1, that is never; etcd's
/// mvcc/kvstore.go says the same.
///
/// Not thread-safe: the engine's lock guards it. Versions handed out stay valid on their own.
class Store {
 public:
  explicit Store(const Behavior& behavior) : behavior_(behavior) {}

  int64_t revision() const { return revision_; }
  int64_t compacted() const { return compacted_; }
  /// The newest compaction of which everything is swept up; -1 when there was none.
  int64_t swept_compaction() const { return swept_compaction_; }
  int64_t keys() const { return index_.size(); }
  /// About what the versions in the store would take up in etcd's backend, and what the one that
  /// was written last does.
  int64_t bytes() const { return bytes_; }
  int64_t newest_bytes() const { return newest_bytes_; }
  void ForgetNewestBytes() { newest_bytes_ = 0; }

  /// What a range holds.
  struct Found {
    std::vector<VersionPtr> versions;  // in key order
    int64_t count = 0;                 // of all keys in the range, whatever `max`
  };

  /// The key now, changes not yet committed included; null when it does not exist.
  VersionPtr Get(std::string_view key) const;

  /// The first `max` pairs of `range`, all where `max` is 0, at revision `at`; without `at`, now
  /// and with changes not yet committed.
  Found Range(const KeyRange& range, std::optional<int64_t> at, int64_t max) const;

  /// How many keys are in `range`, as Range counts them.
  int64_t Count(const KeyRange& range, std::optional<int64_t> at) const;

  /// Writes the key and returns what it was before; null when it did not exist.
  VersionPtr Put(std::string_view key, std::string_view value, int64_t lease);

  /// Deletes the keys of `range` and returns what they were, in key order.
  std::vector<VersionPtr> DeleteRange(const KeyRange& range);

  /// True when there are changes to commit.
  bool dirty() const { return !pending_.empty(); }

  /// Ends the transaction. Its changes, in order, are the newest of log(), and the revision grows
  /// by one; unless there are none, and then this is false.
  bool Commit();

  /// Makes what no read at or after `revision` can see unreadable, at once, and leaves it to Sweep
  /// to take it out of memory. A watch from `revision` on misses nothing, but the deletions of
  /// `revision` itself in the releases that forget them.
  /// REQUIRES: compacted() < `revision` <= revision(), and nothing to commit.
  void Compact(int64_t revision);

  /// Looks at up to `max` changes, the oldest first, and drops what compactions have superseded.
  /// In pieces, because a large history takes long; etcd does it in the background too.
  void Sweep(size_t max);
  /// True while there is something to sweep.
  bool unswept() const { return swept_ < log_.size() && At(swept_) <= compacted_; }

  /// The changes from a revision on, oldest first, at least as far back as compacted().
  const std::deque<Change>& log() const { return log_; }
  /// False for a change that a compaction has taken from those who watch from compacted() on.
  bool Survives(const Change& change) const;
  /// Where the changes of `revision` or later begin in log().
  size_t LogPosition(int64_t revision) const;

  /// Every version in the store, in no order.
  std::vector<VersionPtr> AllVersions() const;

  /// All versions as of one revision, taken in pieces, so that writes go on in between. Until it is
  /// gone nothing is swept up, or it might miss what a compaction since then has dropped.
  class Collection {
   public:
    struct Entry {
      Revision at;
      VersionPtr version;
    };

    /// In no order.
    std::vector<Entry> entries;
    bool done = false;

   private:
    friend class Store;
    int64_t revision_ = 0;
    std::string next_;  // the first key not looked at
    std::shared_ptr<const void> hold_;
  };
  /// A collection of the store as it is. REQUIRES: nothing to commit.
  Collection BeginCollection() const;
  /// Adds what the next `keys` keys have. Returns false where the collection is of another store.
  bool Collect(size_t keys, Collection& collection) const;

  /// Makes a fresh store the one that holds `versions`, which ascend by revision, and was compacted
  /// at `compacted`. Where a compaction left something of what it superseded, it is swept up now.
  void Load(const std::vector<VersionPtr>& versions, int64_t compacted);

  /// The entries a HashKV answer covers.
  struct HashInput {
    int64_t revision = 0;              // entries after it are left out
    int64_t compacted = 0;             // and of those up to it, the superseded ones
    std::vector<VersionPtr> versions;  // candidates, in no order
    std::optional<uint32_t> hash;      // known already
    bool of_compaction = false;        // as a compaction at `revision` computes it
  };

  /// What HashKV(`revision`) is to hash; 0 is the current revision. From 3.5.5 on etcd answers
  /// for the ten newest compactions as things stood when they were made
  /// (server/storage/mvcc/hash.go, HashStorage).
  HashInput InputOfHashKv(int64_t revision) const;
  /// True for the revision of a compaction that is answered so, however far back it lies.
  bool RemembersCompactionAt(int64_t revision) const;

  /// Where versions are kept in memory only for the sake of InputOfHashKv and have become too
  /// many: what to hash, so that SetHash can let them go. Hashing takes long and is the caller's.
  std::vector<HashInput> HashesWanted() const;
  void SetHash(int64_t compaction, uint32_t hash);

 private:
  struct Compaction {
    int64_t revision = 0;
    int64_t previous = 0;
    std::vector<VersionPtr> dropped;  // by it; with what is left they make up the store before
    std::optional<uint32_t> hash;
  };

  /// The revision of the change at `position` in the log.
  int64_t At(size_t position) const { return log_[position].now->mod_revision(); }
  Revision NextRevision() const;
  /// Adds to the open transaction the version of `key` that `make(const VersionPtr&)` makes of the
  /// newest one, which is null where there is none. Returns that newest one.
  template <typename Make>
  VersionPtr Record(std::string_view key, Make make);
  HashInput InputOfCompaction(size_t position) const;

  const Behavior& behavior_;
  KeyIndex index_;
  std::deque<Change> log_;                  // ascending by revision
  absl::InlinedVector<Change, 1> pending_;  // of the open transaction
  int64_t revision_ = 1;
  int64_t compacted_ = -1;
  size_t swept_ = 0;  // changes of the compacted revision itself, which stay in the log, swept
  int64_t swept_compaction_ = -1;
  int64_t bytes_ = 0;
  int64_t newest_bytes_ = 0;
  std::deque<Compaction> compactions_;  // oldest first
  size_t dropped_ = 0;                  // versions held by compactions_
  // Shared with each Collection of this store: while there are any, it is not the only owner.
  std::shared_ptr<const void> hold_ = std::make_shared<char>();
};

}  // namespace fakeetcd
