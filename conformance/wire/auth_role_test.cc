// Roles: adding, listing and removing them, and the permissions they hold.

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
using Type = etcdpp_proto::authpb::Permission::Type;

bool ChecksRanges() { return target().version.Since({V(3, 4, 25), V(3, 5, 8), V(3, 6, 0)}); }

TEST(AuthRole, AddAnswersWithAFullHeader) {
  AuthScratch s;

  const auto added = s.Call(RoleAdd("r"));

  ASSERT_THAT(added, IsOk());
  EXPECT_THAT(added->header(), IsFullHeader());
  EXPECT_THAT(*added, AtRevision(s.Revision()));
}

TEST(AuthRole, AddWithoutANameFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(RoleAdd("")), FailsWith(kRoleEmpty));
}

TEST(AuthRole, AddOfARoleThatExistsFails) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));

  EXPECT_THAT(s.Call(RoleAdd("r")), FailsWith(kRoleAlreadyExist));
}

TEST(AuthRole, ListIsAscendingByName) {
  AuthScratch s;
  for (const char* name : {"b", "a", "Z", "root", "aa"}) *s.Call(RoleAdd(name));

  const auto list = s.Call(pb::AuthRoleListRequest());

  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->roles(), ElementsAre("Z", "a", "aa", "b", "root"));
  EXPECT_THAT(list->header(), IsFullHeader());
}

TEST(AuthRole, ListOfNoneIsEmpty) {
  AuthScratch s;

  EXPECT_THAT(s.Call(pb::AuthRoleListRequest())->roles(), IsEmpty());
}

TEST(AuthRole, GetOfNoneFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(RoleGet("r")), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(RoleGet("")), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(RoleGet("root")), FailsWith(kRoleNotFound));
}

TEST(AuthRole, GetOfANewOneHasNoPermissions) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));

  const auto got = s.Call(RoleGet("r"));

  ASSERT_THAT(got, IsOk());
  EXPECT_THAT(got->perm(), IsEmpty());
  EXPECT_THAT(got->header(), IsFullHeader());
}

TEST(AuthRole, TheRoleRootShowsItMayDoAllSince36) {
  AuthScratch s;
  *s.Call(RoleAdd("root"));
  *s.Call(Grant("root", kRead, "k"));

  const auto got = s.Call(RoleGet("root"));

  ASSERT_EQ(got->perm_size(), 1);
  const bool all = target().version.AtLeast(3, 6);
  EXPECT_EQ(got->perm(0).permtype(), all ? kReadWrite : kRead);
  EXPECT_EQ(got->perm(0).key(), all ? "" : "k");
  EXPECT_EQ(got->perm(0).range_end(), all ? kZeroByte : "");
}

TEST(AuthRole, DeleteOfNoneFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(RoleDelete("r")), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(RoleDelete("")), FailsWith(kRoleNotFound));
}

TEST(AuthRole, DeleteTakesItFromItsUsers) {
  AuthScratch s;
  s.AddUser("alice");
  s.AddUser("bob");
  *s.Call(GrantRole("bob", "alice"));

  const auto deleted = s.Call(RoleDelete("alice"));

  ASSERT_THAT(deleted, IsOk());
  EXPECT_THAT(deleted->header(), IsFullHeader());
  EXPECT_THAT(s.Call(UserGet("alice"))->roles(), IsEmpty());
  EXPECT_THAT(s.Call(UserGet("bob"))->roles(), ElementsAre("bob"));
}

TEST(AuthRole, RootMayBeDeletedOnlyWhileItDoesNotCount) {
  AuthScratch s;
  *s.Call(RoleAdd("root"));
  s.Enable();

  EXPECT_THAT(s.Call(RoleDelete("root"), s.AsRoot()), FailsWith(kInvalidAuthMgmt));
  *s.Call(pb::AuthDisableRequest(), s.AsRoot());
  EXPECT_THAT(s.Call(RoleDelete("root")), IsOk());
  EXPECT_THAT(s.Call(UserGet("root"))->roles(), IsEmpty());
}

TEST(AuthRole, GrantIsKeptAscendingByKey) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  const auto granted = s.Call(Grant("r", kRead, s("m")));
  *s.Call(Grant("r", kWrite, s("a"), s("c")));
  *s.Call(Grant("r", kReadWrite, s("z"), kZeroByte));

  ASSERT_THAT(granted, IsOk());
  EXPECT_THAT(granted->header(), IsFullHeader());
  EXPECT_THAT(s.PermissionsOf("r"),
              ElementsAre("WRITE a..c", "READ m", "READWRITE z.." + kZeroByte));
}

