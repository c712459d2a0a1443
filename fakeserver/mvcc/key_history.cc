#include "fakeserver/mvcc/key_history.h"

#include <algorithm>
#include <cassert>

namespace fakeetcd {

void KeyHistory::Append(VersionPtr version) {
  assert(versions_.empty() || versions_.back()->modified() < version->modified());
  versions_.push_back(std::move(version));
}

VersionPtr KeyHistory::At(int64_t main) const {
  const auto later =
      std::upper_bound(versions_.begin(), versions_.end(), main,
                       [](int64_t at, const VersionPtr& v) { return at < v->mod_revision(); });
  if (later == versions_.begin() || (*(later - 1))->tombstone()) return VersionPtr();
  return *(later - 1);
}

void KeyHistory::Compact(int64_t main, bool keep_tombstone, std::vector<VersionPtr>& dropped) {
  auto keep =
      std::upper_bound(versions_.begin(), versions_.end(), main,
                       [](int64_t at, const VersionPtr& v) { return at < v->mod_revision(); });
  if (keep == versions_.begin()) return;
  --keep;
  const bool expired = (*keep)->tombstone() && !(keep_tombstone && (*keep)->mod_revision() == main);
  if (expired) ++keep;
  dropped.insert(dropped.end(), versions_.begin(), keep);
  versions_.erase(versions_.begin(), keep);
}

bool KeyHistory::Holds(const VersionPtr& version) const {
  return std::find(versions_.begin(), versions_.end(), version) != versions_.end();
}

}  // namespace fakeetcd
