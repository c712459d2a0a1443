#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/call.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

enum class PermissionType { kRead = 0, kWrite = 1, kReadWrite = 2 };

/// One right of a role. A call needs a single permission, or several that touch, over all its keys.
struct Permission {
  PermissionType type = PermissionType::kRead;
  KeyRange range = {};

  friend bool operator==(const Permission&, const Permission&) = default;
};

/// The answer to a call that changes users, roles, or whether they count.
struct AuthResponse {
  ResponseHeader header = {};

  friend bool operator==(const AuthResponse&, const AuthResponse&) = default;
};

struct AuthStatusResponse {
  ResponseHeader header = {};
  bool enabled = false;
  uint64_t auth_revision = 0;  // grows with every change of users and roles

  friend bool operator==(const AuthStatusResponse&, const AuthStatusResponse&) = default;
};

struct AuthenticateRequest {
  std::string name = {};
  std::string password = {};

  friend bool operator==(const AuthenticateRequest&, const AuthenticateRequest&) = default;
};

struct AuthenticateResponse {
  ResponseHeader header = {};
  std::string token = {};  // what later calls carry as the metadata `token`

  friend bool operator==(const AuthenticateResponse&, const AuthenticateResponse&) = default;
};

struct UserAddRequest {
  std::string name = {};
  std::string password = {};
  /// Known by the common name of a client certificate alone; it cannot Authenticate.
  bool no_password = false;

  friend bool operator==(const UserAddRequest&, const UserAddRequest&) = default;
};

struct UserRequest {
  std::string name = {};

  friend bool operator==(const UserRequest&, const UserRequest&) = default;
};

struct UserGetResponse {
  ResponseHeader header = {};
  std::vector<std::string> roles = {};

  friend bool operator==(const UserGetResponse&, const UserGetResponse&) = default;
};

struct UserListResponse {
  ResponseHeader header = {};
  std::vector<std::string> users = {};

  friend bool operator==(const UserListResponse&, const UserListResponse&) = default;
};

struct UserChangePasswordRequest {
  std::string name = {};
  std::string password = {};

  friend bool operator==(const UserChangePasswordRequest&,
                         const UserChangePasswordRequest&) = default;
};

struct UserRoleRequest {
  std::string user = {};
  std::string role = {};

  friend bool operator==(const UserRoleRequest&, const UserRoleRequest&) = default;
};

struct RoleRequest {
  std::string role = {};

  friend bool operator==(const RoleRequest&, const RoleRequest&) = default;
};

struct RoleGetResponse {
  ResponseHeader header = {};
  std::vector<Permission> permissions = {};

  friend bool operator==(const RoleGetResponse&, const RoleGetResponse&) = default;
};

struct RoleListResponse {
  ResponseHeader header = {};
  std::vector<std::string> roles = {};

  friend bool operator==(const RoleListResponse&, const RoleListResponse&) = default;
};

struct RoleGrantPermissionRequest {
  std::string role = {};
  Permission permission = {};

  friend bool operator==(const RoleGrantPermissionRequest&,
                         const RoleGrantPermissionRequest&) = default;
};

struct RoleRevokePermissionRequest {
  std::string role = {};
  KeyRange range = {};

  friend bool operator==(const RoleRevokePermissionRequest&,
                         const RoleRevokePermissionRequest&) = default;
};

using AuthenticateParams = Params<AuthenticateRequest>;
using UserAddParams = Params<UserAddRequest>;
using UserParams = Params<UserRequest>;
using UserChangePasswordParams = Params<UserChangePasswordRequest>;
using UserRoleParams = Params<UserRoleRequest>;
using RoleParams = Params<RoleRequest>;
using RoleGrantPermissionParams = Params<RoleGrantPermissionRequest>;
using RoleRevokePermissionParams = Params<RoleRevokePermissionRequest>;

/// The RPCs of etcd's service Auth, as a Connection has them; see there.
class AuthService {
 public:
  virtual ~AuthService() = default;

  virtual Result<AuthResponse> AuthEnable(CallParams params) = 0;
  virtual Result<AuthResponse> AuthDisable(CallParams params) = 0;
  virtual Result<AuthStatusResponse> AuthStatus(CallParams params) = 0;
  virtual Result<AuthenticateResponse> Authenticate(AuthenticateParams params) = 0;

  virtual Result<AuthResponse> UserAdd(UserAddParams params) = 0;
  virtual Result<UserGetResponse> UserGet(UserParams params) = 0;
  virtual Result<UserListResponse> UserList(CallParams params) = 0;
  virtual Result<AuthResponse> UserDelete(UserParams params) = 0;
  virtual Result<AuthResponse> UserChangePassword(UserChangePasswordParams params) = 0;
  virtual Result<AuthResponse> UserGrantRole(UserRoleParams params) = 0;
  virtual Result<AuthResponse> UserRevokeRole(UserRoleParams params) = 0;

