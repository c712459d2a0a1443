#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"

#include "fakeserver/base/text_hash.h"
#include "fakeserver/watch/watcher.h"

namespace fakeetcd {

/// Which watchers a key concerns, without asking each.
///
/// Single keys and prefixes, which is what people watch, are found by hash: a key is looked up
/// whole and cut to each length that a watched prefix has. Other ranges are asked one by one.
/// With watches on "a/b" and on the prefixes "a/" and "", the key "a/b" costs three look-ups,
/// however many watches there are. Not thread-safe: the engine's lock guards it.
class WatchIndex {
 public:
  void Add(Watcher& watcher);
  void Remove(Watcher& watcher);
  bool empty() const { return keys_.empty() && prefixes_.empty() && ranges_.empty(); }

  /// Calls `visit(Watcher&)` for the watchers whose range holds `key`.
  template <typename Visit>
  void Match(std::string_view key, Visit visit) const {
    VisitAt(keys_, key, visit);
    for (const auto& [length, count] : prefix_lengths_) {
      if (length > key.size()) break;
      VisitAt(prefixes_, key.substr(0, length), visit);
    }
    for (Watcher* watcher : ranges_) {
      if (watcher->range().Contains(key)) visit(*watcher);
    }
  }

 private:
  using Watchers = std::vector<Watcher*>;
  using ByText = TextMap<Watchers>;

  template <typename Visit>
  static void VisitAt(const ByText& map, std::string_view text, Visit& visit) {
    const auto found = map.find(text);
    if (found == map.end()) return;
    for (Watcher* watcher : found->second) visit(*watcher);
  }

  static void Append(Watchers& watchers, Watcher& watcher);
  /// Leaves no order: etcd's groups of watchers have none.
  static void Erase(Watchers& watchers, const Watcher& watcher);
  /// Returns true when that was the last one at `text`.
  static bool Erase(ByText& map, std::string_view text, const Watcher& watcher);

  ByText keys_;
  ByText prefixes_;
  absl::btree_map<size_t, int> prefix_lengths_;  // and how many prefixes have it
  Watchers ranges_;
};

}  // namespace fakeetcd
