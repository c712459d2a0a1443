// Who may make the calls that are not about keys, and in which words they are refused.

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;

bool CallsAreChecked() { return target().version.Since({V(3, 4, 42), V(3, 5, 28), V(3, 6, 9)}); }
// At first by root alone, in one release of each line.
bool UsersMayList() { return target().version.Since({V(3, 4, 43), V(3, 5, 29), V(3, 6, 10)}); }

// How a call ends for nobody, with a bad token, for a user and for root.
struct Access {
  Error nobody;
  Error bad_token;
  Error user;
  Error root = kOk;
};

constexpr Access kForAll{kOk, kOk, kOk};
constexpr Access kForUsers{kUserEmpty, kInvalidAuthToken, kOk};
constexpr Access kForRoot{kUserEmpty, kInvalidAuthToken, kPermissionDenied};

class AuthCalls : public testing::Test {
 protected:
  AuthCalls() {
    s.AddUser("alice");
    s.AddUser("bob");
    s.Enable();
  }

  template <typename Request>
  void Expect(const Request& request, const Access& access) {
    EXPECT_THAT(s.Call(request), EndsAs(access.nobody)) << "by nobody";
    EXPECT_THAT(s.Call(request, s.WithToken("x")), EndsAs(access.bad_token)) << "with a bad token";
    EXPECT_THAT(s.Call(request, s.As("alice")), EndsAs(access.user)) << "by alice";
    EXPECT_THAT(s.Call(request, s.AsRoot()), EndsAs(access.root)) << "by root";
  }

  AuthScratch s;
};

TEST_F(AuthCalls, UsersAreForRoot) {
  Expect(pb::AuthUserListRequest(), kForRoot);
  auto access = kForRoot;
  access.root = kUserAlreadyExist;
  Expect(UserAdd("alice", "a"), access);
  access.root = kUserNotFound;
  Expect(UserDelete("nobody"), access);
  Expect(ChangePassword("nobody", "a"), access);
  Expect(GrantRole("nobody", "alice"), access);
  Expect(RevokeRole("nobody", "alice"), access);
}

TEST_F(AuthCalls, RolesAreForRoot) {
  Expect(pb::AuthRoleListRequest(), kForRoot);
  auto access = kForRoot;
  access.root = kRoleAlreadyExist;
  Expect(RoleAdd("alice"), access);
  access.root = kRoleNotFound;
  Expect(RoleDelete("nothing"), access);
  Expect(Grant("nothing", kRead, "k"), access);
  Expect(Revoke("nothing", "k"), access);
}

TEST_F(AuthCalls, NamesAreLookedAtAfterTheCaller) {
  Expect(UserAdd("", "a"), {kUserEmpty, kInvalidAuthToken, kPermissionDenied, kUserEmpty});
  Expect(RoleAdd(""), {kUserEmpty, kInvalidAuthToken, kPermissionDenied, kRoleEmpty});
}

TEST_F(AuthCalls, ChangingOnesOwnPasswordIsForRootToo) {
  EXPECT_THAT(s.Call(ChangePassword("alice", "new"), s.As("alice")), FailsWith(kPermissionDenied));
}

