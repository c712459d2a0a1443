#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fakeserver/base/clock.h"
#include "fakeserver/base/text_hash.h"

namespace fakeetcd {

/// The tokens that users were given and whose they are; etcd's `--auth-token simple`.
///
/// A token runs out when it was not used for the TTL. Time is an argument. Not thread-safe: the
/// engine's lock guards it.
class SimpleTokens {
 public:
  explicit SimpleTokens(Duration ttl) : ttl_(ttl) {}

  /// A new token of `user`: sixteen letters, chosen by `random`, and the raft index.
  std::string Assign(std::string_view user, uint64_t raft_index,
                     const std::function<uint64_t()>& random, TimePoint now);

  /// Whose the token is, null when it is nobody's or has run out; it then has its whole TTL again.
  /// Valid until the tokens change.
  const std::string* Use(std::string_view token, TimePoint now);

  /// Forgets all tokens of `user`.
  void Invalidate(std::string_view user);
  void Clear() { tokens_.clear(); }

 private:
  struct Token {
    std::string user;
    TimePoint expiry;
  };

  const Duration ttl_;
  TextMap<Token> tokens_;
  size_t swept_at_ = 0;  // how many tokens there were when those run out were last thrown away
};

}  // namespace fakeetcd
