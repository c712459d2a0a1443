#ifndef CONFORMANCE_CLIENT_AUTH_CORNER_H_
#define CONFORMANCE_CLIENT_AUTH_CORNER_H_

#include <optional>
#include <string>

#include "conformance/client/corner.h"

namespace conformance {

/// A Corner for cases about users: turns authentication off and removes the users and roles that
/// there are when the case ends. The server must have none before.
///
///   AuthCorner c;
///   c.AddUser("alice", {etcdpp::PermissionType::kRead, c.All("in/")});
///   c.Enable();                        // with a user root
///   c.As("alice").Get(c("in/a"));
class AuthCorner : public Corner {
 public:
  ~AuthCorner();

  /// A user whose password is its name, with a role of the same name that has the permission.
  void AddUser(const std::string& name, const etcdpp::Permission& permission);
  /// Turns authentication on, with the user root, whose password is "root".
  void Enable();

  /// A client that logs in.
  etcdpp::Client As(const std::string& user) const { return As(user, user); }
  etcdpp::Client As(const std::string& user, const std::string& password) const;
  etcdpp::Client& root() { return *root_; }

 private:
  std::optional<etcdpp::Client> root_;
};

}  // namespace conformance

#endif  // CONFORMANCE_CLIENT_AUTH_CORNER_H_
