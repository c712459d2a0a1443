#include "fakeserver/engine/backend.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "fakeserver/mvcc/hash.h"

namespace fakeetcd {
namespace {

std::string BigEndian(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

// A serialized leasepb.Lease.
std::string LeaseValue(LeaseId id, const LeaseTable::Lease& lease) {
  return absl::StrCat("\x08", Varint(static_cast<uint64_t>(id)), "\x10",
                      Varint(static_cast<uint64_t>(lease.granted.count())));
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

std::string RevisionKey(int64_t main) {
  return absl::StrCat(BigEndian(static_cast<uint64_t>(main)), "_", BigEndian(0));
}

}  // namespace

Backend MakeBackend(const Behavior& behavior, const Membership& membership, const Store& store,
                    const LeaseTable& leases) {
  Backend backend;
  for (const char* bucket : {"alarm", "auth", "authRoles", "authUsers", "cluster", "key", "lease",
                             "members", "members_removed", "meta"}) {
    backend[bucket];
  }
  backend["auth"].emplace_back("authRevision", BigEndian(1));
  backend["cluster"].emplace_back("clusterVersion",
                                  absl::StrFormat("3.%d.0", behavior.version.minor));
  for (const VersionPtr& version : store.AllVersions()) {
    backend["key"].emplace_back(BackendKey(*version), BackendValue(*version));
  }
  for (const LeaseId id : leases.Ids()) {
    backend["lease"].emplace_back(BigEndian(static_cast<uint64_t>(id)),
                                  LeaseValue(id, *leases.Find(id)));
  }
  for (const auto& [id, member] : membership.members()) {
    backend["members"].emplace_back(absl::StrFormat("%x", id), MemberJson(member));
  }
  for (const uint64_t id : membership.removed()) {
    backend["members_removed"].emplace_back(absl::StrFormat("%x", id), "removed");
  }
  if (behavior.backend_has_conf_state) {
    backend["meta"].emplace_back("confState", ConfStateJson(membership));
  }
  if (store.compacted() >= 0) {
    backend["meta"].emplace_back("finishedCompactRev", RevisionKey(store.compacted()));
    backend["meta"].emplace_back("scheduledCompactRev", RevisionKey(store.compacted()));
  }
  for (auto& [name, entries] : backend) std::sort(entries.begin(), entries.end());
  return backend;
}

uint32_t HashOf(const Backend& backend) {
  Crc32c crc;
  for (const auto& [name, entries] : backend) {
    crc.Add(name);
    for (const auto& [key, value] : entries) {
      crc.Add(key);
      crc.Add(value);
    }
  }
  return crc.value();
}

}  // namespace fakeetcd
