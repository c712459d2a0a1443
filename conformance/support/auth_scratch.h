#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/support/scratch.h"

namespace conformance {

/// Permissions as requests have them.
constexpr auto kRead = etcdpp_proto::authpb::Permission::READ;
constexpr auto kWrite = etcdpp_proto::authpb::Permission::WRITE;
constexpr auto kReadWrite = etcdpp_proto::authpb::Permission::READWRITE;

// Requests of the Auth service in one expression.
pb::AuthUserAddRequest UserAdd(const std::string& name, const std::string& password);
pb::AuthUserAddRequest UserAddWithoutPassword(const std::string& name);
pb::AuthUserGetRequest UserGet(const std::string& name);
pb::AuthUserDeleteRequest UserDelete(const std::string& name);
pb::AuthUserChangePasswordRequest ChangePassword(const std::string& name,
                                                 const std::string& password);
pb::AuthUserGrantRoleRequest GrantRole(const std::string& user, const std::string& role);
pb::AuthUserRevokeRoleRequest RevokeRole(const std::string& user, const std::string& role);
pb::AuthRoleAddRequest RoleAdd(const std::string& role);
pb::AuthRoleGetRequest RoleGet(const std::string& role);
pb::AuthRoleDeleteRequest RoleDelete(const std::string& role);
pb::AuthRoleGrantPermissionRequest Grant(const std::string& role,
                                         etcdpp_proto::authpb::Permission::Type type,
                                         const std::string& key, const std::string& range_end = "");
pb::AuthRoleRevokePermissionRequest Revoke(const std::string& role, const std::string& key,
                                           const std::string& range_end = "");
pb::AuthenticateRequest Login(const std::string& name, const std::string& password);

/// Has etcd 3.5 forget what it wrote of users before. Of a user it may otherwise read a record that
/// is not the last one, of root one without its role, while another user's change waits to be
/// committed: a look at its buffer of writes goes past the end (server/mvcc/backend/tx_buffer.go,
/// bucketBuffer.Range; etcd's ebf461a, which came with 3.6). REQUIRES: authentication is off.
void ForgetUsersWritten(const Wire& wire);

/// A Scratch for cases about users: turns authentication off and removes the users and roles that
/// there are when the case ends, however it ends. The server must have none before.
///
///   AuthScratch s;
///   s.AddUser("alice", {{kRead, "a", "b"}});     // and a role of the same name, in the corner
///   s.Enable();                                  // with a user root
///   EXPECT_THAT(s.Call(Range(s("a")), s.As("alice")), IsOk());
///
/// While authentication is on, the calls by name of Scratch fail; those here are made by root.
class AuthScratch : public Scratch {
 public:
  explicit AuthScratch(Where where = Where::kAnywhere) : Scratch(where) {}
  ~AuthScratch();

  /// A permission over names of the corner; an end of "\0" is the corner's.
  struct Permission {
    etcdpp_proto::authpb::Permission::Type type;
    std::string name;
    std::string end = {};
  };
  /// A user whose password is its name, with a role of the same name that has the permissions.
  void AddUser(const std::string& name, const std::vector<Permission>& permissions = {});
  /// Turns authentication on, with the user root, whose password is "root".
  void Enable();

  /// A call with the user's token, which it logs in for at the first time.
  CallOptions As(const std::string& user);
  CallOptions AsRoot() { return As("root"); }
  /// A call with this token.
  static CallOptions WithToken(const std::string& token);
  /// A new token. Ends the case if the user cannot log in with its name for a password.
  std::string TokenOf(const std::string& user) const;

  /// The rights of a role as text: "READ a..c".
  std::vector<std::string> PermissionsOf(const std::string& role);

 private:
  std::map<std::string, std::string> tokens_;  // by user
};

}  // namespace conformance
