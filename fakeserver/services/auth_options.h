#pragma once

namespace fakeetcd {

/// How users prove who they are; etcd's flags.
struct AuthOptions {
  int bcrypt_cost = 10;
  /// A certificate's common name is a user's name; --client-cert-auth.
  bool common_name_is_user = false;
};

}  // namespace fakeetcd
