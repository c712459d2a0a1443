#include "fakeserver/mvcc/key_history.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace fakeetcd {

void KeyHistory::Append(VersionPtr version) {
  assert(versions_.empty() || newest_->modified() < version->modified());
  versions_.push_back(version);
  newest_ = std::move(version);
}

VersionPtr KeyHistory::NewestUpTo(int64_t main) const {
  const auto later =
      std::upper_bound(versions_.begin(), versions_.end(), main,
                       [](int64_t at, const VersionPtr& v) { return at < v->mod_revision(); });
  return later == versions_.begin() ? VersionPtr() : *(later - 1);
}

VersionPtr KeyHistory::At(int64_t main) const {
  VersionPtr version = NewestUpTo(main);
  return version && !version->tombstone() ? version : VersionPtr();
}

size_t KeyHistory::Superseded(int64_t main, bool keep_tombstone) const {
  const auto later =
      std::upper_bound(versions_.begin(), versions_.end(), main,
                       [](int64_t at, const VersionPtr& v) { return at < v->mod_revision(); });
  if (later == versions_.begin()) return 0;
  const Version& newest = **(later - 1);
  const bool kept = !newest.tombstone() || (keep_tombstone && newest.mod_revision() == main);
  return static_cast<size_t>(later - versions_.begin()) - (kept ? 1 : 0);
}

void KeyHistory::DropOldest(size_t count, std::vector<VersionPtr>& dropped) {
  const auto end = versions_.begin() + static_cast<ptrdiff_t>(count);
  std::move(versions_.begin(), end, std::back_inserter(dropped));
  versions_.erase(versions_.begin(), end);
  if (versions_.empty()) newest_ = VersionPtr();
}

}  // namespace fakeetcd
