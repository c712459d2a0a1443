#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "etcdpp/call.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

/// Names a member of the cluster.
using MemberId = uint64_t;

/// One member, as the cluster knows it.
struct Member {
  MemberId id = 0;
  std::string name = {};  // empty until it has started
  std::vector<std::string> peer_urls = {};
  std::vector<std::string> client_urls = {};  // empty until it has started
  bool is_learner = false;                    // follows, and has no vote

  bool started() const { return !name.empty(); }

  friend bool operator==(const Member&, const Member&) = default;
};

struct MemberListRequest {
  /// Ask the leader, rather than say what the member asked knows. Since 3.5; one before answers
  /// from what it knows.
  bool linearizable = true;

  friend bool operator==(const MemberListRequest&, const MemberListRequest&) = default;
};

struct MemberAddRequest {
  std::vector<std::string> peer_urls = {};
  bool is_learner = false;

  friend bool operator==(const MemberAddRequest&, const MemberAddRequest&) = default;
};

struct MemberAddResponse {
  ResponseHeader header = {};
  Member member = {};  // the new one
  std::vector<Member> members = {};

  friend bool operator==(const MemberAddResponse&, const MemberAddResponse&) = default;
};

struct MemberUpdateRequest {
  MemberId id = 0;
  std::vector<std::string> peer_urls = {};

  friend bool operator==(const MemberUpdateRequest&, const MemberUpdateRequest&) = default;
};

struct MemberRequest {
  MemberId id = 0;

  friend bool operator==(const MemberRequest&, const MemberRequest&) = default;
};

/// The members, after the change where there was one.
struct MembersResponse {
  ResponseHeader header = {};
  std::vector<Member> members = {};

  friend bool operator==(const MembersResponse&, const MembersResponse&) = default;
};

/// What clients reach the members at: not those that have not started, nor learners, which serve
/// next to nothing.
std::vector<std::string> ClientUrls(const std::vector<Member>& members);

using MemberListParams = Params<MemberListRequest>;
using MemberAddParams = Params<MemberAddRequest>;
using MemberUpdateParams = Params<MemberUpdateRequest>;
using MemberParams = Params<MemberRequest>;

/// The RPCs of etcd's service Cluster, as a Connection has them; see there.
class ClusterService {
 public:
  virtual ~ClusterService() = default;

  virtual Result<MembersResponse> MemberList(MemberListParams params) = 0;
  virtual Result<MemberAddResponse> MemberAdd(MemberAddParams params) = 0;
  virtual Result<MembersResponse> MemberRemove(MemberParams params) = 0;
  virtual Result<MembersResponse> MemberUpdate(MemberUpdateParams params) = 0;
  virtual Result<MembersResponse> MemberPromote(MemberParams params) = 0;

  virtual void AsyncMemberList(MemberListParams params, Callback<MembersResponse> done) = 0;
  virtual void AsyncMemberAdd(MemberAddParams params, Callback<MemberAddResponse> done) = 0;
  virtual void AsyncMemberRemove(MemberParams params, Callback<MembersResponse> done) = 0;
  virtual void AsyncMemberUpdate(MemberUpdateParams params, Callback<MembersResponse> done) = 0;
  virtual void AsyncMemberPromote(MemberParams params, Callback<MembersResponse> done) = 0;
};

/// Who is in the cluster: Client::cluster(). Thread-safe.
class Cluster {
 public:
  explicit Cluster(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<MembersResponse> ListMembers(const MemberListRequest& request = {},
                                      const CallOptions& call = {});
  /// A member that is to be started with these peer URLs, and votes at once.
  Result<MemberAddResponse> AddMember(std::vector<std::string> peer_urls,
                                      const CallOptions& call = {});
  /// The same without a vote, until it is promoted.
  Result<MemberAddResponse> AddLearner(std::vector<std::string> peer_urls,
                                       const CallOptions& call = {});
  Result<MembersResponse> RemoveMember(MemberId id, const CallOptions& call = {});
  /// Gives a member other peer URLs.
  Result<MembersResponse> UpdateMember(MemberId id, std::vector<std::string> peer_urls,
                                       const CallOptions& call = {});
  /// Gives a learner its vote. Fails with Reason::kLearnerNotReady while it lags behind.
  Result<MembersResponse> PromoteMember(MemberId id, const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
