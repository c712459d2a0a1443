#include "client/src/token_source.h"

#include <utility>

namespace etcdpp {

TokenSource::TokenSource(const Options& options)
    : provider_(options.credentials_provider), asks_user_(provider_ != nullptr) {
  if (provider_ != nullptr || !options.credentials) return;
  provider_ = [credentials = *options.credentials] { return Result<Credentials>(credentials); };
  renewable_ = options.credentials->token.empty();
}

std::optional<Token> TokenSource::Current() const {
  const std::lock_guard lock(mu_);
  return token_;
}

void TokenSource::Get(const Login& login, Ready ready) {
  std::unique_lock lock(mu_);
  if (token_) {
    const Token token = *token_;
    lock.unlock();
    return ready(token);
  }
  waiting_.push_back(std::move(ready));
  if (std::exchange(fetching_, true)) return;
  lock.unlock();
  auto credentials = Ask();
  if (!credentials.ok()) return OnLogin(credentials.status());
  if (!credentials->token.empty()) return OnLogin(std::move(credentials->token));
  login({std::move(credentials->user), std::move(credentials->password)},
        [this](Result<std::string> token) { OnLogin(std::move(token)); });
}

void TokenSource::OnLogin(Result<std::string> token) {
  // A server that asks nobody who they are: its calls need no token.
  if (token.status().reason() == Reason::kAuthNotEnabled) token = std::string();
  std::vector<Ready> waiting;
  Result<Token> result = token.ok() ? Result<Token>(Token()) : Result<Token>(token.status());
  {
    const std::lock_guard lock(mu_);
    fetching_ = false;
    waiting.swap(waiting_);
    if (token.ok()) {
      token_ = Token{*std::move(token), ++generation_};
      result = *token_;
    }
  }
  for (const Ready& ready : waiting) ready(result);
}

bool TokenSource::Outdated(const Token& token, const Status& refusal) {
  switch (refusal.reason()) {
    case Reason::kInvalidAuthToken:
    case Reason::kAuthOldRevision:
    case Reason::kUserEmpty:  // of a call without a token, to a server that wants one by now
      break;
    default:
      return false;
  }
  if (!enabled() || !renewable_ || token.generation == 0) return false;
  const std::lock_guard lock(mu_);
  if (token_ && token_->generation == token.generation) token_.reset();
  return true;
}

}  // namespace etcdpp
