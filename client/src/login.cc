// How a connection logs in: with a call of its own, which needs no token.
#include <memory>
#include <utility>

#include "client/src/invoke.h"
#include "client/src/methods.h"
#include "client/src/transport.h"

namespace etcdpp {

TokenSource::Login LoginOver(Transport& transport) {
  return [&transport](AuthenticateRequest request, std::function<void(Result<std::string>)> done) {
    Async(transport, kAuthenticate, ToProto(std::move(request)), CallOptions(),
          Callback<AuthenticateResponse>(
              [done = std::move(done)](Result<AuthenticateResponse> answer) {
                if (!answer.ok()) return done(answer.status());
                done(std::move(answer->token));
              }));
  };
}

void StartLogin(Transport& transport, TokenSource::Ready ready) {
  if (!transport.tokens.asks_user()) {
    return transport.tokens.Get(LoginOver(transport), std::move(ready));
  }
  transport.logins.RunAt(transport.logins.Now(), [&transport, ready = std::move(ready)] {
    transport.tokens.Get(LoginOver(transport), ready);
  });
}

}  // namespace etcdpp
