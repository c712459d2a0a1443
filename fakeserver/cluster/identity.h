#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fakeetcd {

/// The id of a member, of its ascending peer URLs and of what else is mixed in: the cluster's token
/// for those it starts with, the time in seconds for those added later
/// (server/etcdserver/api/membership, computeMemberID).
uint64_t MemberIdOf(const std::vector<std::string>& peer_urls, const std::string& mixed_in);

/// Who this member is: what it was told to be called and the ids that etcd derives from that.
struct MemberIdentity {
  std::string name;
  std::vector<std::string> peer_urls;    // ascending
  std::vector<std::string> client_urls;  // as advertised, ascending
  uint64_t member_id = 0;
  uint64_t cluster_id = 0;

  /// A cluster of one. The ids are etcd's: the cluster's is the SHA-1 of the member's (genID).
  static MemberIdentity Derive(std::string name, std::vector<std::string> peer_urls,
                               std::vector<std::string> client_urls, const std::string& token);
};

}  // namespace fakeetcd