TEST(AuthRole, GrantToNoRoleFails) {
  AuthScratch s;

  EXPECT_THAT(s.Call(Grant("r", kRead, "k")), FailsWith(kRoleNotFound));
}

TEST(AuthRole, GrantOfTheSameRangeChangesTheType) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));

  *s.Call(Grant("r", kWrite, s("a"), s("c")));

  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("WRITE a..c"));
}

TEST(AuthRole, GrantOfAnotherRangeFromTheSameKeyIsAnother) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));
  *s.Call(Grant("r", kWrite, s("a"), s("d")));

  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("READ a..c", "WRITE a..d"));
}

TEST(AuthRole, OnlyTheFirstRangeFromAKeyCanBeChanged) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));
  *s.Call(Grant("r", kRead, s("a"), s("d")));

  *s.Call(Grant("r", kWrite, s("a"), s("d")));

  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("READ a..c", "READ a..d", "WRITE a..d"));
}

TEST(AuthRole, AnUndefinedTypeIsKept) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));

  ASSERT_THAT(s.Call(Grant("r", static_cast<Type>(7), s("a"))), IsOk());

  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("7 a"));
}

TEST(AuthRole, RangesAreCheckedByNewReleases) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  const Error expected = ChecksRanges() ? kInvalidAuthMgmt : kOk;
  struct RangeCase {
    const char* what;
    std::string key;
    std::string end;
    Error expected;
  };
  const RangeCase cases[] = {
      {"no key", "", "", expected},
      {"no key up to one", "", "b", expected},
      {"all keys, as no key", "", kZeroByte, expected},
      {"inverted", "b", "a", expected},
      {"ends where it begins", "b", "b", expected},
      {"from a key on", "b", kZeroByte, kOk},
      {"all keys", kZeroByte, kZeroByte, kOk},
      {"the smallest range", "b", "b" + kZeroByte, kOk},
  };
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_THAT(s.Call(Grant("r", kRead, c.key, c.end)), EndsAs(c.expected));
  }
}

TEST(AuthRole, ARangeIsCheckedBeforeTheRole) {
  if (!ChecksRanges()) GTEST_SKIP() << "since 3.4.25 and 3.5.8";
  AuthScratch s;

  EXPECT_THAT(s.Call(Grant("nothing", kRead, "b", "a")), FailsWith(kInvalidAuthMgmt));
}

TEST(AuthRole, GrantWithoutAPermissionFails) {
  // Older ones crash.
  if (!target().version.Since({V(3, 4, 25), V(3, 5, 0)})) GTEST_SKIP() << "since 3.4.25";
  AuthScratch s;
  pb::AuthRoleGrantPermissionRequest request;
  request.set_name("nothing");

  EXPECT_THAT(s.Call(request), FailsWith(kPermissionNotGiven));
}

TEST(AuthRole, RevokeTakesTheRangeAway) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));
  *s.Call(Grant("r", kRead, s("a")));

  const auto revoked = s.Call(Revoke("r", s("a"), s("c")));

  ASSERT_THAT(revoked, IsOk());
  EXPECT_THAT(revoked->header(), IsFullHeader());
  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("READ a"));
}

TEST(AuthRole, RevokeTakesEveryEntryOfTheRange) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));
  *s.Call(Grant("r", kRead, s("a"), s("d")));
  *s.Call(Grant("r", kWrite, s("a"), s("d")));

  *s.Call(Revoke("r", s("a"), s("d")));

  EXPECT_THAT(s.PermissionsOf("r"), ElementsAre("READ a..c"));
}

TEST(AuthRole, RevokeOfWhatIsNotGrantedFails) {
  AuthScratch s;
  *s.Call(RoleAdd("r"));
  *s.Call(Grant("r", kRead, s("a"), s("c")));

  EXPECT_THAT(s.Call(Revoke("nothing", s("a"), s("c"))), FailsWith(kRoleNotFound));
  EXPECT_THAT(s.Call(Revoke("r", s("a"))), FailsWith(kPermissionNotGranted));
  EXPECT_THAT(s.Call(Revoke("r", s("a"), s("b"))), FailsWith(kPermissionNotGranted));
}

}  // namespace
}  // namespace conformance
