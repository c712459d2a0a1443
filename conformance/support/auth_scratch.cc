#include "conformance/support/auth_scratch.h"

#include "conformance/target.h"

namespace conformance {

pb::AuthUserAddRequest UserAdd(const std::string& name, const std::string& password) {
  pb::AuthUserAddRequest request;
  request.set_name(name);
  request.set_password(password);
  return request;
}

pb::AuthUserAddRequest UserAddWithoutPassword(const std::string& name) {
  pb::AuthUserAddRequest request = UserAdd(name, "");
  request.mutable_options()->set_no_password(true);
  return request;
}

pb::AuthUserGetRequest UserGet(const std::string& name) {
  pb::AuthUserGetRequest request;
  request.set_name(name);
  return request;
}

pb::AuthUserDeleteRequest UserDelete(const std::string& name) {
  pb::AuthUserDeleteRequest request;
  request.set_name(name);
  return request;
}

pb::AuthUserChangePasswordRequest ChangePassword(const std::string& name,
                                                 const std::string& password) {
  pb::AuthUserChangePasswordRequest request;
  request.set_name(name);
  request.set_password(password);
  return request;
}

pb::AuthUserGrantRoleRequest GrantRole(const std::string& user, const std::string& role) {
  pb::AuthUserGrantRoleRequest request;
  request.set_user(user);
  request.set_role(role);
  return request;
}

pb::AuthUserRevokeRoleRequest RevokeRole(const std::string& user, const std::string& role) {
  pb::AuthUserRevokeRoleRequest request;
  request.set_name(user);
  request.set_role(role);
  return request;
}

pb::AuthRoleAddRequest RoleAdd(const std::string& role) {
  pb::AuthRoleAddRequest request;
  request.set_name(role);
  return request;
}

pb::AuthRoleGetRequest RoleGet(const std::string& role) {
  pb::AuthRoleGetRequest request;
  request.set_role(role);
  return request;
}

pb::AuthRoleDeleteRequest RoleDelete(const std::string& role) {
  pb::AuthRoleDeleteRequest request;
  request.set_role(role);
  return request;
}

pb::AuthRoleGrantPermissionRequest Grant(const std::string& role,
                                         etcdpp_proto::authpb::Permission::Type type,
                                         const std::string& key, const std::string& range_end) {
  pb::AuthRoleGrantPermissionRequest request;
  request.set_name(role);
  request.mutable_perm()->set_permtype(type);
  request.mutable_perm()->set_key(key);
  request.mutable_perm()->set_range_end(range_end);
  return request;
}

pb::AuthRoleRevokePermissionRequest Revoke(const std::string& role, const std::string& key,
                                           const std::string& range_end) {
  pb::AuthRoleRevokePermissionRequest request;
  request.set_role(role);
  request.set_key(key);
  request.set_range_end(range_end);
  return request;
}

pb::AuthenticateRequest Login(const std::string& name, const std::string& password) {
  pb::AuthenticateRequest request;
  request.set_name(name);
  request.set_password(password);
  return request;
}

// What deletes is committed at once, with all that waits; a commit lets go of the buffer of what it
// has nothing of.
void ForgetUsersWritten(const Wire& wire) {
  const Version& version = target().version;
  if (!version.AtLeast(3, 5) || version.AtLeast(3, 6)) return;
  for (int commits = 0; commits < 2; ++commits) {
    *wire.Call(LeaseRevoke(wire.Call(LeaseGrant(600))->id()));
  }
}

AuthScratch::~AuthScratch() {
  // What root is may have changed since; a new token works where it can be had.
  CallOptions root;
  const auto login = Call(Login("root", "root"));
  if (login.status.ok()) root = WithToken(login.message.token());
  if (!login.status.ok() && tokens_.contains("root")) root = WithToken(tokens_["root"]);
  static_cast<void>(Call(pb::AuthDisableRequest(), root));
  const auto users = Call(pb::AuthUserListRequest());
  for (const std::string& user : users.message.users()) static_cast<void>(Call(UserDelete(user)));
  const auto roles = Call(pb::AuthRoleListRequest());
  for (const std::string& role : roles.message.roles()) static_cast<void>(Call(RoleDelete(role)));
}

void AuthScratch::AddUser(const std::string& name, const std::vector<Permission>& permissions) {
  *Call(UserAdd(name, name));
  *Call(RoleAdd(name));
  *Call(GrantRole(name, name));
  for (const Permission& permission : permissions) {
    std::string range_end;
    if (!permission.end.empty()) {
      range_end = permission.end == kZeroByte ? end() : (*this)(permission.end);
    }
    *Call(conformance::Grant(name, permission.type, (*this)(permission.name), range_end));
  }
}

void AuthScratch::Enable() {
  *Call(UserAdd("root", "root"));
  *Call(GrantRole("root", "root"));
  ForgetUsersWritten(*this);
  *Call(pb::AuthEnableRequest());
  tokens_["root"] = TokenOf("root");
}

CallOptions AuthScratch::As(const std::string& user) {
  std::string& token = tokens_[user];
  if (token.empty()) token = TokenOf(user);
  return WithToken(token);
}

CallOptions AuthScratch::WithToken(const std::string& token) {
  return {.metadata = {{"token", token}}};
}

std::string AuthScratch::TokenOf(const std::string& user) const {
  return Call(Login(user, user))->token();
}

std::vector<std::string> AuthScratch::PermissionsOf(const std::string& role) {
  std::vector<std::string> texts;
  const auto got = Call(RoleGet(role), tokens_.contains("root") ? AsRoot() : CallOptions());
  for (const auto& permission : got->perm()) {
    std::string text = etcdpp_proto::authpb::Permission::Type_Name(permission.permtype());
    if (text.empty()) text = std::to_string(permission.permtype());
    text += " " + Name(permission.key());
    if (!permission.range_end().empty()) text += ".." + Name(permission.range_end());
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace conformance
