#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "etcdpp/auth.h"
#include "etcdpp/cluster.h"
#include "etcdpp/endpoints.h"
#include "etcdpp/maintenance.h"

namespace etcdpp::mocks {

// What MockConnection has for the services about running a cluster. Their asynchronous calls make
// the blocking ones, as its own do.

/// Users and roles.
class MockAuthService : public AuthService {
 public:
  MockAuthService();
  ~MockAuthService() override;

  MOCK_METHOD(Result<AuthResponse>, AuthEnable, (CallParams), (override));
  MOCK_METHOD(Result<AuthResponse>, AuthDisable, (CallParams), (override));
  MOCK_METHOD(Result<AuthStatusResponse>, AuthStatus, (CallParams), (override));
  MOCK_METHOD(Result<AuthenticateResponse>, Authenticate, (AuthenticateParams), (override));
  MOCK_METHOD(Result<AuthResponse>, UserAdd, (UserAddParams), (override));
  MOCK_METHOD(Result<UserGetResponse>, UserGet, (UserParams), (override));
  MOCK_METHOD(Result<UserListResponse>, UserList, (CallParams), (override));
  MOCK_METHOD(Result<AuthResponse>, UserDelete, (UserParams), (override));
  MOCK_METHOD(Result<AuthResponse>, UserChangePassword, (UserChangePasswordParams), (override));
  MOCK_METHOD(Result<AuthResponse>, UserGrantRole, (UserRoleParams), (override));
  MOCK_METHOD(Result<AuthResponse>, UserRevokeRole, (UserRoleParams), (override));
  MOCK_METHOD(Result<AuthResponse>, RoleAdd, (RoleParams), (override));
  MOCK_METHOD(Result<RoleGetResponse>, RoleGet, (RoleParams), (override));
  MOCK_METHOD(Result<RoleListResponse>, RoleList, (CallParams), (override));
  MOCK_METHOD(Result<AuthResponse>, RoleDelete, (RoleParams), (override));
  MOCK_METHOD(Result<AuthResponse>, RoleGrantPermission, (RoleGrantPermissionParams), (override));
  MOCK_METHOD(Result<AuthResponse>, RoleRevokePermission, (RoleRevokePermissionParams), (override));

  MOCK_METHOD(void, AsyncAuthEnable, (CallParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncAuthDisable, (CallParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncAuthStatus, (CallParams, Callback<AuthStatusResponse>), (override));
  MOCK_METHOD(void, AsyncAuthenticate, (AuthenticateParams, Callback<AuthenticateResponse>),
              (override));
  MOCK_METHOD(void, AsyncUserAdd, (UserAddParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncUserGet, (UserParams, Callback<UserGetResponse>), (override));
  MOCK_METHOD(void, AsyncUserList, (CallParams, Callback<UserListResponse>), (override));
  MOCK_METHOD(void, AsyncUserDelete, (UserParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncUserChangePassword, (UserChangePasswordParams, Callback<AuthResponse>),
              (override));
  MOCK_METHOD(void, AsyncUserGrantRole, (UserRoleParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncUserRevokeRole, (UserRoleParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncRoleAdd, (RoleParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncRoleGet, (RoleParams, Callback<RoleGetResponse>), (override));
  MOCK_METHOD(void, AsyncRoleList, (CallParams, Callback<RoleListResponse>), (override));
  MOCK_METHOD(void, AsyncRoleDelete, (RoleParams, Callback<AuthResponse>), (override));
  MOCK_METHOD(void, AsyncRoleGrantPermission, (RoleGrantPermissionParams, Callback<AuthResponse>),
              (override));
  MOCK_METHOD(void, AsyncRoleRevokePermission, (RoleRevokePermissionParams, Callback<AuthResponse>),
              (override));
};

/// Members.
class MockClusterService : public ClusterService {
 public:
  MockClusterService();
  ~MockClusterService() override;

  MOCK_METHOD(Result<MembersResponse>, MemberList, (MemberListParams), (override));
  MOCK_METHOD(Result<MemberAddResponse>, MemberAdd, (MemberAddParams), (override));
  MOCK_METHOD(Result<MembersResponse>, MemberRemove, (MemberParams), (override));
  MOCK_METHOD(Result<MembersResponse>, MemberUpdate, (MemberUpdateParams), (override));
  MOCK_METHOD(Result<MembersResponse>, MemberPromote, (MemberParams), (override));

  MOCK_METHOD(void, AsyncMemberList, (MemberListParams, Callback<MembersResponse>), (override));
  MOCK_METHOD(void, AsyncMemberAdd, (MemberAddParams, Callback<MemberAddResponse>), (override));
  MOCK_METHOD(void, AsyncMemberRemove, (MemberParams, Callback<MembersResponse>), (override));
  MOCK_METHOD(void, AsyncMemberUpdate, (MemberUpdateParams, Callback<MembersResponse>), (override));
  MOCK_METHOD(void, AsyncMemberPromote, (MemberParams, Callback<MembersResponse>), (override));
};

/// Alarms, status, hashes, snapshots.
class MockMaintenanceService : public MaintenanceService {
 public:
  MockMaintenanceService();
  ~MockMaintenanceService() override;

  MOCK_METHOD(Result<AlarmResponse>, Alarm, (AlarmParams), (override));
  MOCK_METHOD(Result<MemberStatus>, GetStatus, (CallParams), (override));
  MOCK_METHOD(Result<DefragmentResponse>, Defragment, (CallParams), (override));
  MOCK_METHOD(Result<HashResponse>, Hash, (CallParams), (override));
  MOCK_METHOD(Result<HashKvResponse>, HashKv, (HashKvParams), (override));
  MOCK_METHOD(Result<MoveLeaderResponse>, MoveLeader, (MoveLeaderParams), (override));
  MOCK_METHOD(Result<DowngradeResponse>, Downgrade, (DowngradeParams), (override));
  MOCK_METHOD(Result<SnapshotResponse>, Snapshot, (SnapshotParams), (override));

  MOCK_METHOD(void, AsyncAlarm, (AlarmParams, Callback<AlarmResponse>), (override));
  MOCK_METHOD(void, AsyncGetStatus, (CallParams, Callback<MemberStatus>), (override));
  MOCK_METHOD(void, AsyncDefragment, (CallParams, Callback<DefragmentResponse>), (override));
  MOCK_METHOD(void, AsyncHash, (CallParams, Callback<HashResponse>), (override));
  MOCK_METHOD(void, AsyncHashKv, (HashKvParams, Callback<HashKvResponse>), (override));
  MOCK_METHOD(void, AsyncMoveLeader, (MoveLeaderParams, Callback<MoveLeaderResponse>), (override));
  MOCK_METHOD(void, AsyncDowngrade, (DowngradeParams, Callback<DowngradeResponse>), (override));
  MOCK_METHOD(void, AsyncSnapshot, (SnapshotParams, Callback<SnapshotResponse>), (override));
};

/// Where calls go.
class MockEndpointService : public EndpointService {
 public:
  MockEndpointService();
  ~MockEndpointService() override;

  MOCK_METHOD(std::vector<EndpointState>, States, (), (const, override));
  MOCK_METHOD(Status, Set, (const std::vector<std::string>&), (override));
  MOCK_METHOD(void, MarkFailed, (std::string_view), (override));
};

}  // namespace etcdpp::mocks