TEST_F(AuthCalls, EverybodyMayGetItself) {
  EXPECT_THAT(s.Call(UserGet("alice"), s.As("alice"))->roles(), ElementsAre("alice"));
  EXPECT_THAT(s.Call(UserGet("bob"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(UserGet("nobody"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(UserGet("bob"), s.AsRoot())->roles(), ElementsAre("bob"));
  EXPECT_THAT(s.Call(UserGet("nobody"), s.AsRoot()), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(UserGet("alice")), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(UserGet("alice"), s.WithToken("x")), FailsWith(kInvalidAuthToken));
}

TEST_F(AuthCalls, NobodyIsTheUserWithoutAName) {
  EXPECT_THAT(s.Call(UserGet("")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(UserGet(""), s.As("alice")), FailsWith(kPermissionDenied));
}

TEST_F(AuthCalls, EverybodyMayGetItsRoles) {
  EXPECT_THAT(s.Call(RoleGet("alice"), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(RoleGet("bob"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(RoleGet("nothing"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(RoleGet("nothing"), s.AsRoot()), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(RoleGet("alice")), FailsWith(kUserEmpty));
}

TEST_F(AuthCalls, StatusIsForUsersInNewReleases) {
  const bool admin = target().version.Since({V(3, 4, 42), V(3, 5, 28), V(3, 6, 0)}) &&
                     !target().version.Since({V(3, 5, 32), V(3, 6, 12)});
  const bool user = target().version.Since({V(3, 5, 32), V(3, 6, 12)});

  Expect(pb::StatusRequest(), admin ? kForRoot : user ? kForUsers : kForAll);
}

TEST_F(AuthCalls, MemberListIsForUsersInNewReleases) {
  Expect(pb::MemberListRequest(), UsersMayList()      ? kForUsers
                                  : CallsAreChecked() ? kForRoot
                                                      : kForAll);
}

TEST_F(AuthCalls, CompactIsForRootInNewReleases) {
  Access access{kFutureRevision, kInvalidAuthToken, kFutureRevision, kFutureRevision};
  if (CallsAreChecked()) access = kForRoot;
  access.root = kFutureRevision;

  Expect(Compact(int64_t{1} << 40), access);
}

TEST_F(AuthCalls, MoveLeaderIsForRootInNewReleases) {
  const Error bad_target{grpc::FAILED_PRECONDITION, "etcdserver: bad leader transferee"};
  pb::MoveLeaderRequest request;
  request.set_targetid(1);
  Access access{bad_target, bad_target, bad_target, bad_target};
  if (CallsAreChecked()) access = kForRoot;
  access.root = bad_target;

  Expect(request, access);
}

TEST_F(AuthCalls, AlarmsAreListedToUsersInNewReleases) {
  const Error unmapped{grpc::UNKNOWN, "auth: invalid auth token"};

  Expect(pb::AlarmRequest(), UsersMayList()                   ? kForUsers
                             : CallsAreChecked()              ? kForRoot
                             : target().version.AtLeast(3, 5) ? Access{kOk, kInvalidAuthToken, kOk}
                                                              : Access{kOk, unmapped, kOk});
}

TEST_F(AuthCalls, AlarmsArePutOutByRootInNewReleases) {
  pb::AlarmRequest request;
  request.set_action(pb::AlarmRequest::DEACTIVATE);
  request.set_alarm(pb::NOSPACE);
  const Error unmapped{grpc::UNKNOWN, "auth: invalid auth token"};

  Expect(request, CallsAreChecked()                ? kForRoot
                  : target().version.AtLeast(3, 5) ? Access{kOk, kInvalidAuthToken, kOk}
                                                   : Access{kOk, unmapped, kOk});
}

// The words that etcd has inside.
Access MaintenanceAccess() {
  if (target().version.AtLeast(3, 6)) return kForRoot;
  return {{grpc::UNKNOWN, "auth: user name is empty"},
          {grpc::UNKNOWN, "auth: invalid auth token"},
          {grpc::UNKNOWN, "auth: permission denied"}};
}

TEST_F(AuthCalls, DefragmentIsForRoot) { Expect(pb::DefragmentRequest(), MaintenanceAccess()); }

TEST_F(AuthCalls, HashIsForRoot) { Expect(pb::HashRequest(), MaintenanceAccess()); }

TEST_F(AuthCalls, HashKvIsForRoot) {
  Expect(HashKv(0), MaintenanceAccess());
  auto access = MaintenanceAccess();
  access.root = kFutureRevision;
  Expect(HashKv(int64_t{1} << 40), access);
}

TEST_F(AuthCalls, ATokenOfAUserThatIsGoneIsNone) {
  const CallOptions alice = s.As("alice");
  *s.Call(UserDelete("alice"), s.AsRoot());

  EXPECT_THAT(s.Call(pb::AuthUserListRequest(), alice), FailsWith(kInvalidAuthToken));
}

TEST(AuthCallsWhileOff, AreForEverybody) {
  AuthScratch s;

  EXPECT_THAT(s.Call(pb::AuthUserListRequest()), IsOk());
  EXPECT_THAT(s.Call(pb::AuthRoleListRequest()), IsOk());
  EXPECT_THAT(s.Call(pb::StatusRequest()), IsOk());
  EXPECT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
  EXPECT_THAT(s.Call(UserGet("")), FailsWith(kUserNotFound));
}

TEST(AuthCallsWhileOff, ABadTokenRefusesMaintenanceInOldReleases) {
  if (target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)})) {
    GTEST_SKIP() << "before 3.4.28 and 3.5.10";
  }
  AuthScratch s;

  EXPECT_THAT(s.Call(pb::HashRequest(), s.WithToken("x")),
              FailsWith(grpc::UNKNOWN, "auth: invalid auth token"));
  EXPECT_THAT(s.Call(pb::StatusRequest(), s.WithToken("x")), IsOk());
}

}  // namespace
}  // namespace conformance
