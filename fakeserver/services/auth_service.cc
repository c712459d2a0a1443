#include "fakeserver/services/auth_service.h"

#include <string>
#include <utility>
#include <vector>

#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

Permission ToEngine(const etcdpp_proto::authpb::Permission& permission) {
  return {static_cast<PermissionType>(permission.permtype()), permission.key(),
          permission.range_end()};
}

}  // namespace

template <typename Request, typename Response, typename Handler>
AuthService::Reactor* AuthService::Answer(Context* context, const Bytes* request, Bytes* response,
                                          const Handler& handler) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<Request>(
      dispatcher_, call, [&](const Request& message) -> absl::StatusOr<grpc::ByteBuffer> {
        Response answer;
        const AuthCalls::Revision revision =
            handler(message, EnvelopeOf(dispatcher_, call, message), answer);
        if (!revision.ok()) return revision.status();
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

AuthService::Reactor* AuthService::AuthEnable(Context* context, const Bytes* request,
                                              Bytes* response) {
  return Answer<pb::AuthEnableRequest, pb::AuthEnableResponse>(
      context, request, response,
      [this](const pb::AuthEnableRequest& /*message*/, const Envelope& envelope,
             pb::AuthEnableResponse& /*answer*/) { return calls_.Enable(envelope); });
}

AuthService::Reactor* AuthService::AuthDisable(Context* context, const Bytes* request,
                                               Bytes* response) {
  return Answer<pb::AuthDisableRequest, pb::AuthDisableResponse>(
      context, request, response,
      [this](const pb::AuthDisableRequest& /*message*/, const Envelope& envelope,
             pb::AuthDisableResponse& /*answer*/) { return calls_.Disable(envelope); });
}

AuthService::Reactor* AuthService::AuthStatus(Context* context, const Bytes* request,
                                              Bytes* response) {
  if (!dispatcher_.behavior().has_auth_status) {
    return RefuseUnary(dispatcher_, {context, request, response}, "/etcdserverpb.Auth/AuthStatus");
  }
  return Answer<pb::AuthStatusRequest, pb::AuthStatusResponse>(
      context, request, response,
      [this](const pb::AuthStatusRequest& /*message*/, const Envelope& envelope,
             pb::AuthStatusResponse& answer) {
        AuthCalls::State state;
        const auto revision = calls_.Status(envelope, state);
        answer.set_enabled(state.enabled);
        answer.set_authrevision(state.auth_revision);
        return revision;
      });
}

AuthService::Reactor* AuthService::Authenticate(Context* context, const Bytes* request,
                                                Bytes* response) {
  return Answer<pb::AuthenticateRequest, pb::AuthenticateResponse>(
      context, request, response,
      [this](const pb::AuthenticateRequest& message, const Envelope& envelope,
             pb::AuthenticateResponse& answer) {
        return calls_.Authenticate({message.name(), message.password()}, envelope,
                                   *answer.mutable_token());
      });
}

AuthService::Reactor* AuthService::UserAdd(Context* context, const Bytes* request,
                                           Bytes* response) {
  return Answer<pb::AuthUserAddRequest, pb::AuthUserAddResponse>(
      context, request, response,
      [this](const pb::AuthUserAddRequest& message, const Envelope& envelope,
             pb::AuthUserAddResponse& /*answer*/) {
        return calls_.AddUser({message.name(), message.password(), message.options().no_password()},
                              envelope);
      });
}

AuthService::Reactor* AuthService::UserGet(Context* context, const Bytes* request,
                                           Bytes* response) {
  return Answer<pb::AuthUserGetRequest, pb::AuthUserGetResponse>(
      context, request, response,
      [this](const pb::AuthUserGetRequest& message, const Envelope& envelope,
             pb::AuthUserGetResponse& answer) {
        std::vector<std::string> roles;
        const auto revision = calls_.GetUser(message.name(), envelope, roles);
        for (std::string& role : roles) *answer.add_roles() = std::move(role);
        return revision;
      });
}

AuthService::Reactor* AuthService::UserList(Context* context, const Bytes* request,
                                            Bytes* response) {
  return Answer<pb::AuthUserListRequest, pb::AuthUserListResponse>(
      context, request, response,
      [this](const pb::AuthUserListRequest& /*message*/, const Envelope& envelope,
             pb::AuthUserListResponse& answer) {
        std::vector<std::string> users;
        const auto revision = calls_.ListUsers(envelope, users);
        for (std::string& user : users) *answer.add_users() = std::move(user);
        return revision;
      });
}

AuthService::Reactor* AuthService::UserDelete(Context* context, const Bytes* request,
                                              Bytes* response) {
  return Answer<pb::AuthUserDeleteRequest, pb::AuthUserDeleteResponse>(
      context, request, response,
      [this](const pb::AuthUserDeleteRequest& message, const Envelope& envelope,
             pb::AuthUserDeleteResponse& /*answer*/) {
        return calls_.DeleteUser(message.name(), envelope);
      });
}

AuthService::Reactor* AuthService::UserChangePassword(Context* context, const Bytes* request,
                                                      Bytes* response) {
  return Answer<pb::AuthUserChangePasswordRequest, pb::AuthUserChangePasswordResponse>(
      context, request, response,
      [this](const pb::AuthUserChangePasswordRequest& message, const Envelope& envelope,
             pb::AuthUserChangePasswordResponse& /*answer*/) {
        return calls_.ChangePassword({message.name(), message.password(), message.hashedpassword()},
                                     envelope);
      });
}

AuthService::Reactor* AuthService::UserGrantRole(Context* context, const Bytes* request,
                                                 Bytes* response) {
  return Answer<pb::AuthUserGrantRoleRequest, pb::AuthUserGrantRoleResponse>(
      context, request, response,
      [this](const pb::AuthUserGrantRoleRequest& message, const Envelope& envelope,
             pb::AuthUserGrantRoleResponse& /*answer*/) {
        return calls_.GrantRole({message.user(), message.role()}, envelope);
      });
}

AuthService::Reactor* AuthService::UserRevokeRole(Context* context, const Bytes* request,
                                                  Bytes* response) {
  return Answer<pb::AuthUserRevokeRoleRequest, pb::AuthUserRevokeRoleResponse>(
      context, request, response,
      [this](const pb::AuthUserRevokeRoleRequest& message, const Envelope& envelope,
             pb::AuthUserRevokeRoleResponse& /*answer*/) {
        return calls_.RevokeRole({message.name(), message.role()}, envelope);
      });
}

AuthService::Reactor* AuthService::RoleAdd(Context* context, const Bytes* request,
                                           Bytes* response) {
  return Answer<pb::AuthRoleAddRequest, pb::AuthRoleAddResponse>(
      context, request, response,
      [this](const pb::AuthRoleAddRequest& message, const Envelope& envelope,
             pb::AuthRoleAddResponse& /*answer*/) {
        return calls_.AddRole(message.name(), envelope);
      });
}

AuthService::Reactor* AuthService::RoleGet(Context* context, const Bytes* request,
                                           Bytes* response) {
  return Answer<pb::AuthRoleGetRequest, pb::AuthRoleGetResponse>(
      context, request, response,
      [this](const pb::AuthRoleGetRequest& message, const Envelope& envelope,
             pb::AuthRoleGetResponse& answer) {
        std::vector<Permission> permissions;
        const auto revision = calls_.GetRole(message.role(), envelope, permissions);
        for (Permission& permission : permissions) {
          auto& added = *answer.add_perm();
          added.set_permtype(static_cast<etcdpp_proto::authpb::Permission::Type>(permission.type));
          added.set_key(std::move(permission.key));
          added.set_range_end(std::move(permission.range_end));
        }
        return revision;
      });
}

AuthService::Reactor* AuthService::RoleList(Context* context, const Bytes* request,
                                            Bytes* response) {
  return Answer<pb::AuthRoleListRequest, pb::AuthRoleListResponse>(
      context, request, response,
      [this](const pb::AuthRoleListRequest& /*message*/, const Envelope& envelope,
             pb::AuthRoleListResponse& answer) {
        std::vector<std::string> roles;
        const auto revision = calls_.ListRoles(envelope, roles);
        for (std::string& role : roles) *answer.add_roles() = std::move(role);
        return revision;
      });
}

AuthService::Reactor* AuthService::RoleDelete(Context* context, const Bytes* request,
                                              Bytes* response) {
  return Answer<pb::AuthRoleDeleteRequest, pb::AuthRoleDeleteResponse>(
      context, request, response,
      [this](const pb::AuthRoleDeleteRequest& message, const Envelope& envelope,
             pb::AuthRoleDeleteResponse& /*answer*/) {
        return calls_.DeleteRole(message.role(), envelope);
      });
}

AuthService::Reactor* AuthService::RoleGrantPermission(Context* context, const Bytes* request,
                                                       Bytes* response) {
  return Answer<pb::AuthRoleGrantPermissionRequest, pb::AuthRoleGrantPermissionResponse>(
      context, request, response,
      [this](const pb::AuthRoleGrantPermissionRequest& message, const Envelope& envelope,
             pb::AuthRoleGrantPermissionResponse& /*answer*/) {
        const Permission permission = ToEngine(message.perm());
        const auto revision = calls_.GrantPermission(
            message.name(), message.has_perm() ? &permission : nullptr, envelope);
        return revision;
      });
}

AuthService::Reactor* AuthService::RoleRevokePermission(Context* context, const Bytes* request,
                                                        Bytes* response) {
  return Answer<pb::AuthRoleRevokePermissionRequest, pb::AuthRoleRevokePermissionResponse>(
      context, request, response,
      [this](const pb::AuthRoleRevokePermissionRequest& message, const Envelope& envelope,
             pb::AuthRoleRevokePermissionResponse& /*answer*/) {
        return calls_.RevokePermission(
            message.role(), {.key = message.key(), .range_end = message.range_end()}, envelope);
      });
}

}  // namespace fakeetcd
