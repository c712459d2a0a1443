#include "fakeserver/mvcc/key_index.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace fakeetcd {

const KeyHistory* KeyIndex::Find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : *found;
}

void KeyIndex::Compact(std::string_view key, int64_t main, bool keep_tombstone,
                       std::vector<VersionPtr>& dropped) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  KeyHistory& history = **found;
  const size_t superseded = history.Superseded(main, keep_tombstone);
  if (superseded == 0) return;
  if (superseded < history.size()) {
    history.DropOldest(superseded, dropped);
  } else {
    // Out of the index first: the key is the newest version's.
    Extract(key)->DropOldest(superseded, dropped);
  }
}

int64_t KeyIndex::CountLive(const KeyRange& range) const {
  if (range.empty() || chunks_.empty()) return 0;
  if (range.single()) {
    const KeyHistory* history = Find(range.begin());
    return history != nullptr && history->live() ? 1 : 0;
  }
  const size_t first = ChunkFor(range.begin());
  const size_t last = range.from_key() ? chunks_.size() - 1 : ChunkFor(range.end());
  const size_t begin = LowerBound(*chunks_[first], range.begin());
  const size_t end = EndOf(*chunks_[last], range);
  if (first == last) return CountLive(*chunks_[first], begin, end);
  const int64_t between = std::accumulate(live_.begin() + static_cast<ptrdiff_t>(first) + 1,
                                          live_.begin() + static_cast<ptrdiff_t>(last), int64_t{0});
  return CountLive(*chunks_[first], begin, chunks_[first]->size()) + between +
         CountLive(*chunks_[last], 0, end);
}

size_t KeyIndex::ChunkFor(std::string_view key) const {
  const auto after = std::upper_bound(
      chunks_.begin(), chunks_.end(), key,
      [](std::string_view k, const auto& chunk) { return k < chunk->front()->key(); });
  return after == chunks_.begin() ? 0 : static_cast<size_t>(after - chunks_.begin()) - 1;
}

size_t KeyIndex::LowerBound(const Chunk& chunk, std::string_view key) {
  const auto at =
      std::lower_bound(chunk.begin(), chunk.end(), key,
                       [](const auto& history, std::string_view k) { return history->key() < k; });
  return static_cast<size_t>(at - chunk.begin());
}

size_t KeyIndex::EndOf(const Chunk& chunk, const KeyRange& range) {
  return range.from_key() ? chunk.size() : LowerBound(chunk, range.end());
}

int64_t KeyIndex::CountLive(const Chunk& chunk, size_t begin, size_t end) {
  int64_t count = 0;
  for (size_t i = begin; i < end; ++i) count += chunk[i]->live() ? 1 : 0;
  return count;
}

void KeyIndex::Insert(std::unique_ptr<KeyHistory> history) {
  by_key_.insert(history.get());
  if (chunks_.empty()) {
    chunks_.push_back(std::make_unique<Chunk>());
    live_.push_back(0);
  }
  // The first chunk may be empty here and only here, before its first key goes in.
  const size_t at = chunks_.front()->empty() ? 0 : ChunkFor(history->key());
  Chunk& chunk = *chunks_[at];
  live_[at] += history->live() ? 1 : 0;
  const auto position = static_cast<ptrdiff_t>(LowerBound(chunk, history->key()));
  chunk.insert(chunk.begin() + position, std::move(history));
  if (chunk.size() > kChunkSize) Split(at);
}

void KeyIndex::Split(size_t at) {
  Chunk& left = *chunks_[at];
  // Keys often come in ascending order: then the left chunk stays full.
  const bool appending = at + 1 == chunks_.size();
  const size_t keep = appending ? left.size() - 1 : left.size() / 2;
  auto right = std::make_unique<Chunk>();
  right->reserve(kChunkSize + 1);
  std::move(left.begin() + static_cast<ptrdiff_t>(keep), left.end(), std::back_inserter(*right));
  left.resize(keep);
  const auto live_right = static_cast<int32_t>(CountLive(*right, 0, right->size()));
  live_[at] -= live_right;
  chunks_.insert(chunks_.begin() + static_cast<ptrdiff_t>(at) + 1, std::move(right));
  live_.insert(live_.begin() + static_cast<ptrdiff_t>(at) + 1, live_right);
}

std::unique_ptr<KeyHistory> KeyIndex::Extract(std::string_view key) {
  const size_t at = ChunkFor(key);
  Chunk& chunk = *chunks_[at];
  const auto position = chunk.begin() + static_cast<ptrdiff_t>(LowerBound(chunk, key));
  assert(position != chunk.end() && (*position)->key() == key);
  by_key_.erase(position->get());
  live_[at] -= (*position)->live() ? 1 : 0;
  std::unique_ptr<KeyHistory> history = std::move(*position);
  chunk.erase(position);
  if (!chunk.empty()) return history;
  chunks_.erase(chunks_.begin() + static_cast<ptrdiff_t>(at));
  live_.erase(live_.begin() + static_cast<ptrdiff_t>(at));
  return history;
}

}  // namespace fakeetcd
