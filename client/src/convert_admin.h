#pragma once

#include "client/src/convert.h"
#include "etcdpp/auth.h"
#include "etcdpp/cluster.h"
#include "etcdpp/maintenance.h"
#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace etcdpp {

// What convert.h is, for those who run a cluster.

pb::AuthenticateRequest ToProto(AuthenticateRequest request);
pb::AuthUserAddRequest ToProto(UserAddRequest request);
pb::AuthUserChangePasswordRequest ToProto(UserChangePasswordRequest request);
pb::AuthRoleGrantPermissionRequest ToProto(RoleGrantPermissionRequest request);
pb::AuthRoleRevokePermissionRequest ToProto(const RoleRevokePermissionRequest& request);
pb::MemberListRequest ToProto(const MemberListRequest& request);
pb::MemberAddRequest ToProto(const MemberAddRequest& request);
pb::MemberUpdateRequest ToProto(const MemberUpdateRequest& request);
pb::AlarmRequest ToProto(const AlarmRequest& request);
pb::HashKVRequest ToProto(const HashKvRequest& request);
pb::MoveLeaderRequest ToProto(const MoveLeaderRequest& request);
pb::DowngradeRequest ToProto(DowngradeRequest request);

/// Of the messages that are no more than a user's name, a role's, or both.
template <typename Wire>
Wire NameTo(std::string name) {
  Wire wire;
  wire.set_name(std::move(name));
  return wire;
}
template <typename Wire>
Wire RoleTo(std::string role) {
  Wire wire;
  wire.set_role(std::move(role));
  return wire;
}
pb::AuthUserGrantRoleRequest ToGrant(UserRoleRequest request);
pb::AuthUserRevokeRoleRequest ToRevoke(UserRoleRequest request);

AuthStatusResponse FromProto(pb::AuthStatusResponse&& response);
AuthenticateResponse FromProto(pb::AuthenticateResponse&& response);
UserGetResponse FromProto(pb::AuthUserGetResponse&& response);
UserListResponse FromProto(pb::AuthUserListResponse&& response);
RoleGetResponse FromProto(pb::AuthRoleGetResponse&& response);
RoleListResponse FromProto(pb::AuthRoleListResponse&& response);
MembersResponse FromProto(pb::MemberListResponse&& response);
MembersResponse FromProto(pb::MemberRemoveResponse&& response);
MembersResponse FromProto(pb::MemberUpdateResponse&& response);
MembersResponse FromProto(pb::MemberPromoteResponse&& response);
MemberAddResponse FromProto(pb::MemberAddResponse&& response);
AlarmResponse FromProto(pb::AlarmResponse&& response);
MemberStatus FromProto(pb::StatusResponse&& response);
DefragmentResponse FromProto(pb::DefragmentResponse&& response);
HashResponse FromProto(pb::HashResponse&& response);
HashKvResponse FromProto(pb::HashKVResponse&& response);
MoveLeaderResponse FromProto(pb::MoveLeaderResponse&& response);
DowngradeResponse FromProto(pb::DowngradeResponse&& response);

// Of those that answer with a header alone.
AuthResponse FromProto(pb::AuthEnableResponse&& response);
AuthResponse FromProto(pb::AuthDisableResponse&& response);
AuthResponse FromProto(pb::AuthUserAddResponse&& response);
AuthResponse FromProto(pb::AuthUserDeleteResponse&& response);
AuthResponse FromProto(pb::AuthUserChangePasswordResponse&& response);
AuthResponse FromProto(pb::AuthUserGrantRoleResponse&& response);
AuthResponse FromProto(pb::AuthUserRevokeRoleResponse&& response);
AuthResponse FromProto(pb::AuthRoleAddResponse&& response);
AuthResponse FromProto(pb::AuthRoleDeleteResponse&& response);
AuthResponse FromProto(pb::AuthRoleGrantPermissionResponse&& response);
AuthResponse FromProto(pb::AuthRoleRevokePermissionResponse&& response);

}  // namespace etcdpp
