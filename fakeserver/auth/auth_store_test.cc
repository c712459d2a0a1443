#include "fakeserver/auth/auth_store.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

using testing::ElementsAre;

const std::string kFromKey(1, '\0');

class AuthStoreTest : public testing::Test {
 protected:
  static Permission Read(const std::string& key, const std::string& end = "") {
    return {PermissionType::kRead, key, end};
  }
  static Permission Write(const std::string& key, const std::string& end = "") {
    return {PermissionType::kWrite, key, end};
  }

  // Root, and alice with the role that has these permissions.
  void EnableWith(const std::vector<Permission>& permissions) {
    ASSERT_TRUE(store_.AddUser("root", "", false).ok());
    ASSERT_TRUE(store_.GrantRole("root", "root").ok());
    ASSERT_TRUE(store_.AddUser("alice", "", false).ok());
    ASSERT_TRUE(store_.AddRole("role").ok());
    ASSERT_TRUE(store_.GrantRole("alice", "role").ok());
    for (const Permission& permission : permissions) {
      ASSERT_TRUE(store_.GrantPermission("role", permission).ok());
    }
    ASSERT_TRUE(store_.Enable().ok());
  }
  Caller By(const std::string& user) const { return {user, store_.revision()}; }

  const Behavior behavior_ = *Behavior::Parse("3.6");
  AuthStore store_{behavior_, std::chrono::minutes(5)};
};

TEST_F(AuthStoreTest, NeedsARootToBeTurnedOn) {
  EXPECT_EQ(store_.Enable(), error::RootUserNotExist());
  ASSERT_TRUE(store_.AddUser("root", "", false).ok());
  EXPECT_EQ(store_.Enable(), error::RootRoleNotExist());
  ASSERT_TRUE(store_.GrantRole("root", "root").ok());
  EXPECT_TRUE(store_.Enable().ok());
  EXPECT_TRUE(store_.enabled());
}

TEST_F(AuthStoreTest, EveryChangeCountsAndNothingElse) {
  EXPECT_EQ(store_.revision(), 1u);
  EnableWith({Read("a")});
  EXPECT_EQ(store_.revision(), 7u);

  EXPECT_TRUE(store_.GrantRole("alice", "role").ok());
  EXPECT_TRUE(store_.Enable().ok());
  EXPECT_FALSE(store_.AddUser("alice", "", false).ok());
  EXPECT_EQ(store_.revision(), 7u);

  EXPECT_TRUE(store_.GrantPermission("role", Read("a")).ok());
  EXPECT_EQ(store_.revision(), 8u);
  store_.Disable();
  store_.Disable();
  EXPECT_EQ(store_.revision(), 9u);
}

TEST_F(AuthStoreTest, PermissionsOfAllRolesCountTogether) {
  EnableWith({Read("a", "m"), Write("w")});
  ASSERT_TRUE(store_.AddRole("more").ok());
  ASSERT_TRUE(store_.GrantPermission("more", Read("m", kFromKey)).ok());

  EXPECT_EQ(store_.CheckRead(By("alice"), "a", "z"), error::PermissionDenied());
  ASSERT_TRUE(store_.GrantRole("alice", "more").ok());
  EXPECT_TRUE(store_.CheckRead(By("alice"), "a", "z").ok());
  EXPECT_TRUE(store_.CheckRead(By("alice"), "b", kFromKey).ok());
  EXPECT_EQ(store_.CheckWrite(By("alice"), "a", ""), error::PermissionDenied());
  EXPECT_TRUE(store_.CheckWrite(By("alice"), "w", "").ok());
  ASSERT_TRUE(store_.DeleteRole("more").ok());
  EXPECT_EQ(store_.CheckRead(By("alice"), "a", "z"), error::PermissionDenied());
}

TEST_F(AuthStoreTest, WhoCallsDecidesWhatIsWrong) {
  EnableWith({Read("a")});

  EXPECT_EQ(store_.CheckRead({}, "a", ""), error::UserEmpty());
  EXPECT_EQ(store_.CheckRead({"alice", 1}, "a", ""), error::AuthOldRevision());
  EXPECT_EQ(store_.CheckRead(By("nobody"), "a", ""), error::PermissionDenied());
  EXPECT_EQ(store_.CheckAdmin({}), error::UserEmpty());
  EXPECT_EQ(store_.CheckAdmin(By("nobody")), error::UserNotFound());
  EXPECT_EQ(store_.CheckAdmin(By("alice")), error::PermissionDenied());
  EXPECT_TRUE(store_.CheckAdmin({"root", 1}).ok()) << "for which revision does not matter";
  store_.Disable();
  EXPECT_TRUE(store_.CheckRead({}, "x", "").ok());
  EXPECT_TRUE(store_.CheckAdmin({}).ok());
}

