#include "client/src/convert_admin.h"

#include <string>
#include <utility>

namespace etcdpp {
namespace {

namespace authpb = etcdpp_proto::authpb;

std::vector<std::string> Strings(google::protobuf::RepeatedPtrField<std::string>* strings) {
  return {std::make_move_iterator(strings->begin()), std::make_move_iterator(strings->end())};
}

template <typename Wire>
void SetPeerUrls(const std::vector<std::string>& urls, Wire* wire) {
  for (const std::string& url : urls) wire->add_peerurls(url);
}

Member FromProto(pb::Member&& member) {
  return {member.id(), std::move(*member.mutable_name()), Strings(member.mutable_peerurls()),
          Strings(member.mutable_clienturls()), member.islearner()};
}

std::vector<Member> FromProto(google::protobuf::RepeatedPtrField<pb::Member>* members) {
  std::vector<Member> result;
  result.reserve(static_cast<size_t>(members->size()));
  for (pb::Member& member : *members) result.push_back(FromProto(std::move(member)));
  return result;
}

// "\0" for no upper bound survives: KeyRange has it too.
KeyRange RangeOf(const authpb::Permission& permission) {
  return permission.range_end().empty()
             ? KeyRange::Key(permission.key())
             : KeyRange::HalfOpen(permission.key(), permission.range_end());
}

}  // namespace

pb::AuthenticateRequest ToProto(AuthenticateRequest request) {
  pb::AuthenticateRequest wire;
  wire.set_name(std::move(request.name));
  wire.set_password(std::move(request.password));
  return wire;
}

pb::AuthUserAddRequest ToProto(UserAddRequest request) {
  pb::AuthUserAddRequest wire;
  wire.set_name(std::move(request.name));
  wire.set_password(std::move(request.password));
  wire.mutable_options()->set_no_password(request.no_password);
  return wire;
}

pb::AuthUserChangePasswordRequest ToProto(UserChangePasswordRequest request) {
  pb::AuthUserChangePasswordRequest wire;
  wire.set_name(std::move(request.name));
  wire.set_password(std::move(request.password));
  return wire;
}

pb::AuthUserGrantRoleRequest ToGrant(UserRoleRequest request) {
  pb::AuthUserGrantRoleRequest wire;
  wire.set_user(std::move(request.user));
  wire.set_role(std::move(request.role));
  return wire;
}

pb::AuthUserRevokeRoleRequest ToRevoke(UserRoleRequest request) {
  pb::AuthUserRevokeRoleRequest wire;
  wire.set_name(std::move(request.user));
  wire.set_role(std::move(request.role));
  return wire;
}

pb::AuthRoleGrantPermissionRequest ToProto(RoleGrantPermissionRequest request) {
  pb::AuthRoleGrantPermissionRequest wire;
  wire.set_name(std::move(request.role));
  authpb::Permission* permission = wire.mutable_perm();
  permission->set_permtype(
      static_cast<authpb::Permission::Type>(static_cast<int>(request.permission.type)));
  SetRange(request.permission.range, permission);
  return wire;
}

pb::AuthRoleRevokePermissionRequest ToProto(const RoleRevokePermissionRequest& request) {
  pb::AuthRoleRevokePermissionRequest wire;
  wire.set_role(request.role);
  SetRange(request.range, &wire);
  return wire;
}

pb::MemberListRequest ToProto(const MemberListRequest& request) {
  pb::MemberListRequest wire;
  wire.set_linearizable(request.linearizable);
  return wire;
}

pb::MemberAddRequest ToProto(const MemberAddRequest& request) {
  pb::MemberAddRequest wire;
  SetPeerUrls(request.peer_urls, &wire);
  wire.set_islearner(request.is_learner);
  return wire;
}

pb::MemberUpdateRequest ToProto(const MemberUpdateRequest& request) {
  pb::MemberUpdateRequest wire;
  wire.set_id(request.id);
  SetPeerUrls(request.peer_urls, &wire);
  return wire;
}

pb::AlarmRequest ToProto(const AlarmRequest& request) {
  pb::AlarmRequest wire;
  wire.set_action(static_cast<pb::AlarmRequest::AlarmAction>(static_cast<int>(request.action)));
  wire.set_memberid(request.member_id);
  wire.set_alarm(static_cast<pb::AlarmType>(static_cast<int>(request.type)));
  return wire;
}

pb::HashKVRequest ToProto(const HashKvRequest& request) {
  pb::HashKVRequest wire;
  wire.set_revision(request.revision);
  return wire;
}

pb::MoveLeaderRequest ToProto(const MoveLeaderRequest& request) {
  pb::MoveLeaderRequest wire;
  wire.set_targetid(request.target);
  return wire;
}

pb::DowngradeRequest ToProto(DowngradeRequest request) {
  pb::DowngradeRequest wire;
  wire.set_action(
      static_cast<pb::DowngradeRequest::DowngradeAction>(static_cast<int>(request.action)));
  wire.set_version(std::move(request.version));
  return wire;
}

AuthStatusResponse FromProto(pb::AuthStatusResponse&& response) {
  return {FromProto(response.header()), response.enabled(), response.authrevision()};
}

AuthenticateResponse FromProto(pb::AuthenticateResponse&& response) {
  return {FromProto(response.header()), std::move(*response.mutable_token())};
}

UserGetResponse FromProto(pb::AuthUserGetResponse&& response) {
  return {FromProto(response.header()), Strings(response.mutable_roles())};
}

UserListResponse FromProto(pb::AuthUserListResponse&& response) {
  return {FromProto(response.header()), Strings(response.mutable_users())};
}

RoleGetResponse FromProto(pb::AuthRoleGetResponse&& response) {
  RoleGetResponse result{FromProto(response.header()), {}};
  for (const authpb::Permission& permission : response.perm()) {
    result.permissions.push_back(
        {static_cast<PermissionType>(static_cast<int>(permission.permtype())),
         RangeOf(permission)});
  }
  return result;
}

RoleListResponse FromProto(pb::AuthRoleListResponse&& response) {
  return {FromProto(response.header()), Strings(response.mutable_roles())};
}

MembersResponse FromProto(pb::MemberListResponse&& response) {
  return {FromProto(response.header()), FromProto(response.mutable_members())};
}

MembersResponse FromProto(pb::MemberRemoveResponse&& response) {
  return {FromProto(response.header()), FromProto(response.mutable_members())};
}

MembersResponse FromProto(pb::MemberUpdateResponse&& response) {
  return {FromProto(response.header()), FromProto(response.mutable_members())};
}

MembersResponse FromProto(pb::MemberPromoteResponse&& response) {
  return {FromProto(response.header()), FromProto(response.mutable_members())};
}

MemberAddResponse FromProto(pb::MemberAddResponse&& response) {
  return {FromProto(response.header()), FromProto(std::move(*response.mutable_member())),
          FromProto(response.mutable_members())};
}

AlarmResponse FromProto(pb::AlarmResponse&& response) {
  AlarmResponse result{FromProto(response.header()), {}};
  for (const pb::AlarmMember& alarm : response.alarms()) {
    result.alarms.push_back(
        {alarm.memberid(), static_cast<AlarmType>(static_cast<int>(alarm.alarm()))});
  }
  return result;
}

MemberStatus FromProto(pb::StatusResponse&& response) {
  MemberStatus status;
  status.header = FromProto(response.header());
  status.version = std::move(*response.mutable_version());
  status.db_size = response.dbsize();
  status.db_size_in_use = response.dbsizeinuse();
  status.db_size_quota = response.dbsizequota();
  status.leader = response.leader();
  status.is_learner = response.islearner();
  status.raft_index = response.raftindex();
  status.raft_term = response.raftterm();
  status.raft_applied_index = response.raftappliedindex();
  status.errors = Strings(response.mutable_errors());
  status.storage_version = std::move(*response.mutable_storageversion());
  status.downgrade_enabled = response.downgradeinfo().enabled();
  status.downgrade_target = response.downgradeinfo().targetversion();
  return status;
}

DefragmentResponse FromProto(pb::DefragmentResponse&& response) {
  return {FromProto(response.header())};
}

HashResponse FromProto(pb::HashResponse&& response) {
  return {FromProto(response.header()), response.hash()};
}

HashKvResponse FromProto(pb::HashKVResponse&& response) {
  return {FromProto(response.header()), response.hash(), response.compact_revision(),
          response.hash_revision()};
}

MoveLeaderResponse FromProto(pb::MoveLeaderResponse&& response) {
  return {FromProto(response.header())};
}

DowngradeResponse FromProto(pb::DowngradeResponse&& response) {
  return {FromProto(response.header()), std::move(*response.mutable_version())};
}

AuthResponse FromProto(pb::AuthEnableResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthDisableResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthUserAddResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthUserDeleteResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthUserChangePasswordResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthUserGrantRoleResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthUserRevokeRoleResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthRoleAddResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthRoleDeleteResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthRoleGrantPermissionResponse&& r) { return {FromProto(r.header())}; }
AuthResponse FromProto(pb::AuthRoleRevokePermissionResponse&& r) { return {FromProto(r.header())}; }

}  // namespace etcdpp
