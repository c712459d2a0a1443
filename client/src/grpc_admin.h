#pragma once

#include "client/src/transport.h"
#include "etcdpp/auth.h"
#include "etcdpp/cluster.h"
#include "etcdpp/maintenance.h"

namespace etcdpp {

// The services of a GrpcConnection that are about running a cluster.

class GrpcAuth final : public AuthService {
 public:
  explicit GrpcAuth(Transport& transport) : transport_(transport) {}

  Result<AuthResponse> AuthEnable(CallParams params) override;
  Result<AuthResponse> AuthDisable(CallParams params) override;
  Result<AuthStatusResponse> AuthStatus(CallParams params) override;
  Result<AuthenticateResponse> Authenticate(AuthenticateParams params) override;
  Result<AuthResponse> UserAdd(UserAddParams params) override;
  Result<UserGetResponse> UserGet(UserParams params) override;
  Result<UserListResponse> UserList(CallParams params) override;
  Result<AuthResponse> UserDelete(UserParams params) override;
  Result<AuthResponse> UserChangePassword(UserChangePasswordParams params) override;
  Result<AuthResponse> UserGrantRole(UserRoleParams params) override;
  Result<AuthResponse> UserRevokeRole(UserRoleParams params) override;
  Result<AuthResponse> RoleAdd(RoleParams params) override;
  Result<RoleGetResponse> RoleGet(RoleParams params) override;
  Result<RoleListResponse> RoleList(CallParams params) override;
  Result<AuthResponse> RoleDelete(RoleParams params) override;
  Result<AuthResponse> RoleGrantPermission(RoleGrantPermissionParams params) override;
  Result<AuthResponse> RoleRevokePermission(RoleRevokePermissionParams params) override;

  void AsyncAuthEnable(CallParams params, Callback<AuthResponse> done) override;
  void AsyncAuthDisable(CallParams params, Callback<AuthResponse> done) override;
  void AsyncAuthStatus(CallParams params, Callback<AuthStatusResponse> done) override;
  void AsyncAuthenticate(AuthenticateParams params, Callback<AuthenticateResponse> done) override;
  void AsyncUserAdd(UserAddParams params, Callback<AuthResponse> done) override;
  void AsyncUserGet(UserParams params, Callback<UserGetResponse> done) override;
  void AsyncUserList(CallParams params, Callback<UserListResponse> done) override;
  void AsyncUserDelete(UserParams params, Callback<AuthResponse> done) override;
  void AsyncUserChangePassword(UserChangePasswordParams params,
                               Callback<AuthResponse> done) override;
  void AsyncUserGrantRole(UserRoleParams params, Callback<AuthResponse> done) override;
  void AsyncUserRevokeRole(UserRoleParams params, Callback<AuthResponse> done) override;
  void AsyncRoleAdd(RoleParams params, Callback<AuthResponse> done) override;
  void AsyncRoleGet(RoleParams params, Callback<RoleGetResponse> done) override;
  void AsyncRoleList(CallParams params, Callback<RoleListResponse> done) override;
  void AsyncRoleDelete(RoleParams params, Callback<AuthResponse> done) override;
  void AsyncRoleGrantPermission(RoleGrantPermissionParams params,
                                Callback<AuthResponse> done) override;
  void AsyncRoleRevokePermission(RoleRevokePermissionParams params,
                                 Callback<AuthResponse> done) override;

 private:
  Transport& transport_;
};

class GrpcCluster final : public ClusterService {
 public:
  explicit GrpcCluster(Transport& transport) : transport_(transport) {}

  Result<MembersResponse> MemberList(MemberListParams params) override;
  Result<MemberAddResponse> MemberAdd(MemberAddParams params) override;
  Result<MembersResponse> MemberRemove(MemberParams params) override;
  Result<MembersResponse> MemberUpdate(MemberUpdateParams params) override;
  Result<MembersResponse> MemberPromote(MemberParams params) override;

  void AsyncMemberList(MemberListParams params, Callback<MembersResponse> done) override;
  void AsyncMemberAdd(MemberAddParams params, Callback<MemberAddResponse> done) override;
  void AsyncMemberRemove(MemberParams params, Callback<MembersResponse> done) override;
  void AsyncMemberUpdate(MemberUpdateParams params, Callback<MembersResponse> done) override;
  void AsyncMemberPromote(MemberParams params, Callback<MembersResponse> done) override;

 private:
  Transport& transport_;
};

class GrpcMaintenance final : public MaintenanceService {
 public:
  explicit GrpcMaintenance(Transport& transport) : transport_(transport) {}

  Result<AlarmResponse> Alarm(AlarmParams params) override;
  Result<MemberStatus> GetStatus(CallParams params) override;
  Result<DefragmentResponse> Defragment(CallParams params) override;
  Result<HashResponse> Hash(CallParams params) override;
  Result<HashKvResponse> HashKv(HashKvParams params) override;
  Result<MoveLeaderResponse> MoveLeader(MoveLeaderParams params) override;
  Result<DowngradeResponse> Downgrade(DowngradeParams params) override;
  Result<SnapshotResponse> Snapshot(SnapshotParams params) override;

  void AsyncAlarm(AlarmParams params, Callback<AlarmResponse> done) override;
  void AsyncGetStatus(CallParams params, Callback<MemberStatus> done) override;
  void AsyncDefragment(CallParams params, Callback<DefragmentResponse> done) override;
  void AsyncHash(CallParams params, Callback<HashResponse> done) override;
  void AsyncHashKv(HashKvParams params, Callback<HashKvResponse> done) override;
  void AsyncMoveLeader(MoveLeaderParams params, Callback<MoveLeaderResponse> done) override;
  void AsyncDowngrade(DowngradeParams params, Callback<DowngradeResponse> done) override;
  void AsyncSnapshot(SnapshotParams params, Callback<SnapshotResponse> done) override;

 private:
  Transport& transport_;
};

}  // namespace etcdpp
