#include "conformance/client/auth_corner.h"

#include <chrono>

#include <gtest/gtest.h>

#include "conformance/target.h"

namespace conformance {

AuthCorner::~AuthCorner() {
  // What root may do can have changed since; a new login sees it.
  if (root_) {
    // etcd 3.5 now and then denies it to root, for a moment after a password was changed.
    const auto until = std::chrono::steady_clock::now() + kPatience;
    etcdpp::Status disabled = As("root").auth().Disable().status();
    while (disabled.reason() == etcdpp::Reason::kPermissionDenied &&
           std::chrono::steady_clock::now() < until) {
      disabled = As("root").auth().Disable().status();
    }
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
