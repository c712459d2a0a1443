#include "client/src/grpc_admin.h"

#include <utility>

#include "client/src/invoke.h"
#include "client/src/methods.h"
#include "client/src/snapshot_call.h"

namespace etcdpp {
namespace {

template <typename Wire>
Wire MemberTo(const MemberRequest& request) {
  Wire wire;
  wire.set_id(request.id);
  return wire;
}

}  // namespace

Result<AuthResponse> GrpcAuth::AuthEnable(CallParams params) {
  return Blocking(transport_, kAuthEnable, pb::AuthEnableRequest(), params.call);
}

Result<AuthResponse> GrpcAuth::AuthDisable(CallParams params) {
  return Blocking(transport_, kAuthDisable, pb::AuthDisableRequest(), params.call);
}

Result<AuthStatusResponse> GrpcAuth::AuthStatus(CallParams params) {
  return Blocking(transport_, kAuthStatus, pb::AuthStatusRequest(), params.call);
}

Result<AuthenticateResponse> GrpcAuth::Authenticate(AuthenticateParams params) {
  return Blocking(transport_, kAuthenticate, ToProto(std::move(params.request)), params.call);
}

Result<AuthResponse> GrpcAuth::UserAdd(UserAddParams params) {
  return Blocking(transport_, kUserAdd, ToProto(std::move(params.request)), params.call);
}

Result<UserGetResponse> GrpcAuth::UserGet(UserParams params) {
  return Blocking(transport_, kUserGet,
                  NameTo<pb::AuthUserGetRequest>(std::move(params.request.name)), params.call);
}

Result<UserListResponse> GrpcAuth::UserList(CallParams params) {
  return Blocking(transport_, kUserList, pb::AuthUserListRequest(), params.call);
}

Result<AuthResponse> GrpcAuth::UserDelete(UserParams params) {
  return Blocking(transport_, kUserDelete,
                  NameTo<pb::AuthUserDeleteRequest>(std::move(params.request.name)), params.call);
}

Result<AuthResponse> GrpcAuth::UserChangePassword(UserChangePasswordParams params) {
  return Blocking(transport_, kUserChangePassword, ToProto(std::move(params.request)), params.call);
}

Result<AuthResponse> GrpcAuth::UserGrantRole(UserRoleParams params) {
  return Blocking(transport_, kUserGrantRole, ToGrant(std::move(params.request)), params.call);
}

Result<AuthResponse> GrpcAuth::UserRevokeRole(UserRoleParams params) {
  return Blocking(transport_, kUserRevokeRole, ToRevoke(std::move(params.request)), params.call);
}

Result<AuthResponse> GrpcAuth::RoleAdd(RoleParams params) {
  return Blocking(transport_, kRoleAdd,
                  NameTo<pb::AuthRoleAddRequest>(std::move(params.request.role)), params.call);
}

Result<RoleGetResponse> GrpcAuth::RoleGet(RoleParams params) {
  return Blocking(transport_, kRoleGet,
                  RoleTo<pb::AuthRoleGetRequest>(std::move(params.request.role)), params.call);
}

Result<RoleListResponse> GrpcAuth::RoleList(CallParams params) {
  return Blocking(transport_, kRoleList, pb::AuthRoleListRequest(), params.call);
}

Result<AuthResponse> GrpcAuth::RoleDelete(RoleParams params) {
  return Blocking(transport_, kRoleDelete,
                  RoleTo<pb::AuthRoleDeleteRequest>(std::move(params.request.role)), params.call);
}

Result<AuthResponse> GrpcAuth::RoleGrantPermission(RoleGrantPermissionParams params) {
  return Blocking(transport_, kRoleGrantPermission, ToProto(std::move(params.request)),
                  params.call);
}

Result<AuthResponse> GrpcAuth::RoleRevokePermission(RoleRevokePermissionParams params) {
  return Blocking(transport_, kRoleRevokePermission, ToProto(params.request), params.call);
}

void GrpcAuth::AsyncAuthEnable(CallParams params, Callback<AuthResponse> done) {
  Async(transport_, kAuthEnable, pb::AuthEnableRequest(), std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncAuthDisable(CallParams params, Callback<AuthResponse> done) {
  Async(transport_, kAuthDisable, pb::AuthDisableRequest(), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncAuthStatus(CallParams params, Callback<AuthStatusResponse> done) {
  Async(transport_, kAuthStatus, pb::AuthStatusRequest(), std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncAuthenticate(AuthenticateParams params, Callback<AuthenticateResponse> done) {
  Async(transport_, kAuthenticate, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncUserAdd(UserAddParams params, Callback<AuthResponse> done) {
  Async(transport_, kUserAdd, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncUserGet(UserParams params, Callback<UserGetResponse> done) {
  Async(transport_, kUserGet, NameTo<pb::AuthUserGetRequest>(std::move(params.request.name)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncUserList(CallParams params, Callback<UserListResponse> done) {
  Async(transport_, kUserList, pb::AuthUserListRequest(), std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncUserDelete(UserParams params, Callback<AuthResponse> done) {
  Async(transport_, kUserDelete, NameTo<pb::AuthUserDeleteRequest>(std::move(params.request.name)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncUserChangePassword(UserChangePasswordParams params,
                                       Callback<AuthResponse> done) {
  Async(transport_, kUserChangePassword, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncUserGrantRole(UserRoleParams params, Callback<AuthResponse> done) {
  Async(transport_, kUserGrantRole, ToGrant(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncUserRevokeRole(UserRoleParams params, Callback<AuthResponse> done) {
  Async(transport_, kUserRevokeRole, ToRevoke(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcAuth::AsyncRoleAdd(RoleParams params, Callback<AuthResponse> done) {
  Async(transport_, kRoleAdd, NameTo<pb::AuthRoleAddRequest>(std::move(params.request.role)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncRoleGet(RoleParams params, Callback<RoleGetResponse> done) {
  Async(transport_, kRoleGet, RoleTo<pb::AuthRoleGetRequest>(std::move(params.request.role)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncRoleList(CallParams params, Callback<RoleListResponse> done) {
  Async(transport_, kRoleList, pb::AuthRoleListRequest(), std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncRoleDelete(RoleParams params, Callback<AuthResponse> done) {
  Async(transport_, kRoleDelete, RoleTo<pb::AuthRoleDeleteRequest>(std::move(params.request.role)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncRoleGrantPermission(RoleGrantPermissionParams params,
                                        Callback<AuthResponse> done) {
  Async(transport_, kRoleGrantPermission, ToProto(std::move(params.request)),
        std::move(params.call), std::move(done));
}

void GrpcAuth::AsyncRoleRevokePermission(RoleRevokePermissionParams params,
                                         Callback<AuthResponse> done) {
  Async(transport_, kRoleRevokePermission, ToProto(params.request), std::move(params.call),
        std::move(done));
}

Result<MembersResponse> GrpcCluster::MemberList(MemberListParams params) {
  return Blocking(transport_, kMemberList, ToProto(params.request), params.call);
}

Result<MemberAddResponse> GrpcCluster::MemberAdd(MemberAddParams params) {
  return Blocking(transport_, kMemberAdd, ToProto(params.request), params.call);
}

Result<MembersResponse> GrpcCluster::MemberRemove(MemberParams params) {
  return Blocking(transport_, kMemberRemove, MemberTo<pb::MemberRemoveRequest>(params.request),
                  params.call);
}

Result<MembersResponse> GrpcCluster::MemberUpdate(MemberUpdateParams params) {
  return Blocking(transport_, kMemberUpdate, ToProto(params.request), params.call);
}

Result<MembersResponse> GrpcCluster::MemberPromote(MemberParams params) {
  return Blocking(transport_, kMemberPromote, MemberTo<pb::MemberPromoteRequest>(params.request),
                  params.call);
}

void GrpcCluster::AsyncMemberList(MemberListParams params, Callback<MembersResponse> done) {
  Async(transport_, kMemberList, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcCluster::AsyncMemberAdd(MemberAddParams params, Callback<MemberAddResponse> done) {
  Async(transport_, kMemberAdd, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcCluster::AsyncMemberRemove(MemberParams params, Callback<MembersResponse> done) {
  Async(transport_, kMemberRemove, MemberTo<pb::MemberRemoveRequest>(params.request),
        std::move(params.call), std::move(done));
}

void GrpcCluster::AsyncMemberUpdate(MemberUpdateParams params, Callback<MembersResponse> done) {
  Async(transport_, kMemberUpdate, ToProto(params.request), std::move(params.call),
        std::move(done));
}

void GrpcCluster::AsyncMemberPromote(MemberParams params, Callback<MembersResponse> done) {
  Async(transport_, kMemberPromote, MemberTo<pb::MemberPromoteRequest>(params.request),
        std::move(params.call), std::move(done));
}

Result<AlarmResponse> GrpcMaintenance::Alarm(AlarmParams params) {
  return Blocking(transport_, kAlarm, ToProto(params.request), params.call);
}

Result<MemberStatus> GrpcMaintenance::GetStatus(CallParams params) {
  return Blocking(transport_, kStatus, pb::StatusRequest(), params.call);
}

Result<DefragmentResponse> GrpcMaintenance::Defragment(CallParams params) {
  return Blocking(transport_, kDefragment, pb::DefragmentRequest(), params.call);
}

Result<HashResponse> GrpcMaintenance::Hash(CallParams params) {
  return Blocking(transport_, kHash, pb::HashRequest(), params.call);
}

Result<HashKvResponse> GrpcMaintenance::HashKv(HashKvParams params) {
  return Blocking(transport_, kHashKv, ToProto(params.request), params.call);
}

Result<MoveLeaderResponse> GrpcMaintenance::MoveLeader(MoveLeaderParams params) {
  return Blocking(transport_, kMoveLeader, ToProto(params.request), params.call);
}

Result<DowngradeResponse> GrpcMaintenance::Downgrade(DowngradeParams params) {
  return Blocking(transport_, kDowngrade, ToProto(std::move(params.request)), params.call);
}

void GrpcMaintenance::AsyncAlarm(AlarmParams params, Callback<AlarmResponse> done) {
  Async(transport_, kAlarm, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncGetStatus(CallParams params, Callback<MemberStatus> done) {
  Async(transport_, kStatus, pb::StatusRequest(), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncDefragment(CallParams params, Callback<DefragmentResponse> done) {
  Async(transport_, kDefragment, pb::DefragmentRequest(), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncHash(CallParams params, Callback<HashResponse> done) {
  Async(transport_, kHash, pb::HashRequest(), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncHashKv(HashKvParams params, Callback<HashKvResponse> done) {
  Async(transport_, kHashKv, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncMoveLeader(MoveLeaderParams params, Callback<MoveLeaderResponse> done) {
  Async(transport_, kMoveLeader, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcMaintenance::AsyncDowngrade(DowngradeParams params, Callback<DowngradeResponse> done) {
  Async(transport_, kDowngrade, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

Result<SnapshotResponse> GrpcMaintenance::Snapshot(SnapshotParams params) {
  return TakeSnapshot(transport_, std::move(params));
}

void GrpcMaintenance::AsyncSnapshot(SnapshotParams params, Callback<SnapshotResponse> done) {
  StartSnapshot(transport_, std::move(params), std::move(done));
}

}  // namespace etcdpp
