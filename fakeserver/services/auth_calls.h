#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/auth/users.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// The calls of the Auth service. Each returns the revision of the key space, for the header, or
/// fails as etcd's does. Thread-safe.
class AuthCalls {
 public:
  explicit AuthCalls(Dispatcher& dispatcher)
      : dispatcher_(dispatcher), behavior_(dispatcher.behavior()) {}

  using Revision = absl::StatusOr<int64_t>;

  Revision Enable(const Envelope& envelope);
  Revision Disable(const Envelope& envelope);
  struct State {
    bool enabled = false;
    uint64_t auth_revision = 0;
  };
  Revision Status(const Envelope& envelope, State& state);

  struct Credentials {
    std::string user;
    std::string password;
  };
  /// `token` is what the user proves from then on to be itself with.
  Revision Authenticate(const Credentials& credentials, const Envelope& envelope,
                        std::string& token);

  struct NewUser {
    std::string_view name;
    std::string password;
    bool no_password = false;
  };
  Revision AddUser(const NewUser& user, const Envelope& envelope);
  Revision DeleteUser(std::string_view name, const Envelope& envelope);
  struct NewPassword {
    std::string_view user;
    std::string password;
    std::string_view hash;  // in base64, where there is no password
  };
  Revision ChangePassword(const NewPassword& request, const Envelope& envelope);
  Revision GetUser(std::string_view name, const Envelope& envelope,
                   std::vector<std::string>& roles);
  Revision ListUsers(const Envelope& envelope, std::vector<std::string>& names);
  struct RoleOfUser {
    std::string_view user;
    std::string_view role;
  };
  Revision GrantRole(const RoleOfUser& grant, const Envelope& envelope);
  Revision RevokeRole(const RoleOfUser& grant, const Envelope& envelope);

  Revision AddRole(std::string_view name, const Envelope& envelope);
  Revision DeleteRole(std::string_view name, const Envelope& envelope);
  Revision GetRole(std::string_view name, const Envelope& envelope,
                   std::vector<Permission>& permissions);
  Revision ListRoles(const Envelope& envelope, std::vector<std::string>& names);
  /// `permission` may be null, and then is missed.
  Revision GrantPermission(std::string_view role, const Permission* permission,
                           const Envelope& envelope);
  /// The type of `permission` does not count.
  Revision RevokePermission(std::string_view role, const Permission& permission,
                            const Envelope& envelope);

 private:
  using Change = Engine::AuthRequest;

  Revision AsAdmin(const Envelope& envelope, const Change& change);
  absl::StatusOr<std::string> Hash(const std::string& password);
  /// A token that nobody has to remember. Fails where the server gives out none.
  absl::StatusOr<std::string> Sign(const Caller& caller);

  Dispatcher& dispatcher_;
  const Behavior& behavior_;
};

}  // namespace fakeetcd