  virtual Result<AuthResponse> RoleAdd(RoleParams params) = 0;
  virtual Result<RoleGetResponse> RoleGet(RoleParams params) = 0;
  virtual Result<RoleListResponse> RoleList(CallParams params) = 0;
  virtual Result<AuthResponse> RoleDelete(RoleParams params) = 0;
  virtual Result<AuthResponse> RoleGrantPermission(RoleGrantPermissionParams params) = 0;
  virtual Result<AuthResponse> RoleRevokePermission(RoleRevokePermissionParams params) = 0;

  virtual void AsyncAuthEnable(CallParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncAuthDisable(CallParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncAuthStatus(CallParams params, Callback<AuthStatusResponse> done) = 0;
  virtual void AsyncAuthenticate(AuthenticateParams params,
                                 Callback<AuthenticateResponse> done) = 0;

  virtual void AsyncUserAdd(UserAddParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncUserGet(UserParams params, Callback<UserGetResponse> done) = 0;
  virtual void AsyncUserList(CallParams params, Callback<UserListResponse> done) = 0;
  virtual void AsyncUserDelete(UserParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncUserChangePassword(UserChangePasswordParams params,
                                       Callback<AuthResponse> done) = 0;
  virtual void AsyncUserGrantRole(UserRoleParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncUserRevokeRole(UserRoleParams params, Callback<AuthResponse> done) = 0;

  virtual void AsyncRoleAdd(RoleParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncRoleGet(RoleParams params, Callback<RoleGetResponse> done) = 0;
  virtual void AsyncRoleList(CallParams params, Callback<RoleListResponse> done) = 0;
  virtual void AsyncRoleDelete(RoleParams params, Callback<AuthResponse> done) = 0;
  virtual void AsyncRoleGrantPermission(RoleGrantPermissionParams params,
                                        Callback<AuthResponse> done) = 0;
  virtual void AsyncRoleRevokePermission(RoleRevokePermissionParams params,
                                         Callback<AuthResponse> done) = 0;
};

/// Users, roles, and whether they count: Client::auth(). Thread-safe.
///
///   client.auth().AddRole("reader");
///   client.auth().GrantPermission("reader", PermissionType::kRead, KeyRange::Prefix("jobs/"));
///   client.auth().AddUser("alice", "secret");
///   client.auth().GrantRole("alice", "reader");
///
/// While authentication is on all but Authenticate and GetStatus ask for the role root.
class Auth {
 public:
  explicit Auth(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  /// Fails with Reason::kRootUserMissing or kRootRoleMissing where nobody could turn it off again.
  Result<AuthResponse> Enable(const CallOptions& call = {});
  Result<AuthResponse> Disable(const CallOptions& call = {});
  /// Since etcd 3.5.
  Result<AuthStatusResponse> GetStatus(const CallOptions& call = {});
  /// A client that has Options::credentials need not call it: it logs in by itself.
  Result<AuthenticateResponse> Authenticate(std::string_view name, std::string_view password,
                                            const CallOptions& call = {});

  Result<AuthResponse> AddUser(std::string_view name, std::string_view password,
                               const CallOptions& call = {});
  /// A user known by the common name of its client certificate alone.
  Result<AuthResponse> AddUserWithoutPassword(std::string_view name, const CallOptions& call = {});
  Result<UserGetResponse> GetUser(std::string_view name, const CallOptions& call = {});
  Result<UserListResponse> ListUsers(const CallOptions& call = {});
  Result<AuthResponse> DeleteUser(std::string_view name, const CallOptions& call = {});
  Result<AuthResponse> ChangePassword(std::string_view name, std::string_view password,
                                      const CallOptions& call = {});
  Result<AuthResponse> GrantRole(std::string_view user, std::string_view role,
                                 const CallOptions& call = {});
  Result<AuthResponse> RevokeRole(std::string_view user, std::string_view role,
                                  const CallOptions& call = {});

  Result<AuthResponse> AddRole(std::string_view role, const CallOptions& call = {});
  Result<RoleGetResponse> GetRole(std::string_view role, const CallOptions& call = {});
  Result<RoleListResponse> ListRoles(const CallOptions& call = {});
  Result<AuthResponse> DeleteRole(std::string_view role, const CallOptions& call = {});
  Result<AuthResponse> GrantPermission(std::string_view role, PermissionType type, KeyRange range,
                                       const CallOptions& call = {});
  /// Takes back what was granted over exactly this range.
  Result<AuthResponse> RevokePermission(std::string_view role, KeyRange range,
                                        const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
