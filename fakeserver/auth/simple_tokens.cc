#include "fakeserver/auth/simple_tokens.h"

#include <algorithm>

namespace fakeetcd {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr int kLettersPerToken = 16;
constexpr size_t kSweepMin = 64;

}  // namespace

std::string SimpleTokens::Assign(std::string_view user, uint64_t raft_index,
                                 const std::function<uint64_t()>& random, TimePoint now) {
  // Tokens that run out unused are never asked for again: they go when they are half of all.
  if (tokens_.size() > std::max(2 * swept_at_, kSweepMin)) {
    absl::erase_if(tokens_, [&](const auto& entry) { return entry.second.expiry < now; });
    swept_at_ = tokens_.size();
  }
  std::string token;
  do {
    token.clear();
    for (int i = 0; i < kLettersPerToken; ++i) token += kLetters[random() % kLetters.size()];
    token += '.' + std::to_string(raft_index);
  } while (tokens_.contains(token));
  tokens_[token] = {std::string(user), now + ttl_};
  return token;
}

const std::string* SimpleTokens::Use(std::string_view token, TimePoint now) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return nullptr;
  if (found->second.expiry < now) {
    tokens_.erase(found);
    return nullptr;
  }
  found->second.expiry = now + ttl_;
  return &found->second.user;
}

void SimpleTokens::Invalidate(std::string_view user) {
  absl::erase_if(tokens_, [&](const auto& entry) { return entry.second.user == user; });
}

}  // namespace fakeetcd
