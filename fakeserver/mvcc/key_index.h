#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "fakeserver/base/key_range.h"
#include "fakeserver/mvcc/key_history.h"

namespace fakeetcd {

/// The histories of all keys: found by key in constant time, walked in key order, and the live
/// ones in a range counted without walking them.
///
/// A hash set finds single keys. Order is kept in *chunks*, sorted arrays of at most 256 keys:
///
///   chunk            0           1            2
///   keys             a b c       d e          f g h      (d and g are deleted)
///   live             3           1            2
///
///   Count([b, h)) = 2 of chunk 0 + live(1) + 1 of chunk 2 = 4
///
/// so a count over a million keys adds up a few thousand small numbers and looks into two chunks.
/// Not thread-safe: the engine's lock guards it.
class KeyIndex {
 public:
  KeyIndex() = default;
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  /// The history of `key`, or null when there is none.
  const KeyHistory* Find(std::string_view key) const;

  /// Adds to the history of `key` the version of it that `make(const KeyHistory*)` makes of that
  /// history so far, which is null where there is none.
  template <typename Make>
  void Append(std::string_view key, Make make);

  /// Compacts the history of `key` and forgets the key when nothing of it is left.
  void Compact(std::string_view key, int64_t main, bool keep_tombstone,
               std::vector<VersionPtr>& dropped);

  /// How many keys of `range` exist now.
  int64_t CountLive(const KeyRange& range) const;

  /// Calls `visit(const KeyHistory&)` for the keys of `range` in key order, deleted ones
  /// included, until it returns false. Where `live_only`, parts without a live key are passed over.
  template <typename Visit>
  void Walk(const KeyRange& range, bool live_only, Visit visit) const;

  int64_t size() const { return static_cast<int64_t>(by_key_.size()); }

 private:
  static constexpr size_t kChunkSize = 256;
  static constexpr size_t kStride = 16;  // of keys that one comparison finds to be in a range

  struct ByKey {
    using is_transparent = void;
    static std::string_view KeyOf(const KeyHistory* history) { return history->key(); }
    static std::string_view KeyOf(std::string_view key) { return key; }
    template <typename T>
    size_t operator()(const T& key) const {
      return absl::Hash<std::string_view>()(KeyOf(key));
    }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf(a) == KeyOf(b);
    }
  };
  using Chunk = std::vector<std::unique_ptr<KeyHistory>>;

  /// The chunk that holds `key`, or that it would go into.
  size_t ChunkFor(std::string_view key) const;
  static size_t LowerBound(const Chunk& chunk, std::string_view key);
  /// Where the keys of `range` end in `chunk`.
  static size_t EndOf(const Chunk& chunk, const KeyRange& range);
  static int64_t CountLive(const Chunk& chunk, size_t begin, size_t end);
  void Insert(std::unique_ptr<KeyHistory> history);
  void Split(size_t at);
  std::unique_ptr<KeyHistory> Extract(std::string_view key);

  absl::flat_hash_set<KeyHistory*, ByKey, ByKey> by_key_;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // none is empty
  std::vector<int32_t> live_;                   // live keys of each chunk
};

template <typename Make>
void KeyIndex::Append(std::string_view key, Make make) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    auto history = std::make_unique<KeyHistory>();
    history->Append(make(static_cast<const KeyHistory*>(nullptr)));
    Insert(std::move(history));
    return;
  }
  KeyHistory& history = **found;
  const bool was_live = history.live();
  history.Append(make(static_cast<const KeyHistory*>(&history)));
  if (history.live() != was_live) live_[ChunkFor(history.key())] += history.live() ? 1 : -1;
}

template <typename Visit>
void KeyIndex::Walk(const KeyRange& range, bool live_only, Visit visit) const {
  if (range.empty()) return;
  if (range.single()) {
    if (const KeyHistory* history = Find(range.begin())) visit(*history);
    return;
  }
  size_t i = ChunkFor(range.begin());
  size_t j = i < chunks_.size() ? LowerBound(*chunks_[i], range.begin()) : 0;
  for (; i < chunks_.size(); ++i, j = 0) {
    if (live_only && live_[i] == 0) continue;
    const Chunk& chunk = *chunks_[i];
    while (j < chunk.size()) {
      const size_t end = std::min(j + kStride, chunk.size());
      const bool all = !range.Past(chunk[end - 1]->key());
      for (; j < end; ++j) {
        if ((!all && range.Past(chunk[j]->key())) || !visit(*chunk[j])) return;
      }
    }
  }
}

}  // namespace fakeetcd
