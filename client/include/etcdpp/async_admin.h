#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/auth.h"
#include "etcdpp/cluster.h"
#include "etcdpp/future.h"
#include "etcdpp/maintenance.h"

namespace etcdpp {

// The calls of Auth, Cluster and Maintenance, none of which waits; each does what its namesake
// there does. All are thread-safe, and extend the life of their connection.

/// AsyncClient::auth().
class AsyncAuth {
 public:
  explicit AsyncAuth(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Future<AuthResponse> Enable(const CallOptions& call = {});
  Future<AuthResponse> Disable(const CallOptions& call = {});
  Future<AuthStatusResponse> GetStatus(const CallOptions& call = {});
  Future<AuthenticateResponse> Authenticate(std::string_view name, std::string_view password,
                                            const CallOptions& call = {});

  Future<AuthResponse> AddUser(std::string_view name, std::string_view password,
                               const CallOptions& call = {});
  Future<AuthResponse> AddUserWithoutPassword(std::string_view name, const CallOptions& call = {});
  Future<UserGetResponse> GetUser(std::string_view name, const CallOptions& call = {});
  Future<UserListResponse> ListUsers(const CallOptions& call = {});
  Future<AuthResponse> DeleteUser(std::string_view name, const CallOptions& call = {});
  Future<AuthResponse> ChangePassword(std::string_view name, std::string_view password,
                                      const CallOptions& call = {});
  Future<AuthResponse> GrantRole(std::string_view user, std::string_view role,
                                 const CallOptions& call = {});
  Future<AuthResponse> RevokeRole(std::string_view user, std::string_view role,
                                  const CallOptions& call = {});

  Future<AuthResponse> AddRole(std::string_view role, const CallOptions& call = {});
  Future<RoleGetResponse> GetRole(std::string_view role, const CallOptions& call = {});
  Future<RoleListResponse> ListRoles(const CallOptions& call = {});
  Future<AuthResponse> DeleteRole(std::string_view role, const CallOptions& call = {});
  Future<AuthResponse> GrantPermission(std::string_view role, PermissionType type, KeyRange range,
                                       const CallOptions& call = {});
  Future<AuthResponse> RevokePermission(std::string_view role, KeyRange range,
                                        const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
};

/// AsyncClient::cluster().
class AsyncCluster {
 public:
  explicit AsyncCluster(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Future<MembersResponse> ListMembers(const MemberListRequest& request = {},
                                      const CallOptions& call = {});
  Future<MemberAddResponse> AddMember(std::vector<std::string> peer_urls,
                                      const CallOptions& call = {});
  Future<MemberAddResponse> AddLearner(std::vector<std::string> peer_urls,
                                       const CallOptions& call = {});
  Future<MembersResponse> RemoveMember(MemberId id, const CallOptions& call = {});
  Future<MembersResponse> UpdateMember(MemberId id, std::vector<std::string> peer_urls,
                                       const CallOptions& call = {});
  Future<MembersResponse> PromoteMember(MemberId id, const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
};

/// AsyncClient::maintenance().
class AsyncMaintenance {
 public:
  explicit AsyncMaintenance(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Future<AlarmResponse> ListAlarms(const CallOptions& call = {});
  Future<AlarmResponse> ActivateAlarm(const Alarm& alarm, const CallOptions& call = {});
  Future<AlarmResponse> DisarmAlarm(const Alarm& alarm, const CallOptions& call = {});
  Future<MemberStatus> GetStatus(const CallOptions& call = {});
  Future<DefragmentResponse> Defragment(const CallOptions& call = {});
  Future<HashResponse> Hash(const CallOptions& call = {});
  Future<HashKvResponse> HashKv(int64_t revision = 0, const CallOptions& call = {});
  Future<MoveLeaderResponse> MoveLeader(MemberId target, const CallOptions& call = {});
  Future<DowngradeResponse> ValidateDowngrade(std::string_view version,
                                              const CallOptions& call = {});
  Future<DowngradeResponse> EnableDowngrade(std::string_view version, const CallOptions& call = {});
  Future<DowngradeResponse> CancelDowngrade(const CallOptions& call = {});

  /// The sink is called by threads of the connection, one piece after the other.
  Future<SnapshotResponse> Snapshot(SnapshotRequest request, const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
