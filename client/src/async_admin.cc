#include "etcdpp/async_admin.h"

#include "etcdpp/connection.h"

namespace etcdpp {
namespace {

/// Makes the asynchronous call `call` of `service`.
template <typename Response, typename Service, typename Request>
Future<Response> Start(Service& service, void (Service::*call)(Params<Request>, Callback<Response>),
                       Request request, const CallOptions& options) {
  return internal::StartCall<Response>(options, [&](CallOptions linked, auto done) {
    (service.*call)({std::move(request), std::move(linked)}, std::move(done));
  });
}

/// The same for a call whose request says nothing.
template <typename Response, typename Service>
Future<Response> Start(Service& service, void (Service::*call)(CallParams, Callback<Response>),
                       const CallOptions& options) {
  return internal::StartCall<Response>(options, [&](CallOptions linked, auto done) {
    (service.*call)({std::move(linked)}, std::move(done));
  });
}

}  // namespace

Future<AuthResponse> AsyncAuth::Enable(const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncAuthEnable, call);
}

Future<AuthResponse> AsyncAuth::Disable(const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncAuthDisable, call);
}

Future<AuthStatusResponse> AsyncAuth::GetStatus(const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncAuthStatus, call);
}

Future<AuthenticateResponse> AsyncAuth::Authenticate(std::string_view name,
                                                     std::string_view password,
                                                     const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncAuthenticate,
               AuthenticateRequest{std::string(name), std::string(password)}, call);
}

Future<AuthResponse> AsyncAuth::AddUser(std::string_view name, std::string_view password,
                                        const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserAdd,
               UserAddRequest{std::string(name), std::string(password), false}, call);
}

Future<AuthResponse> AsyncAuth::AddUserWithoutPassword(std::string_view name,
                                                       const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserAdd,
               UserAddRequest{std::string(name), "", true}, call);
}

Future<UserGetResponse> AsyncAuth::GetUser(std::string_view name, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserGet, UserRequest{std::string(name)},
               call);
}

Future<UserListResponse> AsyncAuth::ListUsers(const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserList, call);
}

Future<AuthResponse> AsyncAuth::DeleteUser(std::string_view name, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserDelete, UserRequest{std::string(name)},
               call);
}

Future<AuthResponse> AsyncAuth::ChangePassword(std::string_view name, std::string_view password,
                                               const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserChangePassword,
               UserChangePasswordRequest{std::string(name), std::string(password)}, call);
}

Future<AuthResponse> AsyncAuth::GrantRole(std::string_view user, std::string_view role,
                                          const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserGrantRole,
               UserRoleRequest{std::string(user), std::string(role)}, call);
}

Future<AuthResponse> AsyncAuth::RevokeRole(std::string_view user, std::string_view role,
                                           const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncUserRevokeRole,
               UserRoleRequest{std::string(user), std::string(role)}, call);
}

Future<AuthResponse> AsyncAuth::AddRole(std::string_view role, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleAdd, RoleRequest{std::string(role)},
               call);
}

Future<RoleGetResponse> AsyncAuth::GetRole(std::string_view role, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleGet, RoleRequest{std::string(role)},
               call);
}

Future<RoleListResponse> AsyncAuth::ListRoles(const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleList, call);
}

Future<AuthResponse> AsyncAuth::DeleteRole(std::string_view role, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleDelete, RoleRequest{std::string(role)},
               call);
}

Future<AuthResponse> AsyncAuth::GrantPermission(std::string_view role, PermissionType type,
                                                KeyRange range, const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleGrantPermission,
               RoleGrantPermissionRequest{std::string(role), {type, std::move(range)}}, call);
}

Future<AuthResponse> AsyncAuth::RevokePermission(std::string_view role, KeyRange range,
                                                 const CallOptions& call) {
  return Start(connection_->auth(), &AuthService::AsyncRoleRevokePermission,
               RoleRevokePermissionRequest{std::string(role), std::move(range)}, call);
}

Future<MembersResponse> AsyncCluster::ListMembers(const MemberListRequest& request,
                                                  const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberList, request, call);
}

Future<MemberAddResponse> AsyncCluster::AddMember(std::vector<std::string> peer_urls,
                                                  const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberAdd,
               MemberAddRequest{std::move(peer_urls), false}, call);
}

Future<MemberAddResponse> AsyncCluster::AddLearner(std::vector<std::string> peer_urls,
                                                   const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberAdd,
               MemberAddRequest{std::move(peer_urls), true}, call);
}

Future<MembersResponse> AsyncCluster::RemoveMember(MemberId id, const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberRemove, MemberRequest{id}, call);
}

Future<MembersResponse> AsyncCluster::UpdateMember(MemberId id, std::vector<std::string> peer_urls,
                                                   const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberUpdate,
               MemberUpdateRequest{id, std::move(peer_urls)}, call);
}

Future<MembersResponse> AsyncCluster::PromoteMember(MemberId id, const CallOptions& call) {
  return Start(connection_->cluster(), &ClusterService::AsyncMemberPromote, MemberRequest{id},
               call);
}

Future<AlarmResponse> AsyncMaintenance::ListAlarms(const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncAlarm, AlarmRequest(), call);
}

Future<AlarmResponse> AsyncMaintenance::ActivateAlarm(const Alarm& alarm, const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncAlarm,
               AlarmRequest{AlarmRequest::Action::kActivate, alarm.member_id, alarm.type}, call);
}

Future<AlarmResponse> AsyncMaintenance::DisarmAlarm(const Alarm& alarm, const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncAlarm,
               AlarmRequest{AlarmRequest::Action::kDeactivate, alarm.member_id, alarm.type}, call);
}

Future<MemberStatus> AsyncMaintenance::GetStatus(const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncGetStatus, call);
}

Future<DefragmentResponse> AsyncMaintenance::Defragment(const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncDefragment, call);
}

Future<HashResponse> AsyncMaintenance::Hash(const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncHash, call);
}

Future<HashKvResponse> AsyncMaintenance::HashKv(int64_t revision, const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncHashKv,
               HashKvRequest{revision}, call);
}

Future<MoveLeaderResponse> AsyncMaintenance::MoveLeader(MemberId target, const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncMoveLeader,
               MoveLeaderRequest{target}, call);
}

Future<DowngradeResponse> AsyncMaintenance::ValidateDowngrade(std::string_view version,
                                                              const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncDowngrade,
               DowngradeRequest{DowngradeRequest::Action::kValidate, std::string(version)}, call);
}

Future<DowngradeResponse> AsyncMaintenance::EnableDowngrade(std::string_view version,
                                                            const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncDowngrade,
               DowngradeRequest{DowngradeRequest::Action::kEnable, std::string(version)}, call);
}

Future<DowngradeResponse> AsyncMaintenance::CancelDowngrade(const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncDowngrade,
               DowngradeRequest{DowngradeRequest::Action::kCancel, ""}, call);
}

Future<SnapshotResponse> AsyncMaintenance::Snapshot(SnapshotRequest request,
                                                    const CallOptions& call) {
  return Start(connection_->maintenance(), &MaintenanceService::AsyncSnapshot, std::move(request),
               call);
}

}  // namespace etcdpp
