#include "fakeserver/mvcc/store.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "fakeserver/mvcc/hash.h"

namespace fakeetcd {
namespace {

constexpr size_t kCompactionsRemembered = 10;

// Versions kept alive only so that HashKV can answer for an old compaction.
constexpr size_t kDroppedVersionsMax = 1 << 19;

// What one entry takes up in etcd's backend, which keeps entries in the leaves of a tree of pages.
// A leaf is filled to nine tenths, and holds two entries however large they are (bbolt's
// node.split, with the fill percentage that etcd gives it for keys); the branches above add a
// little.
int64_t BackendBytes(const Version& version) {
  constexpr int64_t kPage = 4096;
  constexpr int64_t kFilled = kPage * 9 / 10;
  constexpr int64_t kPageHeader = 16;
  // The element's header, the storage key, and the value's fields beside key and value.
  constexpr int64_t kOverhead = 16 + 17 + 20;
  constexpr int64_t kBranch = 40;
  const auto bytes = static_cast<int64_t>(version.key().size() + version.value().size());
  const int64_t entry = kOverhead + bytes;
  const int64_t in_one_page = (kFilled - kPageHeader) / entry;
  if (in_one_page >= 2) return (kPage + kBranch) / in_one_page;
  const int64_t pages_of_two = (kPageHeader + 2 * entry + kPage - 1) / kPage;
  return (pages_of_two * kPage + kBranch) / 2;
}

}  // namespace

VersionPtr Store::Get(std::string_view key) const {
  const KeyHistory* history = index_.Find(key);
  return history != nullptr && history->live() ? history->newest() : VersionPtr();
}

Store::Found Store::Range(const KeyRange& range, std::optional<int64_t> at, int64_t max) const {
  Found found;
  const auto full = [&] { return max > 0 && static_cast<int64_t>(found.versions.size()) >= max; };
  if (!at) {
    found.count = index_.CountLive(range);
    found.versions.reserve(static_cast<size_t>(max > 0 ? std::min(max, found.count) : found.count));
    index_.Walk(range, true, [&](const KeyHistory& history) {
      if (history.live()) found.versions.push_back(history.newest());
      return !full();
    });
    return found;
  }
  index_.Walk(range, false, [&](const KeyHistory& history) {
    VersionPtr version = history.At(*at);
    if (!version) return true;
    ++found.count;
    if (!full()) found.versions.push_back(std::move(version));
    return true;
  });
  return found;
}

int64_t Store::Count(const KeyRange& range, std::optional<int64_t> at) const {
  if (!at) return index_.CountLive(range);
  int64_t count = 0;
  index_.Walk(range, false, [&](const KeyHistory& history) {
    count += history.At(*at) ? 1 : 0;
    return true;
  });
  return count;
}

Revision Store::NextRevision() const {
  return {revision_ + 1, static_cast<int64_t>(pending_.size())};
}

template <typename Make>
VersionPtr Store::Record(std::string_view key, Make make) {
  VersionPtr newest;
  index_.Append(key, [&](const KeyHistory* history) {
    VersionPtr before;
    if (history != nullptr) {
      newest = history->newest();
      const bool changed_already = newest->mod_revision() > revision_;
      before = changed_already ? history->At(revision_) : newest;
      if (before && before->tombstone()) before = VersionPtr();
    }
    VersionPtr now = make(newest);
    newest_bytes_ = BackendBytes(*now);
    bytes_ += newest_bytes_;
    pending_.push_back({now, std::move(before)});
    return now;
  });
  return newest;
}

VersionPtr Store::Put(std::string_view key, std::string_view value, int64_t lease) {
  bool exists = false;
  const VersionPtr newest = Record(key, [&](const VersionPtr& so_far) {
    exists = so_far && !so_far->tombstone();
    const Revision at = NextRevision();
    return Version::Make(key, value,
                         {.modified = at,
                          .create_revision = exists ? so_far->create_revision() : at.main,
                          .version = exists ? so_far->version() + 1 : 1,
                          .lease = lease});
  });
  return exists ? newest : VersionPtr();
}

std::vector<VersionPtr> Store::DeleteRange(const KeyRange& range) {
  std::vector<VersionPtr> deleted = Range(range, std::nullopt, 0).versions;
  for (const VersionPtr& version : deleted) {
    Record(version->key(), [&](const VersionPtr& so_far) {
      return Version::Make(so_far->key(), {}, {.modified = NextRevision()});
    });
  }
  return deleted;
}

bool Store::Commit() {
  if (pending_.empty()) return false;
  ++revision_;
  std::move(pending_.begin(), pending_.end(), std::back_inserter(log_));
  pending_.clear();
  return true;
}

size_t Store::LogPosition(int64_t revision) const {
  const auto at = std::lower_bound(
      log_.begin(), log_.end(), revision,
      [](const Change& change, int64_t r) { return change.now->mod_revision() < r; });
  return static_cast<size_t>(at - log_.begin());
}

void Store::Compact(int64_t revision) {
  assert(compacted_ < revision && revision <= revision_ && !dirty());
  if (behavior_.hash_kv_remembers_compactions) {
    compactions_.push_back({.revision = revision, .previous = compacted_});
  }
  if (compactions_.size() > kCompactionsRemembered) {
    dropped_ -= compactions_.front().dropped.size();
    compactions_.pop_front();
  }
  compacted_ = revision;
  swept_ = 0;
}

void Store::Sweep(size_t max) {
  if (hold_.use_count() > 1) return;
  // Whatever a compaction supersedes was superseded or deleted after an earlier one, so the log
  // names every key it can concern.
  std::vector<VersionPtr> dropped;
  for (; max > 0 && unswept(); --max) {
    const VersionPtr version = log_[swept_].now;
    index_.Compact(version->key(), compacted_, behavior_.compaction_keeps_tombstone, dropped);
    if (version->mod_revision() < compacted_) {
      log_.pop_front();
    } else {
      ++swept_;  // a watch may still start there
    }
  }
  if (!unswept()) swept_compaction_ = compacted_;
  for (const VersionPtr& version : dropped) bytes_ -= BackendBytes(*version);
  if (compactions_.empty()) return;
  dropped_ += dropped.size();
  std::vector<VersionPtr>& kept = compactions_.back().dropped;
  kept.insert(kept.end(), dropped.begin(), dropped.end());
}

bool Store::Survives(const Change& change) const {
  if (change.now->mod_revision() > compacted_) return true;
  if (change.now->mod_revision() < compacted_) return false;
  if (change.now->tombstone() && !behavior_.compaction_keeps_tombstone) return false;
  const KeyHistory* history = index_.Find(change.now->key());
  return history != nullptr && history->NewestUpTo(compacted_) == change.now;
}

std::vector<Store::HashInput> Store::HashesWanted() const {
  std::vector<HashInput> wanted;
  if (dropped_ <= kDroppedVersionsMax) return wanted;
  for (size_t i = 0; i < compactions_.size(); ++i) {
    if (!compactions_[i].hash) wanted.push_back(InputOfCompaction(i));
  }
  return wanted;
}

void Store::SetHash(int64_t compaction, uint32_t hash) {
  for (Compaction& remembered : compactions_) {
    if (remembered.revision == compaction) remembered.hash = hash;
  }
  // What an older compaction dropped serves no newer one.
  for (Compaction& remembered : compactions_) {
    if (!remembered.hash) return;
    dropped_ -= remembered.dropped.size();
    remembered.dropped = {};
  }
}

Store::HashInput Store::InputOfCompaction(size_t position) const {
  const Compaction& compaction = compactions_[position];
  HashInput input{compaction.revision, compaction.previous, {}, compaction.hash, true};
  if (input.hash) return input;
  input.versions = AllVersions();
  for (size_t i = position; i < compactions_.size(); ++i) {
    const std::vector<VersionPtr>& dropped = compactions_[i].dropped;
    input.versions.insert(input.versions.end(), dropped.begin(), dropped.end());
  }
  return input;
}

Store::HashInput Store::InputOfHashKv(int64_t revision) const {
  for (size_t i = 0; i < compactions_.size(); ++i) {
    if (compactions_[i].revision == revision) return InputOfCompaction(i);
  }
  return {revision == 0 ? revision_ : revision, compacted_, AllVersions(), std::nullopt};
}

bool Store::RemembersCompactionAt(int64_t revision) const {
  return std::any_of(compactions_.begin(), compactions_.end(),
                     [&](const Compaction& remembered) { return remembered.revision == revision; });
}

std::vector<VersionPtr> Store::AllVersions() const {
  std::vector<VersionPtr> all;
  index_.Walk(KeyRange(std::string_view(), std::string_view("\0", 1)), false,
              [&](const KeyHistory& history) {
                all.insert(all.end(), history.begin(), history.end());
                return true;
              });
  return all;
}

Store::Collection Store::BeginCollection() const {
  assert(!dirty());
  Collection collection;
  collection.revision_ = revision_;
  collection.hold_ = hold_;
  return collection;
}

bool Store::Collect(size_t keys, Collection& collection) const {
  if (collection.hold_ != hold_) return false;
  const KeyHistory* last = nullptr;
  const KeyRange rest(collection.next_, std::string_view("\0", 1));
  index_.Walk(rest, false, [&](const KeyHistory& history) {
    for (const VersionPtr& version : history) {
      if (version->mod_revision() > collection.revision_) break;
      collection.entries.push_back({version->modified(), version});
    }
    last = &history;
    return --keys > 0;
  });
  collection.done = keys > 0;
  if (collection.done) {
    collection.hold_.reset();
  } else {
    collection.next_.assign(last->key()).push_back('\0');
  }
  return true;
}

void Store::Load(const std::vector<VersionPtr>& versions, int64_t compacted) {
  assert(index_.size() == 0 && revision_ == 1 && compacted_ == -1);
  for (const VersionPtr& version : versions) {
    revision_ = version->mod_revision() - 1;  // as it was when this was written
    Record(version->key(), [&](const VersionPtr&) { return version; });
  }
  log_.assign(pending_.begin(), pending_.end());
  pending_ = {};
  revision_ = std::max(compacted, log_.empty() ? 1 : log_.back().now->mod_revision());
  compacted_ = compacted;
  Sweep(SIZE_MAX);
}

}  // namespace fakeetcd
