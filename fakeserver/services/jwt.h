#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/auth/caller.h"
#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// Signs and checks JSON Web Tokens that say who calls; etcd's `--auth-token jwt`. Unlike simple
/// tokens nobody remembers them: one is good until it runs out, whatever becomes of its user.
/// Thread-safe.
class JwtTokens {
 public:
  /// What follows `jwt,` in the flag: sign-method, pub-key, priv-key and ttl. Reads the keys. Fails
  /// in etcd's words; unknown options are ignored.
  static absl::StatusOr<std::shared_ptr<const JwtTokens>> Make(
      const std::map<std::string, std::string>& options, const Behavior& behavior);
  ~JwtTokens();

  /// A token of the caller, from `now`, the time since 1970. Fails where only the public key is
  /// known.
  absl::StatusOr<std::string> Sign(const Caller& caller, std::chrono::seconds now) const;
  /// Whose the token is; nullopt when it is none that this server, or one with its key, has signed,
  /// or has run out.
  std::optional<Caller> Verify(std::string_view token, std::chrono::seconds now) const;

 private:
  struct Method;
  struct Keys;
  JwtTokens(const Method& method, std::unique_ptr<const Keys> keys, std::chrono::seconds ttl);

  static const Method* FindMethod(std::string_view name, const Behavior& behavior);
  static absl::StatusOr<std::unique_ptr<const Keys>> LoadKeys(
      const Method& method, const std::map<std::string, std::string>& options);

  const Method& method_;
  const std::unique_ptr<const Keys> keys_;
  const std::chrono::seconds ttl_;
};

}  // namespace fakeetcd
