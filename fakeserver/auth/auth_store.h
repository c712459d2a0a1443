#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/auth/caller.h"
#include "fakeserver/auth/interval_tree.h"
#include "fakeserver/auth/simple_tokens.h"
#include "fakeserver/auth/users.h"
#include "fakeserver/base/clock.h"
#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// The users, the roles, what they may do, and whether anybody asks; etcd's authStore.
///
/// Every change counts the auth revision up by one. Errors are etcd's, in the order of its checks;
/// what a request must not contain where it asks for a change is in the caller's hands, such as
/// whether its maker is an administrator. Not thread-safe: the engine's lock guards it.
class AuthStore {
 public:
  /// One entry of etcd's backend: of the buckets auth, authUsers and authRoles.
  struct Entry {
    std::string bucket;
    std::string key;
    std::string value;
  };

  /// `token_ttl` is of simple tokens.
  AuthStore(const Behavior& behavior, Duration token_ttl)
      : behavior_(behavior), token_ttl_(token_ttl), tokens_(token_ttl) {}

  bool enabled() const { return enabled_.value_or(false); }
  uint64_t revision() const { return revision_; }

  /// Fails with RootUserNotExist or RootRoleNotExist. Nothing happens when it is on already.
  absl::Status Enable();
  void Disable();

  // Users and roles.

  /// Fails with UserEmpty or UserAlreadyExist.
  absl::Status AddUser(std::string_view name, std::string password_hash, bool no_password);
  /// Fails with InvalidAuthMgmt or UserNotFound.
  absl::Status DeleteUser(std::string_view name);
  /// Fails with UserNotFound.
  absl::Status ChangePassword(std::string_view name, std::string password_hash);
  /// Fails with UserNotFound or RoleNotFound.
  absl::Status GrantRole(std::string_view user, std::string_view role);
  /// Fails with InvalidAuthMgmt, UserNotFound or RoleNotGranted.
  absl::Status RevokeRole(std::string_view user, std::string_view role);
  /// Fails with RoleEmpty or RoleAlreadyExist.
  absl::Status AddRole(std::string_view name);
  /// Takes the role from all its users. Fails with InvalidAuthMgmt or RoleNotFound.
  absl::Status DeleteRole(std::string_view name);
  /// Fails with InvalidAuthMgmt or RoleNotFound.
  absl::Status GrantPermission(std::string_view role, const Permission& permission);
  /// Fails with RoleNotFound or PermissionNotGranted.
  absl::Status RevokePermission(std::string_view role, std::string_view key,
                                std::string_view range_end);

  /// The user or role, or null. Valid until the store changes.
  const User* FindUser(std::string_view name) const;
  const Role* FindRole(std::string_view name) const;
  /// Names, ascending.
  std::vector<std::string> UserNames() const;
  std::vector<std::string> RoleNames() const;

  // Proof of who calls.

  /// What a password has to match. Fails with AuthNotEnabled, AuthFailed or NoPasswordUser.
  absl::StatusOr<std::string> PasswordHashOf(std::string_view user) const;
  /// A simple token of `user`. It lasts until the user or its password changes, auth is turned off,
  /// or nobody uses it for a time.
  std::string AssignToken(std::string_view user, uint64_t raft_index,
                          const std::function<uint64_t()>& random, TimePoint now) {
    return tokens_.Assign(user, raft_index, random, now);
  }
  /// Whose the simple token is; nullopt when it is nobody's.
  std::optional<Caller> UseToken(std::string_view token, TimePoint now);
  /// As a server does that starts again.
  void ForgetTokens() { tokens_.Clear(); }

  // What a caller may do. All of it while auth is off.

  /// Fails with UserEmpty, AuthOldRevision or PermissionDenied.
  absl::Status CheckRead(const Caller& caller, std::string_view key,
                         std::string_view range_end) const {
    return CheckAccess(caller, key, range_end, &Permissions::read);
  }
  absl::Status CheckWrite(const Caller& caller, std::string_view key,
                          std::string_view range_end) const {
    return CheckAccess(caller, key, range_end, &Permissions::write);
  }
  /// Fails with UserEmpty, UserNotFound or PermissionDenied.
  absl::Status CheckAdmin(const Caller& caller) const;
  /// Whether the caller is proven by what was given out at another auth revision than this.
  bool IsStale(const Caller& caller) const {
    return !caller.nobody() && caller.auth_revision != revision_;
  }

  // What etcd has of it on disk.

  /// By bucket and then by key, ascending.
  std::vector<Entry> Entries() const;
  /// Takes the place of all there is. Fails where a value is not what etcd stores, and then nothing
  /// has changed. Entries of other buckets are ignored.
  absl::Status Load(const std::vector<Entry>& entries);

 private:
  struct Permissions {
    explicit Permissions(IntervalTree::Order order) : read(order), write(order) {}

    IntervalTree read;
    IntervalTree write;
  };

  absl::Status CheckAccess(const Caller& caller, std::string_view key, std::string_view range_end,
                           IntervalTree Permissions::*kind) const;
  /// Those of all the user's roles together.
  const Permissions& PermissionsOf(const User& user) const;
  void Changed();

  const Behavior& behavior_;
  const Duration token_ttl_;
  SimpleTokens tokens_;
  std::optional<bool> enabled_;  // nothing until it was first turned on
  uint64_t revision_ = 1;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, Role, std::less<>> roles_;
  mutable std::map<std::string, Permissions, std::less<>> permissions_;  // by user, made on demand
};

}  // namespace fakeetcd
