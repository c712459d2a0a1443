#pragma once

#include "client/src/bidi_stream.h"
#include "client/src/call.h"
#include "client/src/convert.h"
#include "client/src/watch_hub.h"
#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace etcdpp {

// Every RPC the client makes, and whether it may be repeated: the one list of that.

extern const Rpc<pb::RangeRequest, pb::RangeResponse> kRange;
extern const Rpc<pb::PutRequest, pb::PutResponse> kPut;
extern const Rpc<pb::DeleteRangeRequest, pb::DeleteRangeResponse> kDeleteRange;
extern const Rpc<pb::TxnRequest, pb::TxnResponse> kTxn;
extern const Rpc<pb::TxnRequest, pb::TxnResponse> kReadOnlyTxn;
extern const Rpc<pb::CompactionRequest, pb::CompactionResponse> kCompact;

extern const Rpc<pb::LeaseGrantRequest, pb::LeaseGrantResponse> kLeaseGrant;
extern const Rpc<pb::LeaseRevokeRequest, pb::LeaseRevokeResponse> kLeaseRevoke;
extern const Rpc<pb::LeaseTimeToLiveRequest, pb::LeaseTimeToLiveResponse> kLeaseTimeToLive;
extern const Rpc<pb::LeaseLeasesRequest, pb::LeaseLeasesResponse> kLeaseLeases;
/// LeaseKeepAlive as if it were unary: a stream that carries one renewal.
extern const Rpc<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> kLeaseKeepAliveOnce;

extern const Rpc<pb::AuthEnableRequest, pb::AuthEnableResponse> kAuthEnable;
extern const Rpc<pb::AuthDisableRequest, pb::AuthDisableResponse> kAuthDisable;
extern const Rpc<pb::AuthStatusRequest, pb::AuthStatusResponse> kAuthStatus;
extern const Rpc<pb::AuthenticateRequest, pb::AuthenticateResponse> kAuthenticate;
extern const Rpc<pb::AuthUserAddRequest, pb::AuthUserAddResponse> kUserAdd;
extern const Rpc<pb::AuthUserGetRequest, pb::AuthUserGetResponse> kUserGet;
extern const Rpc<pb::AuthUserListRequest, pb::AuthUserListResponse> kUserList;
extern const Rpc<pb::AuthUserDeleteRequest, pb::AuthUserDeleteResponse> kUserDelete;
extern const Rpc<pb::AuthUserChangePasswordRequest, pb::AuthUserChangePasswordResponse>
    kUserChangePassword;
extern const Rpc<pb::AuthUserGrantRoleRequest, pb::AuthUserGrantRoleResponse> kUserGrantRole;
extern const Rpc<pb::AuthUserRevokeRoleRequest, pb::AuthUserRevokeRoleResponse> kUserRevokeRole;
extern const Rpc<pb::AuthRoleAddRequest, pb::AuthRoleAddResponse> kRoleAdd;
extern const Rpc<pb::AuthRoleGetRequest, pb::AuthRoleGetResponse> kRoleGet;
extern const Rpc<pb::AuthRoleListRequest, pb::AuthRoleListResponse> kRoleList;
extern const Rpc<pb::AuthRoleDeleteRequest, pb::AuthRoleDeleteResponse> kRoleDelete;
extern const Rpc<pb::AuthRoleGrantPermissionRequest, pb::AuthRoleGrantPermissionResponse>
    kRoleGrantPermission;
extern const Rpc<pb::AuthRoleRevokePermissionRequest, pb::AuthRoleRevokePermissionResponse>
    kRoleRevokePermission;

extern const Rpc<pb::MemberListRequest, pb::MemberListResponse> kMemberList;
extern const Rpc<pb::MemberAddRequest, pb::MemberAddResponse> kMemberAdd;
extern const Rpc<pb::MemberRemoveRequest, pb::MemberRemoveResponse> kMemberRemove;
extern const Rpc<pb::MemberUpdateRequest, pb::MemberUpdateResponse> kMemberUpdate;
extern const Rpc<pb::MemberPromoteRequest, pb::MemberPromoteResponse> kMemberPromote;

extern const Rpc<pb::AlarmRequest, pb::AlarmResponse> kAlarm;
extern const Rpc<pb::StatusRequest, pb::StatusResponse> kStatus;
extern const Rpc<pb::DefragmentRequest, pb::DefragmentResponse> kDefragment;
extern const Rpc<pb::HashRequest, pb::HashResponse> kHash;
extern const Rpc<pb::HashKVRequest, pb::HashKVResponse> kHashKv;
extern const Rpc<pb::MoveLeaderRequest, pb::MoveLeaderResponse> kMoveLeader;
extern const Rpc<pb::DowngradeRequest, pb::DowngradeResponse> kDowngrade;

using WatchBidiStream = BidiStream<WatchCommand, pb::WatchRequest, WatchFrame, pb::WatchResponse>;
using KeepAliveBidiStream = BidiStream<LeaseKeepAliveRequest, pb::LeaseKeepAliveRequest,
                                       LeaseKeepAliveResponse, pb::LeaseKeepAliveResponse>;

extern const WatchBidiStream::Kind kWatch;
extern const KeepAliveBidiStream::Kind kKeepAlive;

}  // namespace etcdpp
