#include "conformance/support/hash_model.h"

#include <utility>

#include <boost/crc.hpp>

namespace conformance {
namespace {

constexpr size_t kRemembered = 10;

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

void AppendBigEndian(int64_t number, std::string* bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift));
  }
}

std::string StorageKey(int64_t main, int64_t sub, bool is_delete) {
  std::string key;
  AppendBigEndian(main, &key);
  key.push_back('_');
  AppendBigEndian(sub, &key);
  if (is_delete) key.push_back('t');
  return key;
}

}  // namespace

void HashModel::Put(const std::string& key, const std::string& value, int64_t lease) {
  mvccpb::KeyValue& kv = live_[key];
  if (kv.version() == 0) kv.set_create_revision(revision_ + 1);
  kv.set_key(key);
  kv.set_mod_revision(revision_ + 1);
  kv.set_version(kv.version() + 1);
  kv.set_value(value);
  kv.set_lease(lease);
  Append(key, false, kv.SerializeAsString());
}

void HashModel::Delete(const std::string& key) {
  live_.erase(key);
  mvccpb::KeyValue kv;
  kv.set_key(key);
  Append(key, true, kv.SerializeAsString());
}

std::vector<std::string> HashModel::Keys(const std::string& key, const std::string& end) const {
  std::vector<std::string> keys;
  for (auto it = live_.lower_bound(key); it != live_.end() && it->first < end; ++it) {
    keys.push_back(it->first);
  }
  return keys;
}

void HashModel::Commit() {
  if (next_sub_ != 0) ++revision_;
  next_sub_ = 0;
}

void HashModel::Compact(int64_t revision) {
  const std::set<Place> kept = Kept(revision, KeepsDeletesAtCompaction());
  if (version_.Since({V(3, 5, 5), V(3, 6, 0)})) {
    remembered_[revision] = {.hash = Hash(revision, compacted_, kept),
                             .compact_revision = compacted_,
                             .hash_revision = version_.AtLeast(3, 6) ? revision : 0};
    if (remembered_.size() > kRemembered) remembered_.erase(remembered_.begin());
  }
  std::erase_if(changes_, [&](const auto& entry) {
    return entry.first.main <= revision && !kept.contains(entry.first);
  });
  compacted_ = revision;
}

std::optional<HashModel::Answer> HashModel::HashKv(int64_t revision) const {
  if (const auto it = remembered_.find(revision); it != remembered_.end()) return it->second;
  const bool at_compacted_allowed = version_.Since({V(3, 4, 27), V(3, 5, 10), V(3, 6, 0)});
  const int64_t oldest = at_compacted_allowed ? compacted_ : compacted_ + 1;
  if (revision > 0 && revision < oldest) return std::nullopt;
  const int64_t hashed = revision == 0 ? revision_ : revision;
  return Answer{.hash = Hash(hashed, compacted_, Kept(hashed, false)),
                .compact_revision = compacted_,
                .hash_revision = version_.AtLeast(3, 6) ? hashed : 0};
}

void HashModel::Append(const std::string& key, bool is_delete, std::string value) {
  changes_[{revision_ + 1, next_sub_++}] = {key, is_delete, std::move(value)};
}

// Of each key, the newest change up to `revision`, unless that is a delete.
std::set<HashModel::Place> HashModel::Kept(int64_t revision, bool with_deletes_at_it) const {
  std::map<std::string, Place> newest;
  for (const auto& [place, change] : changes_) {
    if (place.main <= revision) newest[change.key] = place;
  }
  std::set<Place> kept;
  for (const auto& [key, place] : newest) {
    const bool counts = with_deletes_at_it && place.main == revision;
    if (counts || !changes_.at(place).is_delete) kept.insert(place);
  }
  return kept;
}

uint32_t HashModel::Hash(int64_t revision, int64_t compacted, const std::set<Place>& kept) const {
  Crc32c crc;
  crc.process_bytes("key", 3);
  for (const auto& [place, change] : changes_) {
    if (place.main > revision) continue;
    if (place.main <= compacted && !kept.empty() && !kept.contains(place)) continue;
    if (place.main == compacted && change.is_delete && KeepsDeletesAtCompaction()) continue;
    const std::string key = StorageKey(place.main, place.sub, change.is_delete);
    crc.process_bytes(key.data(), key.size());
    crc.process_bytes(change.value.data(), change.value.size());
  }
  return crc.checksum();
}

bool HashModel::KeepsDeletesAtCompaction() const {
  return version_.Since({V(3, 4, 34), V(3, 5, 16), V(3, 6, 0)});
}

}  // namespace conformance
