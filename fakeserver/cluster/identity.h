#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fakeetcd {

/// Who this member is: what it was told to be called and the ids that etcd derives from that.
struct MemberIdentity {
  std::string name;
  std::vector<std::string> peer_urls;    // ascending
  std::vector<std::string> client_urls;  // as advertised, ascending
  uint64_t member_id = 0;
  uint64_t cluster_id = 0;

  /// A cluster of one. The ids are etcd's: SHA-1 over the sorted peer URLs and the cluster's
  /// token, and over the member's id (server/etcdserver/api/membership, computeMemberId and
  /// genID).
  static MemberIdentity Derive(std::string name, std::vector<std::string> peer_urls,
                               std::vector<std::string> client_urls, const std::string& token);
};

}  // namespace fakeetcd
