#pragma once

#include <string>
#include <vector>

namespace fakeetcd {

/// What a permission allows; values beyond these can be stored and allow nothing.
enum class PermissionType : int { kRead = 0, kWrite = 1, kReadWrite = 2 };

/// A right over a key or a range of keys, in etcd's pair of `key` and `range_end`.
struct Permission {
  PermissionType type = PermissionType::kRead;
  std::string key;
  std::string range_end;

  bool operator==(const Permission&) const = default;
};

struct Role {
  std::string name;
  std::vector<Permission> permissions;  // ascending by key
};

struct User {
  std::string name;
  std::string password_hash;       // bcrypt; empty: no password is right
  std::vector<std::string> roles;  // ascending
  bool has_options = true;         // false only of users of very old backends
  bool no_password = false;        // known by the certificate's common name alone
};

}  // namespace fakeetcd
