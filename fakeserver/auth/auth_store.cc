#include "fakeserver/auth/auth_store.h"

#include <algorithm>
#include <utility>

#include "fakeserver/auth/entries.h"
#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"

namespace fakeetcd {
namespace {

constexpr std::string_view kRoot = "root";  // the user, and the role
constexpr std::string_view kFromKey("\0", 1);

bool IsAdmin(const User& user) {
  return std::binary_search(user.roles.begin(), user.roles.end(), kRoot);
}

// auth/range_perm_cache.go, isValidPermissionRange.
bool IsValid(const Permission& permission) {
  return !permission.key.empty() && !KeyRange(permission.key, permission.range_end).empty();
}

template <typename Map>
auto* Find(Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

template <typename Map>
std::vector<std::string> Names(const Map& map) {
  std::vector<std::string> names;
  for (const auto& entry : map) names.push_back(entry.first);
  return names;
}

void Insert(const Permission& permission, IntervalTree& tree) {
  if (permission.range_end.empty()) return tree.InsertPoint(permission.key);
  const bool from_key = permission.range_end == kFromKey;
  tree.Insert(permission.key, from_key ? std::string_view() : permission.range_end);
}

}  // namespace

void AuthStore::Changed() {
  ++revision_;
  permissions_.clear();
}

absl::Status AuthStore::Enable() {
  if (enabled()) return absl::OkStatus();
  const User* root = FindUser(kRoot);
  if (root == nullptr) return error::RootUserNotExist();
  if (!IsAdmin(*root)) return error::RootRoleNotExist();
  enabled_ = true;
  return absl::OkStatus();
}

void AuthStore::Disable() {
  if (!enabled()) return;
  enabled_ = false;
  tokens_.Clear();
  Changed();
}

absl::Status AuthStore::AddUser(std::string_view name, std::string password_hash,
                                bool no_password) {
  if (name.empty()) return error::UserEmpty();
  if (users_.contains(name)) return error::UserAlreadyExist();
  User user{.name = std::string(name), .no_password = no_password};
  if (!no_password) user.password_hash = std::move(password_hash);
  users_.emplace(name, std::move(user));
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::DeleteUser(std::string_view name) {
  if (enabled() && name == kRoot) return error::InvalidAuthMgmt();
  const auto found = users_.find(name);
  if (found == users_.end()) return error::UserNotFound();
  users_.erase(found);
  tokens_.Invalidate(name);
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::ChangePassword(std::string_view name, std::string password_hash) {
  User* user = Find(users_, name);
  if (user == nullptr) return error::UserNotFound();
  const bool none = user->no_password && behavior_.passwords_are_hashed_by_the_api;
  user->password_hash = none ? std::string() : std::move(password_hash);
  tokens_.Invalidate(name);
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::GrantRole(std::string_view user_name, std::string_view role) {
  User* user = Find(users_, user_name);
  if (user == nullptr) return error::UserNotFound();
  // Nobody has to add this one.
  if (role != kRoot && !roles_.contains(role)) return error::RoleNotFound();
  const auto at = std::lower_bound(user->roles.begin(), user->roles.end(), role);
  if (at != user->roles.end() && *at == role) return absl::OkStatus();
  user->roles.emplace(at, role);
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::RevokeRole(std::string_view user_name, std::string_view role) {
  if (enabled() && user_name == kRoot && role == kRoot) return error::InvalidAuthMgmt();
  User* user = Find(users_, user_name);
  if (user == nullptr) return error::UserNotFound();
  if (std::erase(user->roles, role) == 0) return error::RoleNotGranted();
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::AddRole(std::string_view name) {
  if (name.empty()) return error::RoleEmpty();
  if (roles_.contains(name)) return error::RoleAlreadyExist();
  roles_.emplace(name, Role{.name = std::string(name), .permissions = {}});
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::DeleteRole(std::string_view name) {
  if (enabled() && name == kRoot) return error::InvalidAuthMgmt();
  const auto found = roles_.find(name);
  if (found == roles_.end()) return error::RoleNotFound();
  roles_.erase(found);
  for (auto& entry : users_) std::erase(entry.second.roles, name);
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::GrantPermission(std::string_view role_name, const Permission& permission) {
  if (behavior_.permission_range_is_checked && !IsValid(permission)) {
    return error::InvalidAuthMgmt();
  }
  Role* role = Find(roles_, role_name);
  if (role == nullptr) return error::RoleNotFound();
  const auto before = [](const Permission& a, const Permission& b) { return a.key < b.key; };
  auto& stored = role->permissions;
  const auto at = std::lower_bound(stored.begin(), stored.end(), permission, before);
  // Only the first of several of the same key is found again.
  const bool found =
      at != stored.end() && at->key == permission.key && at->range_end == permission.range_end;
  if (found) {
    at->type = permission.type;
  } else {
    stored.push_back(permission);
    std::stable_sort(stored.begin(), stored.end(), before);
  }
  Changed();
  return absl::OkStatus();
}

absl::Status AuthStore::RevokePermission(std::string_view role_name, std::string_view key,
                                         std::string_view range_end) {
  Role* role = Find(roles_, role_name);
  if (role == nullptr) return error::RoleNotFound();
  const size_t revoked = std::erase_if(role->permissions, [&](const Permission& permission) {
    return permission.key == key && permission.range_end == range_end;
  });
  if (revoked == 0) return error::PermissionNotGranted();
  Changed();
  return absl::OkStatus();
}

const User* AuthStore::FindUser(std::string_view name) const { return Find(users_, name); }

const Role* AuthStore::FindRole(std::string_view name) const { return Find(roles_, name); }

std::vector<std::string> AuthStore::UserNames() const { return Names(users_); }

std::vector<std::string> AuthStore::RoleNames() const { return Names(roles_); }

absl::StatusOr<std::string> AuthStore::PasswordHashOf(std::string_view name) const {
  if (!enabled()) return error::AuthNotEnabled();
  const User* user = FindUser(name);
  if (user == nullptr) return error::AuthFailed();
  if (user->no_password) return error::NoPasswordUser();
  return user->password_hash;
}

std::optional<Caller> AuthStore::UseToken(std::string_view token, TimePoint now) {
  const std::string* user = tokens_.Use(token, now);
  if (user == nullptr) return std::nullopt;
  return Caller{.user = *user, .auth_revision = revision_};
}

absl::Status AuthStore::CheckAdmin(const Caller& caller) const {
  if (!enabled()) return absl::OkStatus();
  if (caller.user.empty()) return error::UserEmpty();
  const User* user = FindUser(caller.user);
  if (user == nullptr) return error::UserNotFound();
  return IsAdmin(*user) ? absl::OkStatus() : error::PermissionDenied();
}

absl::Status AuthStore::CheckAccess(const Caller& caller, std::string_view key,
                                    std::string_view range_end,
                                    IntervalTree Permissions::*kind) const {
  if (!enabled()) return absl::OkStatus();
  if (caller.nobody()) return error::UserEmpty();
  if (caller.auth_revision < revision_) return error::AuthOldRevision();
  const User* user = FindUser(caller.user);
  if (user == nullptr) return error::PermissionDenied();
  if (IsAdmin(*user)) return absl::OkStatus();
  const IntervalTree& granted = PermissionsOf(*user).*kind;
  const bool allowed =
      range_end.empty()
          ? granted.Holds(key)
          : granted.Covers(key, range_end == kFromKey ? std::string_view() : range_end);
  return allowed ? absl::OkStatus() : error::PermissionDenied();
}

const AuthStore::Permissions& AuthStore::PermissionsOf(const User& user) const {
  const auto order = behavior_.permissions_lie_by_end ? IntervalTree::Order::kByEnd
                                                      : IntervalTree::Order::kInserted;
  const auto [entry, made] = permissions_.try_emplace(user.name, order);
  Permissions& permissions = entry->second;
  if (!made) return permissions;
  for (const std::string& name : user.roles) {
    const Role* role = FindRole(name);
    if (role == nullptr) continue;
    for (const Permission& permission : role->permissions) {
      const bool both = permission.type == PermissionType::kReadWrite;
      if (both || permission.type == PermissionType::kRead) Insert(permission, permissions.read);
      if (both || permission.type == PermissionType::kWrite) Insert(permission, permissions.write);
    }
  }
  return permissions;
}

std::vector<AuthStore::Entry> AuthStore::Entries() const {
  std::vector<Entry> entries;
  if (enabled_) entries.push_back({kAuthBucket, kAuthEnabledKey, EncodeFlag(*enabled_)});
  entries.push_back({kAuthBucket, kAuthRevisionKey, EncodeRevision(revision_)});
  for (const auto& [name, role] : roles_) {
    entries.push_back({kAuthRolesBucket, name, EncodeRole(role)});
  }
  for (const auto& [name, user] : users_) {
    entries.push_back({kAuthUsersBucket, name, EncodeUser(user)});
  }
  return entries;
}

absl::Status AuthStore::Load(const std::vector<Entry>& entries) {
  AuthStore loaded(behavior_, token_ttl_);
  const auto damaged = [](const Entry& entry) {
    return absl::DataLossError("bucket " + entry.bucket + ": the value of \"" + entry.key +
                               "\" is not what etcd stores");
  };
  for (const Entry& entry : entries) {
    if (entry.bucket == kAuthUsersBucket) {
      auto user = DecodeUser(entry.value);
      if (!user) return damaged(entry);
      loaded.users_[entry.key] = *std::move(user);
    } else if (entry.bucket == kAuthRolesBucket) {
      auto role = DecodeRole(entry.value);
      if (!role) return damaged(entry);
      loaded.roles_[entry.key] = *std::move(role);
    } else if (entry.bucket == kAuthBucket && entry.key == kAuthEnabledKey) {
      loaded.enabled_ = entry.value == EncodeFlag(true);
    } else if (entry.bucket == kAuthBucket && entry.key == kAuthRevisionKey) {
      const auto revision = DecodeRevision(entry.value);
      if (!revision) return damaged(entry);
      loaded.revision_ = std::max<uint64_t>(*revision, 1);
    }
  }
  enabled_ = loaded.enabled_;
  revision_ = loaded.revision_;
  users_ = std::move(loaded.users_);
  roles_ = std::move(loaded.roles_);
  permissions_.clear();
  tokens_.Clear();
  return absl::OkStatus();
}

}  // namespace fakeetcd
