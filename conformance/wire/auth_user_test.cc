// Users: adding, listing and removing them, their passwords and their roles.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The hash is made before the request is proposed, by a member that keeps the password to itself.
bool ApiHashesPasswords() { return target().version.AtLeast(3, 5); }
bool RefusesLongPasswords() {
  return target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)});
}

// bcrypt of "hashed", in base64.
constexpr char kHashOfHashed[] =
    "JDJhJDA0JGFiY2RlZmdoaWprbG1ub3BxcnN0dXUzNjlMWWpKbGVnUWVHRDBDV3NqczU4ZkFTZVBLaldx";

TEST(AuthUser, AddAnswersWithAFullHeader) {
  AuthScratch s;

  const auto added = s.Call(UserAdd("alice", "a"));

  ASSERT_THAT(added, IsOk());
  EXPECT_THAT(added->header(), IsFullHeader());
  EXPECT_THAT(*added, AtRevision(s.Revision()));
}

TEST(AuthUser, AddWithoutANameFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(UserAdd("", "a")), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(UserAddWithoutPassword("")), FailsWith(kUserEmpty));
}

TEST(AuthUser, AddOfAUserThatExistsFails) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));

  EXPECT_THAT(s.Call(UserAdd("alice", "b")), FailsWith(kUserAlreadyExist));
  EXPECT_THAT(s.Call(UserAddWithoutPassword("alice")), FailsWith(kUserAlreadyExist));
}

TEST(AuthUser, ListIsAscendingByName) {
  AuthScratch s;
  for (const char* name : {"bob", "alice", "Zoe", "b", "\xc3\xa4"}) {
    *s.Call(UserAddWithoutPassword(name));
  }

  const auto list = s.Call(pb::AuthUserListRequest());

  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->users(), ElementsAre("Zoe", "alice", "b", "bob", "\xc3\xa4"));
  EXPECT_THAT(list->header(), IsFullHeader());
}

TEST(AuthUser, ListOfNobodyIsEmpty) {
  AuthScratch s;

  EXPECT_THAT(s.Call(pb::AuthUserListRequest())->users(), IsEmpty());
}

TEST(AuthUser, GetTellsTheRolesAscending) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));
  for (const char* role : {"write", "audit", "Read"}) {
    *s.Call(RoleAdd(role));
    *s.Call(GrantRole("alice", role));
  }
  *s.Call(GrantRole("alice", "root"));

  const auto got = s.Call(UserGet("alice"));

  ASSERT_THAT(got, IsOk());
  EXPECT_THAT(got->roles(), ElementsAre("Read", "audit", "root", "write"));
  EXPECT_THAT(got->header(), IsFullHeader());
}

TEST(AuthUser, GetOfNobodyFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(UserGet("alice")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(UserGet("")), FailsWith(kUserNotFound));
}

TEST(AuthUser, DeleteOfNobodyFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(UserDelete("alice")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(UserDelete("")), FailsWith(kUserNotFound));
}

TEST(AuthUser, DeleteRemovesTheUser) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));

  const auto deleted = s.Call(UserDelete("alice"));

  ASSERT_THAT(deleted, IsOk());
  EXPECT_THAT(deleted->header(), IsFullHeader());
  EXPECT_THAT(s.Call(UserGet("alice")), FailsWith(kUserNotFound));
}

TEST(AuthUser, RootMayBeDeletedOnlyWhileItDoesNotCount) {
  AuthScratch s;
  s.Enable();

  EXPECT_THAT(s.Call(UserDelete("root"), s.AsRoot()), FailsWith(kInvalidAuthMgmt));
  *s.Call(pb::AuthDisableRequest(), s.AsRoot());
  EXPECT_THAT(s.Call(UserDelete("root")), IsOk());
}

TEST(AuthUser, ComesBackWithoutItsRoles) {
  AuthScratch s;
  s.AddUser("alice");
  *s.Call(UserDelete("alice"));
  *s.Call(UserAdd("alice", "a"));

  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), IsEmpty());
}

