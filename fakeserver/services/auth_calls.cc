#include "fakeserver/services/auth_calls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"

#include "fakeserver/auth/bcrypt.h"
#include "fakeserver/base/errors.h"
#include "fakeserver/services/jwt.h"

namespace fakeetcd {
namespace {

constexpr std::string_view kRootRole = "root";

// base64 as Go's StdEncoding reads it: padded, and with nothing else in it but line ends.
std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return c == '\r' || c == '\n'; });
  const auto foreign = [](char c) {
    return !absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/' && c != '=';
  };
  std::string bytes;
  if (packed.size() % 4 != 0 || std::any_of(packed.begin(), packed.end(), foreign) ||
      !absl::Base64Unescape(packed, &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

AuthCalls::Revision AuthCalls::AsAdmin(const Envelope& envelope, const Change& change) {
  const auto caller = dispatcher_.AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return dispatcher_.engine().Auth([&](AuthStore& auth) {
    absl::Status status = auth.CheckAdmin(*caller);
    return status.ok() ? change(auth) : status;
  });
}

AuthCalls::Revision AuthCalls::Enable(const Envelope& envelope) {
  return AsAdmin(envelope, [](AuthStore& auth) { return auth.Enable(); });
}

AuthCalls::Revision AuthCalls::Disable(const Envelope& envelope) {
  return AsAdmin(envelope, [](AuthStore& auth) {
    auth.Disable();
    return absl::OkStatus();
  });
}

AuthCalls::Revision AuthCalls::Status(const Envelope& envelope, State& state) {
  const auto look = [&](AuthStore& auth) {
    state = {.enabled = auth.enabled(), .auth_revision = auth.revision()};
    return absl::OkStatus();
  };
  if (behavior_.auth_status_needs_admin) return AsAdmin(envelope, look);
  const auto caller = dispatcher_.AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return dispatcher_.engine().Auth(look);
}

AuthCalls::Revision AuthCalls::Authenticate(const Credentials& credentials,
                                            const Envelope& envelope, std::string& token) {
  Engine& engine = dispatcher_.engine();
  while (true) {
    const auto login = engine.AuthFindLogin(credentials.user);
    if (!login.ok()) return login.status();
    if (!BcryptMatches(credentials.password, login->password_hash)) return error::AuthFailed();
    if (behavior_.authenticate_checks_token) {
      if (auto caller = dispatcher_.AuthenticateProposal(envelope); !caller.ok()) {
        return caller.status();
      }
    }
    const bool simple = dispatcher_.auth_options().tokens == AuthOptions::Tokens::kSimple;
    const auto session = engine.AuthOpenSession(
        credentials.user, simple ? Engine::SessionToken::kSimple : Engine::SessionToken::kNone);
    if (!session.ok()) return session.status();
    // What was looked at to check the password may have changed meanwhile.
    if (session->auth_revision != login->auth_revision) continue;
    absl::StatusOr<std::string> given =
        simple ? session->token : Sign({credentials.user, session->auth_revision});
    if (!given.ok()) return given.status();
    token = *std::move(given);
    return session->revision;
  }
}

absl::StatusOr<std::string> AuthCalls::Sign(const Caller& caller) {
  const AuthOptions& options = dispatcher_.auth_options();
  if (options.tokens != AuthOptions::Tokens::kJwt) return error::AuthFailed();
  return options.jwt->Sign(caller, dispatcher_.engine().time_of_day());
}

absl::StatusOr<std::string> AuthCalls::Hash(const std::string& password) {
  if (behavior_.long_password_is_refused && password.size() > kBcryptPasswordMax) {
    return error::PasswordTooLong();
  }
  return BcryptHash(password, dispatcher_.auth_options().bcrypt_cost,
                    dispatcher_.engine().AuthSalt(kBcryptSaltBytes));
}

AuthCalls::Revision AuthCalls::AddUser(const NewUser& user, const Envelope& envelope) {
  const auto hash = user.no_password ? std::string() : Hash(user.password);
  if (!hash.ok() && behavior_.passwords_are_hashed_by_the_api) return hash.status();
  return AsAdmin(envelope, [&](AuthStore& auth) {
    if (!hash.ok()) return hash.status();
    return auth.AddUser(user.name, *hash, user.no_password);
  });
}

AuthCalls::Revision AuthCalls::DeleteUser(std::string_view name, const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) { return auth.DeleteUser(name); });
}

