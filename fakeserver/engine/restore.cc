#include "fakeserver/engine/restore.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "fakeserver/base/wire_format.h"
#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

absl::Status Wrong(const char* bucket, std::string_view key, const char* what) {
  return absl::DataLossError(absl::StrCat("the entry \"", absl::CHexEscape(std::string(key)),
                                          "\" of the bucket \"", bucket, "\" ", what));
}

const BboltEntries& EntriesOf(const BboltBuckets& buckets, std::string_view bucket) {
  static const BboltEntries none;
  const auto found = buckets.find(bucket);
  return found == buckets.end() ? none : found->second;
}

std::optional<std::string_view> Find(const BboltBuckets& buckets, std::string_view bucket,
                                     std::string_view key) {
  for (const auto& [name, value] : EntriesOf(buckets, bucket)) {
    if (name == key) return value;
  }
  return std::nullopt;
}

absl::Status CheckStorageVersion(const BboltBuckets& buckets, const Behavior& behavior) {
  if (!behavior.backend_has_storage_version) return absl::OkStatus();
  const auto text = Find(buckets, "meta", "storageVersion");
  if (!text) return absl::OkStatus();
  const auto version = EtcdVersion::Parse(*text);
  if (!version || version->OfMinor() <= behavior.version.OfMinor()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("version \"", std::string(*text), "\" is not supported: etcd ",
                   behavior.version.ToString(), " refuses the data of newer releases"));
}

absl::Status ParseVersions(const BboltEntries& entries, RestoredState& state) {
  state.versions.reserve(entries.size());
  Revision last;
  for (const auto& [key, value] : entries) {
    auto version = ParseStored(key, value);
    if (!version.ok()) return version.status();
    // In order they are, as all keys of a bucket; a tombstone can be at the revision of a put.
    if ((*version)->modified() <= last) return Wrong("key", key, "is at the revision of another");
    last = (*version)->modified();
    state.versions.push_back(*std::move(version));
  }
  return absl::OkStatus();
}

// A compaction that was scheduled and not finished is resumed when etcd starts.
absl::Status ParseCompaction(const BboltBuckets& buckets, RestoredState& state) {
  for (const char* name : {"finishedCompactRev", "scheduledCompactRev"}) {
    const auto text = Find(buckets, "meta", name);
    if (!text) continue;
    const auto revision = ParseStoredRevision(*text);
    if (!revision.ok()) return Wrong("meta", name, "is no revision");
    state.compacted = std::max(state.compacted, *revision);
  }
  return absl::OkStatus();
}

// leasepb.Lease. What a checkpoint says of the time left is not looked at: it has its whole TTL.
absl::Status ParseLease(std::string_view key, std::string_view value, RestoredState& state) {
  RestoredState::Lease lease;
  FieldReader fields(value);
  while (const auto field = fields.Next()) {
    if (field->IsNumber(1)) lease.id = static_cast<LeaseId>(field->value);
    if (field->IsNumber(2)) lease.ttl_seconds = static_cast<int64_t>(field->value);
  }
  const auto id = ParseBigEndian(key);
  if (fields.malformed() || lease.id == 0 || id != static_cast<uint64_t>(lease.id)) {
    return Wrong("lease", key, "is no lease of that id");
  }
  state.leases.push_back(lease);
  return absl::OkStatus();
}

// etcdserverpb.AlarmMember, all of it in the key.
absl::Status ParseAlarm(std::string_view key, RestoredState& state) {
  Alarm alarm;
  FieldReader fields(key);
  while (const auto field = fields.Next()) {
    if (field->IsNumber(1)) alarm.member_id = field->value;
    if (field->IsNumber(2)) alarm.type = static_cast<AlarmType>(field->value);
  }
  if (fields.malformed()) return Wrong("alarm", key, "is no alarm");
  state.alarms.push_back(alarm);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RestoredState> ParseBackend(const BboltBuckets& buckets, const Behavior& behavior) {
  if (!buckets.contains("key")) {
    return absl::DataLossError("the database is not etcd's: it has no bucket \"key\"");
  }
  RestoredState state;
  auto status = CheckStorageVersion(buckets, behavior);
  if (status.ok()) status = ParseCompaction(buckets, state);
  if (status.ok()) status = ParseVersions(EntriesOf(buckets, "key"), state);
  for (const auto& [key, value] : EntriesOf(buckets, "lease")) {
    if (status.ok()) status = ParseLease(key, value, state);
  }
  for (const auto& [key, value] : EntriesOf(buckets, "alarm")) {
    if (status.ok()) status = ParseAlarm(key, state);
  }
  if (!status.ok()) return status;
  return state;
}

}  // namespace fakeetcd
