#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "etcdpp/auth.h"
#include "etcdpp/options.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// What a call carries to prove who makes it.
struct Token {
  std::string value;        // empty: the server wants none
  uint64_t generation = 0;  // of the login it came from
};

/// Logs in, once for all the calls that wait for it, when the first of them comes; and again once
/// the server has taken the token for outdated. Thread-safe; calls nobody while it holds its lock.
class TokenSource {
 public:
  /// Starts a login; tells the token.
  using Login = std::function<void(AuthenticateRequest, std::function<void(Result<std::string>)>)>;
  using Ready = std::function<void(Result<Token>)>;

  /// Takes of the options the credentials.
  explicit TokenSource(const Options& options);

  /// Whether calls need a token at all.
  bool enabled() const { return provider_ != nullptr; }

  /// Whether Get may have the user's provider run, which may take its time.
  bool asks_user() const { return asks_user_; }

  /// The token of the last login, where it is still good as far as is known.
  std::optional<Token> Current() const;

  /// Tells `ready` the token: at once where there is one, else when the login is over that is under
  /// way, or that `login` starts. REQUIRES: enabled().
  void Get(const Login& login, Ready ready);

  /// Whether a call with this token, refused like this, may succeed with another one, for which the
  /// next Get then logs in.
  bool Outdated(const Token& token, const Status& refusal);

 private:
  Result<Credentials> Ask() const noexcept { return provider_(); }
  void OnLogin(Result<std::string> token);

  CredentialsProvider provider_;
  bool asks_user_ = false;
  bool renewable_ = true;  // false: a token that was given, and is all there is

  mutable std::mutex mu_;       // guards what follows
  std::optional<Token> token_;  // null: to be fetched
  bool fetching_ = false;
  std::vector<Ready> waiting_;
  uint64_t generation_ = 0;
};

}  // namespace etcdpp
