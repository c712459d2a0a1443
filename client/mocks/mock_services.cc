#include "etcdpp/mocks/mock_services.h"

namespace etcdpp::mocks {

MockAuthService::MockAuthService() {
  using testing::Invoke;
  ON_CALL(*this, AsyncAuthEnable).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(AuthEnable(std::move(p)));
  }));
  ON_CALL(*this, AsyncAuthDisable).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(AuthDisable(std::move(p)));
  }));
  ON_CALL(*this, AsyncAuthStatus).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(AuthStatus(std::move(p)));
  }));
  ON_CALL(*this, AsyncAuthenticate).WillByDefault(Invoke([this](AuthenticateParams p, auto done) {
    done(Authenticate(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserAdd).WillByDefault(Invoke([this](UserAddParams p, auto done) {
    done(UserAdd(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserGet).WillByDefault(Invoke([this](UserParams p, auto done) {
    done(UserGet(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserList).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(UserList(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserDelete).WillByDefault(Invoke([this](UserParams p, auto done) {
    done(UserDelete(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserChangePassword)
      .WillByDefault(Invoke([this](UserChangePasswordParams p, auto done) {
        done(UserChangePassword(std::move(p)));
      }));
  ON_CALL(*this, AsyncUserGrantRole).WillByDefault(Invoke([this](UserRoleParams p, auto done) {
    done(UserGrantRole(std::move(p)));
  }));
  ON_CALL(*this, AsyncUserRevokeRole).WillByDefault(Invoke([this](UserRoleParams p, auto done) {
    done(UserRevokeRole(std::move(p)));
  }));
  ON_CALL(*this, AsyncRoleAdd).WillByDefault(Invoke([this](RoleParams p, auto done) {
    done(RoleAdd(std::move(p)));
  }));
  ON_CALL(*this, AsyncRoleGet).WillByDefault(Invoke([this](RoleParams p, auto done) {
    done(RoleGet(std::move(p)));
  }));
  ON_CALL(*this, AsyncRoleList).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(RoleList(std::move(p)));
  }));
  ON_CALL(*this, AsyncRoleDelete).WillByDefault(Invoke([this](RoleParams p, auto done) {
    done(RoleDelete(std::move(p)));
  }));
  ON_CALL(*this, AsyncRoleGrantPermission)
      .WillByDefault(Invoke([this](RoleGrantPermissionParams p, auto done) {
        done(RoleGrantPermission(std::move(p)));
      }));
  ON_CALL(*this, AsyncRoleRevokePermission)
      .WillByDefault(Invoke([this](RoleRevokePermissionParams p, auto done) {
        done(RoleRevokePermission(std::move(p)));
      }));
}

MockAuthService::~MockAuthService() = default;

MockClusterService::MockClusterService() {
  using testing::Invoke;
  ON_CALL(*this, AsyncMemberList).WillByDefault(Invoke([this](MemberListParams p, auto done) {
    done(MemberList(std::move(p)));
  }));
  ON_CALL(*this, AsyncMemberAdd).WillByDefault(Invoke([this](MemberAddParams p, auto done) {
    done(MemberAdd(std::move(p)));
  }));
  ON_CALL(*this, AsyncMemberRemove).WillByDefault(Invoke([this](MemberParams p, auto done) {
    done(MemberRemove(std::move(p)));
  }));
  ON_CALL(*this, AsyncMemberUpdate).WillByDefault(Invoke([this](MemberUpdateParams p, auto done) {
    done(MemberUpdate(std::move(p)));
  }));
  ON_CALL(*this, AsyncMemberPromote).WillByDefault(Invoke([this](MemberParams p, auto done) {
    done(MemberPromote(std::move(p)));
  }));
}

MockClusterService::~MockClusterService() = default;

MockMaintenanceService::MockMaintenanceService() {
  using testing::Invoke;
  ON_CALL(*this, AsyncAlarm).WillByDefault(Invoke([this](AlarmParams p, auto done) {
    done(Alarm(std::move(p)));
  }));
  ON_CALL(*this, AsyncGetStatus).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(GetStatus(std::move(p)));
  }));
  ON_CALL(*this, AsyncDefragment).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(Defragment(std::move(p)));
  }));
  ON_CALL(*this, AsyncHash).WillByDefault(Invoke([this](CallParams p, auto done) {
    done(Hash(std::move(p)));
  }));
  ON_CALL(*this, AsyncHashKv).WillByDefault(Invoke([this](HashKvParams p, auto done) {
    done(HashKv(std::move(p)));
  }));
  ON_CALL(*this, AsyncMoveLeader).WillByDefault(Invoke([this](MoveLeaderParams p, auto done) {
    done(MoveLeader(std::move(p)));
  }));
  ON_CALL(*this, AsyncDowngrade).WillByDefault(Invoke([this](DowngradeParams p, auto done) {
    done(Downgrade(std::move(p)));
  }));
  ON_CALL(*this, AsyncSnapshot).WillByDefault(Invoke([this](SnapshotParams p, auto done) {
    done(Snapshot(std::move(p)));
  }));
}

MockMaintenanceService::~MockMaintenanceService() = default;

MockEndpointService::MockEndpointService() = default;

MockEndpointService::~MockEndpointService() = default;

}  // namespace etcdpp::mocks
