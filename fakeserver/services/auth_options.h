#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

class JwtTokens;

/// How users prove who they are; etcd's flags.
struct AuthOptions {
  enum class Tokens { kNone, kSimple, kJwt };

  Tokens tokens = Tokens::kSimple;
  std::shared_ptr<const JwtTokens> jwt = nullptr;  // of kJwt
  int bcrypt_cost = 10;
  /// A certificate's common name is a user's name; --client-cert-auth.
  bool common_name_is_user = false;

  /// Takes the value of --auth-token: "simple", "" for no tokens at all, or
  /// "jwt,sign-method=RS256,priv-key=FILE,...". Fails in etcd's words.
  absl::Status SetTokens(std::string_view flag, const Behavior& behavior);
};

}  // namespace fakeetcd
