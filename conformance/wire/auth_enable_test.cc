// Turning authentication on and off, what it asks for, and what counts the auth revision up.

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

bool HasAuthStatus() { return target().version.AtLeast(3, 5); }

TEST(AuthEnable, NeedsAUserRoot) {
  AuthScratch s;

  EXPECT_THAT(s.Call(pb::AuthEnableRequest()), FailsWith(kRootUserNotExist));
}

TEST(AuthEnable, NeedsRootToHaveTheRoleRoot) {
  AuthScratch s;
  *s.Call(UserAdd("root", "root"));

  EXPECT_THAT(s.Call(pb::AuthEnableRequest()), FailsWith(kRootRoleNotExist));
}

TEST(AuthEnable, AnotherUserWithTheRoleRootIsNotEnough) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "alice"));
  *s.Call(GrantRole("alice", "root"));

  EXPECT_THAT(s.Call(pb::AuthEnableRequest()), FailsWith(kRootUserNotExist));
}

TEST(AuthEnable, DoesNotNeedTheRoleRootToHaveBeenAdded) {
  AuthScratch s;
  s.Enable();

  EXPECT_THAT(s.Call(RoleGet("root"), s.AsRoot()), FailsWith(kRoleNotFound));
}

TEST(AuthEnable, AnswersWithTheStoresRevision) {
  AuthScratch s;
  s.Put("a", "1");
  *s.Call(UserAdd("root", "root"));
  *s.Call(GrantRole("root", "root"));
  const int64_t revision = s.Revision();

  const auto enabled = s.Call(pb::AuthEnableRequest());

  ASSERT_THAT(enabled, IsOk());
  EXPECT_THAT(enabled->header(), IsFullHeader());
  EXPECT_THAT(*enabled, AtRevision(revision));
}

TEST(AuthEnable, TwiceIsAllowedToRootAlone) {
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();

  EXPECT_THAT(s.Call(pb::AuthEnableRequest(), s.AsRoot()), IsOk());
  EXPECT_THAT(s.Call(pb::AuthEnableRequest(), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(pb::AuthEnableRequest()), FailsWith(kUserEmpty));
}

TEST(AuthDisable, IsAllowedWhileItIsOff) {
  AuthScratch s;

  const auto disabled = s.Call(pb::AuthDisableRequest());

  ASSERT_THAT(disabled, IsOk());
  EXPECT_THAT(disabled->header(), IsFullHeader());
}

TEST(AuthDisable, IsAllowedToRootAlone) {
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();

  EXPECT_THAT(s.Call(pb::AuthDisableRequest()), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(pb::AuthDisableRequest(), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(pb::AuthDisableRequest(), s.AsRoot()), IsOk());
}

TEST(AuthDisable, OpensTheStoreToEverybody) {
  AuthScratch s;
  s.Enable();
  ASSERT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kUserEmpty));

  *s.Call(pb::AuthDisableRequest(), s.AsRoot());

  EXPECT_THAT(s.Call(Put(s("a"), "1")), IsOk());
}

TEST(AuthDisable, LeavesUsersAndRoles) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();
  *s.Call(pb::AuthDisableRequest(), s.AsRoot());

  EXPECT_THAT(s.Call(pb::AuthUserListRequest())->users(), testing::ElementsAre("alice", "root"));
  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), testing::ElementsAre("alice"));
}

TEST(AuthStatus, TellsWhetherItIsOn) {
  if (!HasAuthStatus()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;

  const auto off = s.Call(pb::AuthStatusRequest());
  s.Enable();
  const auto on = s.Call(pb::AuthStatusRequest(), s.AsRoot());

  EXPECT_FALSE(off->enabled());
  EXPECT_THAT(off->header(), IsFullHeader());
  EXPECT_TRUE(on->enabled());
  EXPECT_EQ(on->authrevision(), off->authrevision() + 2) << "a user and the role of it";
}

TEST(AuthStatus, IsForEverybodySince37) {
  if (!HasAuthStatus()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();
  const bool everybody = target().version.AtLeast(3, 7);

  EXPECT_THAT(s.Call(pb::AuthStatusRequest()), EndsAs(everybody ? kOk : kUserEmpty));
  EXPECT_THAT(s.Call(pb::AuthStatusRequest(), s.As("alice")),
              EndsAs(everybody ? kOk : kPermissionDenied));
  EXPECT_THAT(s.Call(pb::AuthStatusRequest(), s.WithToken("x")), FailsWith(kInvalidAuthToken));
}

// A request, and by how much it counts the auth revision up.
TEST(AuthRevision, CountsWhatChangesUsersAndRoles) {
  if (!HasAuthStatus()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  uint64_t before = 0;
  const auto grown = [&] {
    const uint64_t now = s.Call(pb::AuthStatusRequest())->authrevision();
    return now - std::exchange(before, now);
  };
  grown();

  *s.Call(UserAdd("alice", "a"));
  EXPECT_EQ(grown(), 1u) << "UserAdd";
  EXPECT_FALSE(s.Call(UserAdd("alice", "a")).status.ok());
  EXPECT_EQ(grown(), 0u) << "UserAdd that fails";
  *s.Call(ChangePassword("alice", "b"));
  EXPECT_EQ(grown(), 1u) << "UserChangePassword";
  *s.Call(RoleAdd("r"));
  EXPECT_EQ(grown(), 1u) << "RoleAdd";
  *s.Call(Grant("r", kRead, "k"));
  EXPECT_EQ(grown(), 1u) << "RoleGrantPermission";
  *s.Call(Grant("r", kRead, "k"));
  EXPECT_EQ(grown(), 1u) << "RoleGrantPermission of what is there";
  *s.Call(GrantRole("alice", "r"));
  EXPECT_EQ(grown(), 1u) << "UserGrantRole";
  *s.Call(GrantRole("alice", "r"));
  EXPECT_EQ(grown(), 0u) << "UserGrantRole of what is there";
  *s.Call(Revoke("r", "k"));
  EXPECT_EQ(grown(), 1u) << "RoleRevokePermission";
  *s.Call(RevokeRole("alice", "r"));
  EXPECT_EQ(grown(), 1u) << "UserRevokeRole";
  *s.Call(RoleDelete("r"));
  EXPECT_EQ(grown(), 1u) << "RoleDelete";
  *s.Call(UserDelete("alice"));
  EXPECT_EQ(grown(), 1u) << "UserDelete";
  *s.Call(pb::AuthDisableRequest());
  EXPECT_EQ(grown(), 0u) << "AuthDisable while it is off";
}

TEST(AuthRevision, CountsTurningItOffButNotOn) {
  if (!HasAuthStatus()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  *s.Call(UserAdd("root", "root"));
  *s.Call(GrantRole("root", "root"));
  const uint64_t before = s.Call(pb::AuthStatusRequest())->authrevision();

  s.Call(pb::AuthEnableRequest());
  const CallOptions root = s.WithToken(s.TokenOf("root"));
  EXPECT_EQ(s.Call(pb::AuthStatusRequest(), root)->authrevision(), before);

  *s.Call(pb::AuthDisableRequest(), root);
  EXPECT_EQ(s.Call(pb::AuthStatusRequest())->authrevision(), before + 1);
}

TEST(AuthRevision, LeavesTheRevisionOfKeysAlone) {
  AuthScratch s;
  const int64_t revision = s.Revision();

  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();

  EXPECT_THAT(*s.Call(pb::AuthUserListRequest(), s.AsRoot()), AtRevision(revision));
}

}  // namespace
}  // namespace conformance