TEST(AuthUser, GrantRoleTwiceIsAllowed) {
  AuthScratch s;
  s.AddUser("alice");

  const auto granted = s.Call(GrantRole("alice", "alice"));

  ASSERT_THAT(granted, IsOk());
  EXPECT_THAT(granted->header(), IsFullHeader());
  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), ElementsAre("alice"));
}

TEST(AuthUser, GrantRoleLooksForTheUserFirst) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));

  EXPECT_THAT(s.Call(GrantRole("bob", "nothing")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(GrantRole("alice", "nothing")), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(GrantRole("alice", "")), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(GrantRole("bob", "root")), FailsWith(kUserNotFound));
}

TEST(AuthUser, TheRoleRootCanBeGrantedToAnybody) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));

  EXPECT_THAT(s.Call(GrantRole("alice", "root")), IsOk());
  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), ElementsAre("root"));
}

TEST(AuthUser, RevokeRoleTakesItAway) {
  AuthScratch s;
  s.AddUser("alice");

  const auto revoked = s.Call(RevokeRole("alice", "alice"));

  ASSERT_THAT(revoked, IsOk());
  EXPECT_THAT(revoked->header(), IsFullHeader());
  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), IsEmpty());
}

TEST(AuthUser, RevokeRoleNeedsTheUserToHaveIt) {
  AuthScratch s;
  s.AddUser("alice");
  *s.Call(RoleAdd("other"));

  EXPECT_THAT(s.Call(RevokeRole("bob", "alice")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(RevokeRole("alice", "other")), FailsWith(kRoleNotGranted));
  EXPECT_THAT(s.Call(RevokeRole("alice", "nothing")), FailsWith(kRoleNotGranted));
}

TEST(AuthUser, RootKeepsItsRoleWhileItCounts) {
  AuthScratch s;
  s.AddUser("alice");
  *s.Call(GrantRole("alice", "root"));
  s.Enable();

  EXPECT_THAT(s.Call(RevokeRole("root", "root"), s.AsRoot()), FailsWith(kInvalidAuthMgmt));
  EXPECT_THAT(s.Call(RevokeRole("alice", "root"), s.AsRoot()), IsOk());
  *s.Call(pb::AuthDisableRequest(), s.AsRoot());
  EXPECT_THAT(s.Call(RevokeRole("root", "root")), IsOk());
}

TEST(AuthUser, ChangePasswordOfNobodyFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(ChangePassword("alice", "a")), FailsWith(kUserNotFound));
  EXPECT_THAT(s.Call(ChangePassword("alice", "")), FailsWith(kUserNotFound));
}

TEST(AuthUser, ChangePasswordReplacesIt) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "old"));

  const auto changed = s.Call(ChangePassword("alice", "new"));

  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(changed->header(), IsFullHeader());
  s.Enable();
  EXPECT_THAT(s.Call(Login("alice", "old")), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("alice", "new")), IsOk());
}

TEST(AuthUser, ChangePasswordKeepsTheRoles) {
  AuthScratch s;
  s.AddUser("alice");
  *s.Call(ChangePassword("alice", "new"));

  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), ElementsAre("alice"));
}

TEST(AuthUser, AnEmptyPasswordIsOne) {
  AuthScratch s;
  *s.Call(UserAdd("alice", ""));
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "")), IsOk());
  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kAuthFailed));
}

TEST(AuthUser, ChangingToNoPasswordLocksTheUserOutSince35) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));
  *s.Call(ChangePassword("alice", ""));
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "")), EndsAs(ApiHashesPasswords() ? kAuthFailed : kOk));
  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kAuthFailed));
}

TEST(AuthUser, ChangePasswordTakesAHashSince35) {
  if (!ApiHashesPasswords()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));
  auto change = ChangePassword("alice", "");
  change.set_hashedpassword(kHashOfHashed);
  *s.Call(change);
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "hashed")), IsOk());
  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kAuthFailed));
}

