#include "fakeserver/mvcc/hash.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

// The entries that a compaction at `revision` would leave: of each key the newest up to it.
absl::flat_hash_map<std::string_view, const Version*> NewestUpTo(
    int64_t revision, const std::vector<VersionPtr>& versions) {
  absl::flat_hash_map<std::string_view, const Version*> newest;
  for (const VersionPtr& version : versions) {
    if (version->mod_revision() > revision) continue;
    const Version*& best = newest[version->key()];
    if (best == nullptr || best->modified() < version->modified()) best = version.get();
  }
  return newest;
}

}  // namespace

uint32_t HashKv(const Store::HashInput& input, const Behavior& behavior) {
  if (input.hash) return *input.hash;
  const auto newest = NewestUpTo(input.revision, input.versions);
  // A compaction keeps the tombstones of its own revision, in the releases that keep them.
  const bool keeps_tombstones = input.of_compaction && behavior.compaction_keeps_tombstone;
  const auto kept_by_itself = [&](const Version& version) {
    return !version.tombstone() || (keeps_tombstones && version.mod_revision() == input.revision);
  };
  const bool anything_kept = std::any_of(newest.begin(), newest.end(), [&](const auto& entry) {
    return kept_by_itself(*entry.second);
  });
  const auto skipped = [&](const Version& version) {
    const int64_t main = version.mod_revision();
    if (main > input.revision) return true;
    if (main > input.compacted) return false;
    if (behavior.compaction_keeps_tombstone && main == input.compacted && version.tombstone()) {
      return true;
    }
    const bool kept = !version.tombstone() && newest.at(version.key()) == &version;
    return anything_kept && !kept;
  };

  std::vector<const Version*> entries;
  for (const VersionPtr& version : input.versions) {
    if (!skipped(*version)) entries.push_back(version.get());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Version* a, const Version* b) { return a->modified() < b->modified(); });

  Crc32c crc;
  crc.Add("key");
  std::string stored;
  for (const Version* version : entries) {
    stored.clear();
    AppendStoredKey(version->modified(), version->tombstone(), stored);
    AppendStoredValue(*version, stored);
    crc.Add(stored);
  }
  return crc.value();
}

}  // namespace fakeetcd
