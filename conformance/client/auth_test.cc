// Users, roles and who may do what, as a program sees them.
#include "etcdpp/auth.h"

#include <string>

#include <gmock/gmock.h>

#include "conformance/client/auth_corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using etcdpp::KeyRange;
using etcdpp::Permission;
using etcdpp::PermissionType;
using etcdpp::Reason;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(ClientAuth, UsersComeAndGo) {
  AuthCorner c;
  etcdpp::Auth auth = c.client().auth();
  EXPECT_NE(Must(auth.AddUser("alice", "a")).header.member_id, 0U);
  Must(auth.AddUserWithoutPassword("bob"));
  EXPECT_THAT(Must(auth.ListUsers()).users, UnorderedElementsAre("alice", "bob"));
  EXPECT_THAT(Must(auth.GetUser("alice")).roles, IsEmpty());
  EXPECT_EQ(auth.AddUser("alice", "b").status().reason(), Reason::kUserExists);
  Must(auth.DeleteUser("alice"));
  EXPECT_EQ(auth.GetUser("alice").status().reason(), Reason::kUserNotFound);
  EXPECT_THAT(Must(auth.ListUsers()).users, ElementsAre("bob"));
}

TEST(ClientAuth, AUserMayHaveRoles) {
  AuthCorner c;
  etcdpp::Auth auth = c.client().auth();
  Must(auth.AddUser("alice", "a"));
  Must(auth.AddRole("reader"));
  Must(auth.AddRole("writer"));
  Must(auth.GrantRole("alice", "reader"));
  Must(auth.GrantRole("alice", "writer"));
  EXPECT_THAT(Must(auth.GetUser("alice")).roles, ElementsAre("reader", "writer"));
  Must(auth.RevokeRole("alice", "reader"));
  EXPECT_THAT(Must(auth.GetUser("alice")).roles, ElementsAre("writer"));
  EXPECT_EQ(auth.RevokeRole("alice", "reader").status().reason(), Reason::kRoleNotGranted);
  EXPECT_EQ(auth.GrantRole("alice", "nobody").status().reason(), Reason::kRoleNotFound);
}

TEST(ClientAuth, ARoleMayHavePermissions) {
  AuthCorner c;
  etcdpp::Auth auth = c.client().auth();
  Must(auth.AddRole("r"));
  EXPECT_THAT(Must(auth.ListRoles()).roles, ElementsAre("r"));
  const KeyRange ranges[] = {KeyRange::Key("a"), KeyRange::HalfOpen("b", "c"), KeyRange::From("d")};
  for (const KeyRange& range : ranges) {
    Must(auth.GrantPermission("r", PermissionType::kReadWrite, range));
  }
  EXPECT_THAT(Must(auth.GetRole("r")).permissions,
              ElementsAre(Permission{PermissionType::kReadWrite, ranges[0]},
                          Permission{PermissionType::kReadWrite, ranges[1]},
                          Permission{PermissionType::kReadWrite, ranges[2]}));
  for (const KeyRange& range : ranges) Must(auth.RevokePermission("r", range));
  EXPECT_THAT(Must(auth.GetRole("r")).permissions, IsEmpty());
  EXPECT_EQ(auth.RevokePermission("r", "a").status().reason(), Reason::kPermissionNotGranted);
  Must(auth.DeleteRole("r"));
  EXPECT_EQ(auth.GetRole("r").status().reason(), Reason::kRoleNotFound);
}

TEST(ClientAuth, IsNotEnabledWithoutARoot) {
  AuthCorner c;
  etcdpp::Auth auth = c.client().auth();
  EXPECT_EQ(auth.Enable().status().reason(), Reason::kRootUserMissing);
  Must(auth.AddUser("root", "root"));
  EXPECT_EQ(auth.Enable().status().reason(), Reason::kRootRoleMissing);
  EXPECT_EQ(auth.Authenticate("root", "root").status().reason(), Reason::kAuthNotEnabled);
}

TEST(ClientAuth, TellsWhetherItIsOn) {
  if (!target().version.AtLeast(3, 5)) GTEST_SKIP() << "AuthStatus came with 3.5";
  AuthCorner c;
  const auto before = Must(c.client().auth().GetStatus());
  EXPECT_FALSE(before.enabled);
  c.Enable();
  const auto after = Must(c.root().auth().GetStatus());
  EXPECT_TRUE(after.enabled);
  EXPECT_GT(after.auth_revision, before.auth_revision);
}

TEST(ClientAuth, WhatIsAllowedIsAllowedToThoseWhoHaveTheRole) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kRead, c.All("in/")});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  EXPECT_TRUE(alice.Get(c("in/a")).ok());
  EXPECT_TRUE(alice.Range(c.All("in/")).ok());
  EXPECT_EQ(alice.Put(c("in/a"), "1").status().reason(), Reason::kPermissionDenied);
  EXPECT_EQ(alice.Get(c("out/a")).status().reason(), Reason::kPermissionDenied);
  EXPECT_EQ(alice.auth().ListUsers().status().reason(), Reason::kPermissionDenied);
}

TEST(ClientAuth, APasswordCanBeChanged) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kRead, c.All()});
  c.Enable();
  Must(c.root().auth().ChangePassword("alice", "new"));
  etcdpp::Auth auth = c.client().auth();
  EXPECT_EQ(auth.Authenticate("alice", "alice").status().reason(), Reason::kAuthFailed);
  EXPECT_FALSE(Must(auth.Authenticate("alice", "new")).token.empty());
}

}  // namespace
}  // namespace conformance
