// The facets of a Client about running a cluster: each call is one of its connection's.
#include <string>
#include <utility>

#include "client/src/snapshot_file.h"
#include "etcdpp/auth.h"
#include "etcdpp/client.h"
#include "etcdpp/cluster.h"
#include "etcdpp/connection.h"
#include "etcdpp/maintenance.h"

namespace etcdpp {

Result<AuthResponse> Auth::Enable(const CallOptions& call) {
  return connection_->auth().AuthEnable({call});
}

Result<AuthResponse> Auth::Disable(const CallOptions& call) {
  return connection_->auth().AuthDisable({call});
}

Result<AuthStatusResponse> Auth::GetStatus(const CallOptions& call) {
  return connection_->auth().AuthStatus({call});
}

Result<AuthenticateResponse> Auth::Authenticate(std::string_view name, std::string_view password,
                                                const CallOptions& call) {
  return connection_->auth().Authenticate({{std::string(name), std::string(password)}, call});
}

Result<AuthResponse> Auth::AddUser(std::string_view name, std::string_view password,
                                   const CallOptions& call) {
  return connection_->auth().UserAdd({{std::string(name), std::string(password), false}, call});
}

Result<AuthResponse> Auth::AddUserWithoutPassword(std::string_view name, const CallOptions& call) {
  return connection_->auth().UserAdd({{std::string(name), "", true}, call});
}

Result<UserGetResponse> Auth::GetUser(std::string_view name, const CallOptions& call) {
  return connection_->auth().UserGet({{std::string(name)}, call});
}

Result<UserListResponse> Auth::ListUsers(const CallOptions& call) {
  return connection_->auth().UserList({call});
}

Result<AuthResponse> Auth::DeleteUser(std::string_view name, const CallOptions& call) {
  return connection_->auth().UserDelete({{std::string(name)}, call});
}

Result<AuthResponse> Auth::ChangePassword(std::string_view name, std::string_view password,
                                          const CallOptions& call) {
  return connection_->auth().UserChangePassword({{std::string(name), std::string(password)}, call});
}

Result<AuthResponse> Auth::GrantRole(std::string_view user, std::string_view role,
                                     const CallOptions& call) {
  return connection_->auth().UserGrantRole({{std::string(user), std::string(role)}, call});
}

Result<AuthResponse> Auth::RevokeRole(std::string_view user, std::string_view role,
                                      const CallOptions& call) {
  return connection_->auth().UserRevokeRole({{std::string(user), std::string(role)}, call});
}

Result<AuthResponse> Auth::AddRole(std::string_view role, const CallOptions& call) {
  return connection_->auth().RoleAdd({{std::string(role)}, call});
}

Result<RoleGetResponse> Auth::GetRole(std::string_view role, const CallOptions& call) {
  return connection_->auth().RoleGet({{std::string(role)}, call});
}

Result<RoleListResponse> Auth::ListRoles(const CallOptions& call) {
  return connection_->auth().RoleList({call});
}

Result<AuthResponse> Auth::DeleteRole(std::string_view role, const CallOptions& call) {
  return connection_->auth().RoleDelete({{std::string(role)}, call});
}

Result<AuthResponse> Auth::GrantPermission(std::string_view role, PermissionType type,
                                           KeyRange range, const CallOptions& call) {
  return connection_->auth().RoleGrantPermission(
      {{std::string(role), {type, std::move(range)}}, call});
}

Result<AuthResponse> Auth::RevokePermission(std::string_view role, KeyRange range,
                                            const CallOptions& call) {
  return connection_->auth().RoleRevokePermission({{std::string(role), std::move(range)}, call});
}

Result<MembersResponse> Cluster::ListMembers(const MemberListRequest& request,
                                             const CallOptions& call) {
  return connection_->cluster().MemberList({request, call});
}

Result<MemberAddResponse> Cluster::AddMember(std::vector<std::string> peer_urls,
                                             const CallOptions& call) {
  return connection_->cluster().MemberAdd({{std::move(peer_urls), false}, call});
}

Result<MemberAddResponse> Cluster::AddLearner(std::vector<std::string> peer_urls,
                                              const CallOptions& call) {
  return connection_->cluster().MemberAdd({{std::move(peer_urls), true}, call});
}

Result<MembersResponse> Cluster::RemoveMember(MemberId id, const CallOptions& call) {
  return connection_->cluster().MemberRemove({{id}, call});
}

Result<MembersResponse> Cluster::UpdateMember(MemberId id, std::vector<std::string> peer_urls,
                                              const CallOptions& call) {
  return connection_->cluster().MemberUpdate({{id, std::move(peer_urls)}, call});
}

Result<MembersResponse> Cluster::PromoteMember(MemberId id, const CallOptions& call) {
  return connection_->cluster().MemberPromote({{id}, call});
}

std::vector<std::string> ClientUrls(const std::vector<Member>& members) {
  std::vector<std::string> urls;
  for (const Member& member : members) {
    if (!member.started() || member.is_learner) continue;
    urls.insert(urls.end(), member.client_urls.begin(), member.client_urls.end());
  }
  return urls;
}

Status Client::SetEndpoints(const std::vector<std::string>& endpoints) {
  return connection_->endpoints().Set(endpoints);
}

Status Client::SyncEndpoints(const CallOptions& call) {
  const auto list = cluster().ListMembers({}, call);
  if (!list.ok()) return list.status();
  const auto urls = ClientUrls(list->members);
  if (urls.empty()) return {Code::kNotFound, "no member says where clients reach it"};
  return SetEndpoints(urls);
}

Result<AlarmResponse> Maintenance::ListAlarms(const CallOptions& call) {
  return connection_->maintenance().Alarm({{}, call});
}

Result<AlarmResponse> Maintenance::ActivateAlarm(const etcdpp::Alarm& alarm,
                                                 const CallOptions& call) {
  return connection_->maintenance().Alarm(
      {{AlarmRequest::Action::kActivate, alarm.member_id, alarm.type}, call});
}

Result<AlarmResponse> Maintenance::DisarmAlarm(const etcdpp::Alarm& alarm,
                                               const CallOptions& call) {
  return connection_->maintenance().Alarm(
      {{AlarmRequest::Action::kDeactivate, alarm.member_id, alarm.type}, call});
}

Result<MemberStatus> Maintenance::GetStatus(const CallOptions& call) {
  return connection_->maintenance().GetStatus({call});
}

Result<DefragmentResponse> Maintenance::Defragment(const CallOptions& call) {
  return connection_->maintenance().Defragment({call});
}

Result<HashResponse> Maintenance::Hash(const CallOptions& call) {
  return connection_->maintenance().Hash({call});
}

Result<HashKvResponse> Maintenance::HashKv(int64_t revision, const CallOptions& call) {
  return connection_->maintenance().HashKv({{revision}, call});
}

Result<MoveLeaderResponse> Maintenance::MoveLeader(MemberId target, const CallOptions& call) {
  return connection_->maintenance().MoveLeader({{target}, call});
}

Result<DowngradeResponse> Maintenance::ValidateDowngrade(std::string_view version,
                                                         const CallOptions& call) {
  return connection_->maintenance().Downgrade(
      {{DowngradeRequest::Action::kValidate, std::string(version)}, call});
}

Result<DowngradeResponse> Maintenance::EnableDowngrade(std::string_view version,
                                                       const CallOptions& call) {
  return connection_->maintenance().Downgrade(
      {{DowngradeRequest::Action::kEnable, std::string(version)}, call});
}

Result<DowngradeResponse> Maintenance::CancelDowngrade(const CallOptions& call) {
  return connection_->maintenance().Downgrade({{DowngradeRequest::Action::kCancel, ""}, call});
}

Result<SnapshotResponse> Maintenance::Snapshot(SnapshotRequest request, const CallOptions& call) {
  return connection_->maintenance().Snapshot({std::move(request), call});
}

Result<SnapshotResponse> Maintenance::SaveSnapshot(
    const std::string& path, const CallOptions& call,
    std::function<void(const SnapshotProgress&)> progress) {
  SnapshotFile file(path);
  if (Status opened = file.Open(); !opened.ok()) return opened;
  auto snapshot = Snapshot(
      {[&file](std::string_view piece) { return file.Write(piece); }, std::move(progress)}, call);
  if (!snapshot.ok()) return snapshot;
  if (Status committed = file.Commit(); !committed.ok()) return committed;
  return snapshot;
}

}  // namespace etcdpp