TEST(AuthUser, ChangePasswordPrefersThePasswordToTheHash) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));
  auto change = ChangePassword("alice", "b");
  change.set_hashedpassword("no base64");
  if (ApiHashesPasswords()) {
    *s.Call(change);
  } else {
    *s.Call(ChangePassword("alice", "b"));
  }
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "b")), IsOk());
}

TEST(AuthUser, AHashThatIsNoBase64IsRefused) {
  if (!ApiHashesPasswords()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));
  *s.Call(UserAddWithoutPassword("bob"));
  for (const char* hash : {"no base64", "YQ", "YQ=", "Y Q=", "_-==", "="}) {
    SCOPED_TRACE(hash);
    auto change = ChangePassword("alice", "");
    change.set_hashedpassword(hash);
    EXPECT_THAT(s.Call(change), FailsWith(kNoPasswordUser));
    change.set_name("bob");
    EXPECT_THAT(s.Call(change), IsOk()) << "nobody looks at it";
    change.set_name("nobody");
    EXPECT_THAT(s.Call(change), FailsWith(kUserNotFound));
  }
}

TEST(AuthUser, AddIgnoresAHash) {
  if (!ApiHashesPasswords()) GTEST_SKIP() << "since 3.5";
  AuthScratch s;
  auto add = UserAdd("alice", "");
  add.set_hashedpassword(kHashOfHashed);
  *s.Call(add);
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "hashed")), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("alice", "")), IsOk());
}

TEST(AuthUser, APasswordMayBeOf72Bytes) {
  AuthScratch s;
  *s.Call(UserAdd("alice", std::string(72, 'x')));
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", std::string(72, 'x'))), IsOk());
  EXPECT_THAT(s.Call(Login("alice", std::string(71, 'x'))), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("alice", std::string(73, 'x'))), IsOk()) << "what is beyond is ignored";
}

TEST(AuthUser, ALongerPasswordIsRefusedByNewReleases) {
  AuthScratch s;
  const std::string password(73, 'x');
  const Error expected = RefusesLongPasswords() ? kPasswordTooLong : kOk;
  *s.Call(UserAdd("bob", "b"));

  EXPECT_THAT(s.Call(UserAdd("alice", password)), EndsAs(expected));
  EXPECT_THAT(s.Call(ChangePassword("bob", password)), EndsAs(expected));
}

TEST(AuthUser, TheApiHashesBeforeAnythingElseSince35) {
  if (!ApiHashesPasswords() || !RefusesLongPasswords()) GTEST_SKIP() << "since 3.5.10";
  AuthScratch s;
  s.Enable();
  const std::string password(73, 'x');

  EXPECT_THAT(s.Call(UserAdd("", password)), FailsWith(kPasswordTooLong));
  EXPECT_THAT(s.Call(UserAdd("alice", password), s.WithToken("x")), FailsWith(kPasswordTooLong));
  EXPECT_THAT(s.Call(ChangePassword("nobody", password)), FailsWith(kPasswordTooLong));
}

TEST(AuthUser, OneWithoutPasswordCannotLogIn) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));
  auto with_one = UserAddWithoutPassword("bob");
  with_one.set_password("b");
  *s.Call(with_one);
  s.Enable();

  EXPECT_THAT(s.Call(Login("alice", "")), FailsWith(kNoPasswordUser));
  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kNoPasswordUser));
  EXPECT_THAT(s.Call(Login("bob", "b")), FailsWith(kNoPasswordUser));
}

TEST(AuthUser, OneWithoutPasswordStaysSo) {
  AuthScratch s;
  *s.Call(UserAddWithoutPassword("alice"));

  EXPECT_THAT(s.Call(ChangePassword("alice", "a")), IsOk());
  s.Enable();
  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kNoPasswordUser));
}

}  // namespace
}  // namespace conformance
