#include "conformance/client/auth_corner.h"

#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/target.h"

namespace conformance {

AuthCorner::~AuthCorner() {
  // What root may do can have changed since; a new login sees it.
  if (root_) {
    const etcdpp::Status disabled = As("root").auth().Disable().status();
    EXPECT_TRUE(disabled.ok()) << "authentication is left on: " << disabled;
  }
  etcdpp::Auth auth = client().auth();
  if (const auto users = auth.ListUsers(); users.ok()) {
    for (const std::string& user : users->users) (void)auth.DeleteUser(user);
  }
  if (const auto roles = auth.ListRoles(); roles.ok()) {
    for (const std::string& role : roles->roles) (void)auth.DeleteRole(role);
  }
}

void AuthCorner::AddUser(const std::string& name, const etcdpp::Permission& permission) {
  etcdpp::Auth auth = client().auth();
  Must(auth.AddUser(name, name));
  Must(auth.AddRole(name));
  Must(auth.GrantRole(name, name));
  Must(auth.GrantPermission(name, permission.type, permission.range));
}

void AuthCorner::Enable() {
  etcdpp::Auth auth = client().auth();
  Must(auth.AddUser("root", "root"));
  Must(auth.GrantRole("root", "root"));
  ForgetUsersWritten(Wire());
  Must(auth.Enable());
  root_ = As("root");
}

etcdpp::Client AuthCorner::As(const std::string& user, const std::string& password) const {
  etcdpp::Options options;
  options.endpoints = {target().endpoint};
  options.credentials = etcdpp::Credentials{user, password, ""};
  return etcdpp::Client(options);
}

}  // namespace conformance