TEST_F(AuthStoreTest, OnlyTheFirstPermissionOfAKeyIsFoundAgain) {
  ASSERT_TRUE(store_.AddRole("role").ok());
  ASSERT_TRUE(store_.GrantPermission("role", Read("a", "b")).ok());
  ASSERT_TRUE(store_.GrantPermission("role", Read("a", "c")).ok());
  ASSERT_TRUE(store_.GrantPermission("role", Write("a", "c")).ok());
  ASSERT_TRUE(store_.GrantPermission("role", Write("a", "b")).ok());

  EXPECT_THAT(store_.FindRole("role")->permissions,
              ElementsAre(Write("a", "b"), Read("a", "c"), Write("a", "c")));
  ASSERT_TRUE(store_.RevokePermission("role", "a", "c").ok());
  EXPECT_THAT(store_.FindRole("role")->permissions, ElementsAre(Write("a", "b")));
}

TEST_F(AuthStoreTest, RootCannotBeLostWhileItCounts) {
  EnableWith({});
  ASSERT_TRUE(store_.AddRole("root").ok());

  EXPECT_EQ(store_.DeleteUser("root"), error::InvalidAuthMgmt());
  EXPECT_EQ(store_.RevokeRole("root", "root"), error::InvalidAuthMgmt());
  EXPECT_EQ(store_.DeleteRole("root"), error::InvalidAuthMgmt());
  store_.Disable();
  EXPECT_TRUE(store_.DeleteRole("root").ok());
  EXPECT_EQ(store_.RevokeRole("root", "root"), error::RoleNotGranted());
  EXPECT_TRUE(store_.DeleteUser("root").ok());
}

TEST_F(AuthStoreTest, TokensEndWithWhatTheyProve) {
  EnableWith({});
  uint64_t next = 0;
  const auto assign = [&](const char* user) {
    return store_.AssignToken(
        user, 9, [&next] { return ++next; }, TimePoint());
  };
  const std::string alice = assign("alice");
  const std::string root = assign("root");

  EXPECT_EQ(store_.UseToken(alice, TimePoint())->user, "alice");
  ASSERT_TRUE(store_.ChangePassword("alice", "").ok());
  EXPECT_EQ(store_.UseToken(alice, TimePoint()), std::nullopt);
  EXPECT_EQ(store_.UseToken(root, TimePoint())->auth_revision, store_.revision());
  store_.Disable();
  EXPECT_EQ(store_.UseToken(root, TimePoint()), std::nullopt);
}

TEST_F(AuthStoreTest, EntriesAreThoseOfEtcdsBackend) {
  ASSERT_TRUE(store_.AddUser("u", "$2a$hash", false).ok());
  ASSERT_TRUE(store_.AddUser("n", "", true).ok());
  ASSERT_TRUE(store_.AddRole("r").ok());
  ASSERT_TRUE(store_.GrantRole("u", "r").ok());
  ASSERT_TRUE(store_.GrantPermission("r", {PermissionType::kReadWrite, "k", kFromKey}).ok());

  std::vector<std::string> texts;
  for (const auto& entry : store_.Entries()) {
    texts.push_back(entry.bucket + "/" + entry.key + "=" + entry.value);
  }

  EXPECT_THAT(texts,
              ElementsAre(std::string("auth/authRevision=\0\0\0\0\0\0\0\x06", 26),
                          std::string("authRoles/r=\n\x01r\x12\x08\x08\x02\x12\x01k\x1a\x01\0", 25),
                          "authUsers/n=\n\x01n\"\x02\x08\x01",
                          std::string("authUsers/u=\n\x01u\x12\x08$2a$hash\x1a\x01r\"\0", 30)));
}

TEST_F(AuthStoreTest, WhatIsLoadedIsWhatWasListed) {
  EnableWith({Read("a", "m"), Write("w")});
  AuthStore other(behavior_, std::chrono::minutes(5));

  ASSERT_TRUE(other.Load(store_.Entries()).ok());

  EXPECT_TRUE(other.enabled());
  EXPECT_EQ(other.revision(), store_.revision());
  EXPECT_TRUE(other.CheckRead(By("alice"), "b", "c").ok());
  EXPECT_EQ(other.CheckWrite(By("alice"), "b", ""), error::PermissionDenied());
  const auto listed = store_.Entries();
  const auto again = other.Entries();
  ASSERT_EQ(again.size(), listed.size());
  for (size_t i = 0; i < listed.size(); ++i) EXPECT_EQ(again[i].value, listed[i].value);
}

TEST_F(AuthStoreTest, WhatIsNoEntryChangesNothing) {
  ASSERT_TRUE(store_.AddUser("u", "", false).ok());

  EXPECT_FALSE(store_.Load({{"authUsers", "v", "\x0a\x09v"}}).ok());
  EXPECT_FALSE(store_.Load({{"authRoles", "r", "\xff"}}).ok());
  EXPECT_FALSE(store_.Load({{"auth", "authRevision", "1"}}).ok());

  EXPECT_THAT(store_.UserNames(), ElementsAre("u"));
}

}  // namespace
}  // namespace fakeetcd
