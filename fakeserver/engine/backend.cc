#include "fakeserver/engine/backend.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "fakeserver/base/wire_format.h"
#include "fakeserver/mvcc/hash.h"
#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

// A serialized leasepb.Lease.
std::string LeaseValue(LeaseId id, const LeaseTable::Lease& lease) {
  std::string value;
  AppendField(value, 1, static_cast<uint64_t>(id));
  AppendField(value, 2, static_cast<uint64_t>(lease.granted.count()));
  return value;
}

// A string as Go's encoding/json writes it.
std::string JsonString(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    const bool escaped = static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&';
    if (c == '"' || c == '\\') json.push_back('\\');
    if (escaped) {
      json += absl::StrFormat("\\u%04x", static_cast<unsigned char>(c));
    } else {
      json.push_back(c);
    }
  }
  return json + "\"";
}

std::string JsonList(const std::vector<std::string>& texts) {
  if (texts.empty()) return "null";
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      out->append(JsonString(text));
                                    }),
                      "]");
}

// What is empty is left out, but for the peer URLs (api/membership, Member).
std::string MemberJson(const Member& member) {
  std::string json =
      absl::StrFormat(R"({"id":%d,"peerURLs":%s)", member.id, JsonList(member.peer_urls));
  if (member.learner) json += R"(,"isLearner":true)";
  if (member.started()) json += R"(,"name":)" + JsonString(member.name);
  if (!member.client_urls.empty()) json += R"(,"clientURLs":)" + JsonList(member.client_urls);
  return json + "}";
}

// The voters and the learners, as raft has them.
std::string ConfStateJson(const Membership& membership) {
  std::vector<uint64_t> voters;
  std::vector<uint64_t> learners;
  for (const auto& [id, member] : membership.members()) {
    (member.learner ? learners : voters).push_back(id);
  }
  std::string json = absl::StrCat(R"({"voters":[)", absl::StrJoin(voters, ","), "]");
  if (!learners.empty())
    absl::StrAppend(&json, R"(,"learners":[)", absl::StrJoin(learners, ","), "]");
  return json + R"(,"auto_leave":false})";
}

// A serialized AlarmMember.
std::string AlarmKey(const Alarm& alarm) {
  std::string key;
  AppendField(key, 1, alarm.member_id);
  AppendField(key, 2, static_cast<uint64_t>(alarm.type));
  return key;
}

std::string DowngradeJson(const ClusterVersion& cluster) {
  return absl::StrFormat(R"({"target-version":"%s","enabled":%s})", cluster.target(),
                         cluster.downgrading() ? "true" : "false");
}

Backend::Entries MetaEntries(const BackendSource& source) {
  const Behavior& behavior = source.behavior;
  const Store& store = source.store;
  Backend::Entries meta;
  // Up to 3.4 only writes to the key space store the index.
  if (behavior.backend_has_conf_state || store.revision() > 1) {
    meta.emplace_back("consistent_index", BigEndian(source.raft_index));
  }
  if (behavior.backend_has_conf_state) {
    meta.emplace_back("confState", ConfStateJson(source.membership));
    meta.emplace_back("term", BigEndian(source.raft_term));
  }
  if (behavior.backend_has_storage_version) {
    meta.emplace_back("storageVersion", source.cluster_version.version().ToString());
  }
  if (store.compacted() >= 0) {
    meta.emplace_back("scheduledCompactRev", StoredRevision(store.compacted()));
  }
  if (store.swept_compaction() >= 0) {
    meta.emplace_back("finishedCompactRev", StoredRevision(store.swept_compaction()));
  }
  return meta;
}

bool LeftOutOfHash(std::string_view bucket, std::string_view key) {
  return bucket == "meta" &&
         (key == "consistent_index" || key == "term" || key == "storageVersion");
}

}  // namespace

Backend MakeBackend(const BackendSource& source) {
  Backend backend;
  auto& buckets = backend.buckets;
  for (const char* bucket : {"alarm", "auth", "authRoles", "authUsers", "cluster", "key", "lease",
                             "members", "members_removed", "meta"}) {
    buckets[bucket];
  }
  for (AuthStore::Entry& entry : source.auth.Entries()) {
    buckets[entry.bucket].emplace_back(std::move(entry.key), std::move(entry.value));
  }
  for (const Alarm& alarm : source.alarms.Of(AlarmType::kNone)) {
    buckets["alarm"].emplace_back(AlarmKey(alarm), "");
  }
  const ClusterVersion& cluster = source.cluster_version;
  buckets["cluster"].emplace_back("clusterVersion", cluster.version().ToString());
  if (cluster.was_downgraded())
    buckets["cluster"].emplace_back("downgrade", DowngradeJson(cluster));
  for (const LeaseId id : source.leases.Ids()) {
    buckets["lease"].emplace_back(BigEndian(static_cast<uint64_t>(id)),
                                  LeaseValue(id, *source.leases.Find(id)));
  }
  for (const auto& [id, member] : source.membership.members()) {
    buckets["members"].emplace_back(absl::StrFormat("%x", id), MemberJson(member));
  }
  for (const uint64_t id : source.membership.removed()) {
    buckets["members_removed"].emplace_back(absl::StrFormat("%x", id), "removed");
  }
  buckets["meta"] = MetaEntries(source);
  for (auto& [name, entries] : buckets) std::sort(entries.begin(), entries.end());
  return backend;
}

uint32_t HashOf(const Backend& backend) {
  Crc32c crc;
  for (const auto& [name, entries] : backend.buckets) {
    crc.Add(name);
    for (const auto& [key, value] : entries) {
      if (LeftOutOfHash(name, key)) continue;
      crc.Add(key);
      crc.Add(value);
    }
    if (name != "key") continue;
    std::string stored;
    for (const auto& [at, version] : backend.versions) {
      stored.clear();
      AppendStoredKey(at, version->tombstone(), stored);
      AppendStoredValue(*version, stored);
      crc.Add(stored);
    }
  }
  return crc.value();
}

}  // namespace fakeetcd
