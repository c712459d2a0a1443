#pragma once

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/election.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/lock.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace conformance {

namespace pb = etcdpp_proto::etcdserverpb;
namespace mvccpb = etcdpp_proto::mvccpb;
namespace lockpb = etcdpp_proto::v3lockpb;
namespace electionpb = etcdpp_proto::v3electionpb;

/// A unary method: its path on the wire, and what it answers with.
template <typename Response>
struct Method {
  const char* path;
};

// The method that takes a request, by the request's type: etcd has one request type a method.

inline Method<pb::RangeResponse> MethodOf(const pb::RangeRequest&) {
  return {"/etcdserverpb.KV/Range"};
}
inline Method<pb::PutResponse> MethodOf(const pb::PutRequest&) { return {"/etcdserverpb.KV/Put"}; }
inline Method<pb::DeleteRangeResponse> MethodOf(const pb::DeleteRangeRequest&) {
  return {"/etcdserverpb.KV/DeleteRange"};
}
inline Method<pb::TxnResponse> MethodOf(const pb::TxnRequest&) { return {"/etcdserverpb.KV/Txn"}; }
inline Method<pb::CompactionResponse> MethodOf(const pb::CompactionRequest&) {
  return {"/etcdserverpb.KV/Compact"};
}

inline Method<pb::LeaseGrantResponse> MethodOf(const pb::LeaseGrantRequest&) {
  return {"/etcdserverpb.Lease/LeaseGrant"};
}
inline Method<pb::LeaseRevokeResponse> MethodOf(const pb::LeaseRevokeRequest&) {
  return {"/etcdserverpb.Lease/LeaseRevoke"};
}
inline Method<pb::LeaseTimeToLiveResponse> MethodOf(const pb::LeaseTimeToLiveRequest&) {
  return {"/etcdserverpb.Lease/LeaseTimeToLive"};
}
inline Method<pb::LeaseLeasesResponse> MethodOf(const pb::LeaseLeasesRequest&) {
  return {"/etcdserverpb.Lease/LeaseLeases"};
}

inline Method<pb::MemberListResponse> MethodOf(const pb::MemberListRequest&) {
  return {"/etcdserverpb.Cluster/MemberList"};
}

inline Method<pb::MemberAddResponse> MethodOf(const pb::MemberAddRequest&) {
  return {"/etcdserverpb.Cluster/MemberAdd"};
}
inline Method<pb::MemberRemoveResponse> MethodOf(const pb::MemberRemoveRequest&) {
  return {"/etcdserverpb.Cluster/MemberRemove"};
}
inline Method<pb::MemberUpdateResponse> MethodOf(const pb::MemberUpdateRequest&) {
  return {"/etcdserverpb.Cluster/MemberUpdate"};
}
inline Method<pb::MemberPromoteResponse> MethodOf(const pb::MemberPromoteRequest&) {
  return {"/etcdserverpb.Cluster/MemberPromote"};
}

inline Method<pb::AlarmResponse> MethodOf(const pb::AlarmRequest&) {
  return {"/etcdserverpb.Maintenance/Alarm"};
}
inline Method<pb::StatusResponse> MethodOf(const pb::StatusRequest&) {
  return {"/etcdserverpb.Maintenance/Status"};
}
inline Method<pb::DefragmentResponse> MethodOf(const pb::DefragmentRequest&) {
  return {"/etcdserverpb.Maintenance/Defragment"};
}
inline Method<pb::HashResponse> MethodOf(const pb::HashRequest&) {
  return {"/etcdserverpb.Maintenance/Hash"};
}
inline Method<pb::HashKVResponse> MethodOf(const pb::HashKVRequest&) {
  return {"/etcdserverpb.Maintenance/HashKV"};
}
inline Method<pb::MoveLeaderResponse> MethodOf(const pb::MoveLeaderRequest&) {
  return {"/etcdserverpb.Maintenance/MoveLeader"};
}
inline Method<pb::DowngradeResponse> MethodOf(const pb::DowngradeRequest&) {
  return {"/etcdserverpb.Maintenance/Downgrade"};
}

inline Method<pb::AuthEnableResponse> MethodOf(const pb::AuthEnableRequest&) {
  return {"/etcdserverpb.Auth/AuthEnable"};
}
inline Method<pb::AuthDisableResponse> MethodOf(const pb::AuthDisableRequest&) {
  return {"/etcdserverpb.Auth/AuthDisable"};
}
inline Method<pb::AuthStatusResponse> MethodOf(const pb::AuthStatusRequest&) {
  return {"/etcdserverpb.Auth/AuthStatus"};
}
inline Method<pb::AuthenticateResponse> MethodOf(const pb::AuthenticateRequest&) {
  return {"/etcdserverpb.Auth/Authenticate"};
}

inline Method<pb::AuthUserAddResponse> MethodOf(const pb::AuthUserAddRequest&) {
  return {"/etcdserverpb.Auth/UserAdd"};
}
inline Method<pb::AuthUserGetResponse> MethodOf(const pb::AuthUserGetRequest&) {
  return {"/etcdserverpb.Auth/UserGet"};
}
inline Method<pb::AuthUserListResponse> MethodOf(const pb::AuthUserListRequest&) {
  return {"/etcdserverpb.Auth/UserList"};
}
inline Method<pb::AuthUserDeleteResponse> MethodOf(const pb::AuthUserDeleteRequest&) {
  return {"/etcdserverpb.Auth/UserDelete"};
}
inline Method<pb::AuthUserChangePasswordResponse> MethodOf(
    const pb::AuthUserChangePasswordRequest&) {
  return {"/etcdserverpb.Auth/UserChangePassword"};
}
inline Method<pb::AuthUserGrantRoleResponse> MethodOf(const pb::AuthUserGrantRoleRequest&) {
  return {"/etcdserverpb.Auth/UserGrantRole"};
}
inline Method<pb::AuthUserRevokeRoleResponse> MethodOf(const pb::AuthUserRevokeRoleRequest&) {
  return {"/etcdserverpb.Auth/UserRevokeRole"};
}
inline Method<pb::AuthRoleAddResponse> MethodOf(const pb::AuthRoleAddRequest&) {
  return {"/etcdserverpb.Auth/RoleAdd"};
}
inline Method<pb::AuthRoleGetResponse> MethodOf(const pb::AuthRoleGetRequest&) {
  return {"/etcdserverpb.Auth/RoleGet"};
}
inline Method<pb::AuthRoleListResponse> MethodOf(const pb::AuthRoleListRequest&) {
  return {"/etcdserverpb.Auth/RoleList"};
}
inline Method<pb::AuthRoleDeleteResponse> MethodOf(const pb::AuthRoleDeleteRequest&) {
  return {"/etcdserverpb.Auth/RoleDelete"};
}
inline Method<pb::AuthRoleGrantPermissionResponse> MethodOf(
    const pb::AuthRoleGrantPermissionRequest&) {
  return {"/etcdserverpb.Auth/RoleGrantPermission"};
}
inline Method<pb::AuthRoleRevokePermissionResponse> MethodOf(
    const pb::AuthRoleRevokePermissionRequest&) {
  return {"/etcdserverpb.Auth/RoleRevokePermission"};
}

inline Method<lockpb::LockResponse> MethodOf(const lockpb::LockRequest&) {
  return {"/v3lockpb.Lock/Lock"};
}
inline Method<lockpb::UnlockResponse> MethodOf(const lockpb::UnlockRequest&) {
  return {"/v3lockpb.Lock/Unlock"};
}

inline Method<electionpb::CampaignResponse> MethodOf(const electionpb::CampaignRequest&) {
  return {"/v3electionpb.Election/Campaign"};
}
inline Method<electionpb::ProclaimResponse> MethodOf(const electionpb::ProclaimRequest&) {
  return {"/v3electionpb.Election/Proclaim"};
}
inline Method<electionpb::LeaderResponse> MethodOf(const electionpb::LeaderRequest&) {
  return {"/v3electionpb.Election/Leader"};
}
inline Method<electionpb::ResignResponse> MethodOf(const electionpb::ResignRequest&) {
  return {"/v3electionpb.Election/Resign"};
}

}  // namespace conformance
