#include "fakeserver/watch/watch_index.h"

#include <optional>

namespace fakeetcd {
namespace {

// The prefix that a watcher's range is all keys of, if there is one.
std::optional<std::string_view> PrefixOf(const Watcher& watcher) {
  const KeyRange range = watcher.range();
  if (range.single()) return std::nullopt;
  // Every key is at or after "\0".
  if (range.from_key()) {
    if (range.begin() == std::string_view("\0", 1)) return std::string_view();
    return std::nullopt;
  }
  if (PrefixEnd(range.begin()) == range.end()) return range.begin();
  return std::nullopt;
}

}  // namespace

void WatchIndex::Add(Watcher& watcher) {
  if (watcher.range().single()) {
    Append(keys_[watcher.request.key], watcher);
  } else if (const auto prefix = PrefixOf(watcher)) {
    Watchers& watchers = prefixes_[std::string(*prefix)];
    if (watchers.empty()) ++prefix_lengths_[prefix->size()];
    Append(watchers, watcher);
  } else {
    Append(ranges_, watcher);
  }
}

void WatchIndex::Remove(Watcher& watcher) {
  if (watcher.range().single()) {
    Erase(keys_, watcher.request.key, watcher);
  } else if (const auto prefix = PrefixOf(watcher)) {
    if (!Erase(prefixes_, *prefix, watcher)) return;
    const auto length = prefix_lengths_.find(prefix->size());
    if (--length->second == 0) prefix_lengths_.erase(length);
  } else {
    Erase(ranges_, watcher);
  }
}

void WatchIndex::Append(Watchers& watchers, Watcher& watcher) {
  watcher.slot = watchers.size();
  watchers.push_back(&watcher);
}

void WatchIndex::Erase(Watchers& watchers, const Watcher& watcher) {
  watchers[watcher.slot] = watchers.back();
  watchers[watcher.slot]->slot = watcher.slot;
  watchers.pop_back();
}

bool WatchIndex::Erase(ByText& map, std::string_view text, const Watcher& watcher) {
  const auto found = map.find(text);
  if (found == map.end()) return false;
  Erase(found->second, watcher);
  if (!found->second.empty()) return false;
  map.erase(found);
  return true;
}

}  // namespace fakeetcd