AuthCalls::Revision AuthCalls::ChangePassword(const NewPassword& request,
                                              const Envelope& envelope) {
  absl::StatusOr<std::string> hash = error::NoPasswordUser();
  if (!request.password.empty() || !behavior_.passwords_are_hashed_by_the_api) {
    hash = Hash(request.password);
    if (!hash.ok() && behavior_.passwords_are_hashed_by_the_api) return hash.status();
  } else if (auto given = DecodeBase64(request.hash)) {
    hash = *std::move(given);
  }
  return AsAdmin(envelope, [&](AuthStore& auth) {
    const User* user = auth.FindUser(request.user);
    const bool unused = user == nullptr || user->no_password;
    if (!hash.ok() && !unused) return hash.status();
    return auth.ChangePassword(request.user, hash.value_or(""));
  });
}

AuthCalls::Revision AuthCalls::GetUser(std::string_view name, const Envelope& envelope,
                                       std::vector<std::string>& roles) {
  const auto caller = dispatcher_.AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return dispatcher_.engine().Auth([&](AuthStore& auth) -> absl::Status {
    // Everybody may look at itself.
    auto status = auth.CheckAdmin(*caller);
    if (!status.ok() && name != caller->user) return status;
    const User* user = auth.FindUser(name);
    if (user == nullptr) return error::UserNotFound();
    roles = user->roles;
    return absl::OkStatus();
  });
}

AuthCalls::Revision AuthCalls::ListUsers(const Envelope& envelope,
                                         std::vector<std::string>& names) {
  return AsAdmin(envelope, [&](AuthStore& auth) {
    names = auth.UserNames();
    return absl::OkStatus();
  });
}

AuthCalls::Revision AuthCalls::GrantRole(const RoleOfUser& grant, const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) { return auth.GrantRole(grant.user, grant.role); });
}

AuthCalls::Revision AuthCalls::RevokeRole(const RoleOfUser& grant, const Envelope& envelope) {
  return AsAdmin(envelope,
                 [&](AuthStore& auth) { return auth.RevokeRole(grant.user, grant.role); });
}

AuthCalls::Revision AuthCalls::AddRole(std::string_view name, const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) { return auth.AddRole(name); });
}

AuthCalls::Revision AuthCalls::DeleteRole(std::string_view name, const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) { return auth.DeleteRole(name); });
}

AuthCalls::Revision AuthCalls::GetRole(std::string_view name, const Envelope& envelope,
                                       std::vector<Permission>& permissions) {
  const auto caller = dispatcher_.AuthenticateProposal(envelope);
  if (!caller.ok()) return caller.status();
  return dispatcher_.engine().Auth([&](AuthStore& auth) -> absl::Status {
    // Everybody may look at the roles it has.
    if (auto status = auth.CheckAdmin(*caller); !status.ok()) {
      const User* user = auth.FindUser(caller->user);
      if (user == nullptr || std::count(user->roles.begin(), user->roles.end(), name) == 0) {
        return status;
      }
    }
    const Role* role = auth.FindRole(name);
    if (role == nullptr) return error::RoleNotFound();
    permissions = role->permissions;
    if (name == kRootRole && behavior_.role_get_shows_root_role_as_all) {
      permissions = {{PermissionType::kReadWrite, "", std::string(1, '\0')}};
    }
    return absl::OkStatus();
  });
}

AuthCalls::Revision AuthCalls::ListRoles(const Envelope& envelope,
                                         std::vector<std::string>& names) {
  return AsAdmin(envelope, [&](AuthStore& auth) {
    names = auth.RoleNames();
    return absl::OkStatus();
  });
}

AuthCalls::Revision AuthCalls::GrantPermission(std::string_view role, const Permission* permission,
                                               const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) {
    if (permission == nullptr) return error::PermissionNotGiven();
    return auth.GrantPermission(role, *permission);
  });
}

AuthCalls::Revision AuthCalls::RevokePermission(std::string_view role, const Permission& permission,
                                                const Envelope& envelope) {
  return AsAdmin(envelope, [&](AuthStore& auth) {
    return auth.RevokePermission(role, permission.key, permission.range_end);
  });
}

}  // namespace fakeetcd
