#include "fakeserver/mvcc/hash.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace fakeetcd {
namespace {

void AppendBigEndian(std::string& out, int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void AppendField(std::string& out, int number, int64_t value) {
  if (value == 0) return;
  AppendVarint(out, static_cast<uint64_t>(number) << 3);
  AppendVarint(out, static_cast<uint64_t>(value));
}

void AppendField(std::string& out, int number, std::string_view value) {
  if (value.empty()) return;
  AppendVarint(out, (static_cast<uint64_t>(number) << 3) | 2);
  AppendVarint(out, value.size());
  out.append(value);
}

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

std::string BackendKey(const Version& version) {
  std::string key;
  key.reserve(18);
  AppendBigEndian(key, version.modified().main);
  key.push_back('_');
  AppendBigEndian(key, version.modified().sub);
  if (version.tombstone()) key.push_back('t');
  return key;
}

std::string BackendValue(const Version& version) {
  std::string value;
  AppendField(value, 1, version.key());
  if (version.tombstone()) return value;
  AppendField(value, 2, version.create_revision());
  AppendField(value, 3, version.mod_revision());
  AppendField(value, 4, version.version());
  AppendField(value, 5, version.value());
  AppendField(value, 6, version.lease());
  return value;
}

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
  for (const Version* version : entries) {
    crc.Add(BackendKey(*version));
    crc.Add(BackendValue(*version));
  }
  return crc.value();
}

}  // namespace fakeetcd
