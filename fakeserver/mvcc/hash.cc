#include "fakeserver/mvcc/hash.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

/// What the compaction that `input` comes after has superseded, whether or not it is gone already.
class Superseded {
 public:
  Superseded(const Store::HashInput& input, const Behavior& behavior)
      : compacted_(input.compacted), keeps_tombstone_(behavior.compaction_keeps_tombstone) {
    if (compacted_ <= 0) return;
    FindNewest(input.revision, input.versions);
    // A compaction keeps the tombstones of its own revision, in the releases that keep them.
    const bool keeps_own = input.of_compaction && keeps_tombstone_;
    anything_kept_ = std::any_of(newest_.begin(), newest_.end(), [&](const auto& entry) {
      const Version& version = *entry.second;
      return !version.tombstone() || (keeps_own && version.mod_revision() == input.revision);
    });
  }

  bool Has(const Version& version) const {
    if (version.mod_revision() > compacted_) return false;
    if (keeps_tombstone_ && version.mod_revision() == compacted_ && version.tombstone())
      return true;
    const bool kept = !version.tombstone() && newest_.at(version.key()) == &version;
    return anything_kept_ && !kept;
  }

 private:
  // The entries that a compaction at `revision` would leave: of each key the newest up to it.
  void FindNewest(int64_t revision, const std::vector<VersionPtr>& versions) {
    for (const VersionPtr& version : versions) {
      if (version->mod_revision() > revision) continue;
      const Version*& best = newest_[version->key()];
      if (best == nullptr || best->modified() < version->modified()) best = version.get();
    }
  }

  const int64_t compacted_;
  const bool keeps_tombstone_;
  absl::flat_hash_map<std::string_view, const Version*> newest_;
  bool anything_kept_ = false;
};

}  // namespace

uint32_t HashKv(const Store::HashInput& input, const Behavior& behavior) {
  if (input.hash) return *input.hash;
  const Superseded superseded(input, behavior);
  // Sorted with what they are sorted by: to look it up at each comparison takes most of the time.
  std::vector<std::pair<Revision, const Version*>> entries;
  entries.reserve(input.versions.size());
  for (const VersionPtr& version : input.versions) {
    if (version->mod_revision() > input.revision || superseded.Has(*version)) continue;
    entries.emplace_back(version->modified(), version.get());
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });

  Crc32c crc;
  crc.Add("key");
  std::string stored;
  for (const auto& [modified, version] : entries) {
    stored.clear();
    AppendStoredKey(modified, version->tombstone(), stored);
    AppendStoredValue(*version, stored);
    crc.Add(stored);
  }
  return crc.value();
}

}  // namespace fakeetcd
