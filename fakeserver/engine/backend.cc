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

std::string JsonList(const std::vector<std::string>& texts) {
  return absl::StrCat("[\"", absl::StrJoin(texts, "\",\""), "\"]");
}

std::string MemberJson(const MemberIdentity& member) {
  return absl::StrFormat(R"({"id":%d,"peerURLs":%s,"name":"%s","clientURLs":%s})", member.member_id,
                         JsonList(member.peer_urls), member.name, JsonList(member.client_urls));
}

std::string RevisionKey(int64_t main) {
  return absl::StrCat(BigEndian(static_cast<uint64_t>(main)), "_", BigEndian(0));
}

}  // namespace

Backend MakeBackend(const Behavior& behavior, const MemberIdentity& identity, const Store& store,
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
  backend["members"].emplace_back(absl::StrFormat("%x", identity.member_id), MemberJson(identity));
  if (behavior.backend_has_conf_state) {
    backend["meta"].emplace_back(
        "confState", absl::StrFormat(R"({"voters":[%d],"auto_leave":false})", identity.member_id));
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
