#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakeserver/http/gateway.h"
#include "fakeserver/http/health.h"
#include "fakeserver/http/http_message.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// Whom a server answers over HTTP, and with what; etcd's flags of the same names.
struct HttpOptions {
  std::vector<std::string> cors = {"*"};
  std::vector<std::string> host_whitelist = {"*"};
  bool enable_grpc_gateway = true;
};

/// All that etcd serves over HTTP/1, by path. Thread-safe.
class Router {
 public:
  Router(Dispatcher& dispatcher, Gateway& gateway, HttpOptions options);

  void Serve(const std::shared_ptr<HttpExchange>& exchange);
  /// Whether the answer to a request depends on its body.
  bool NeedsBody(const HttpRequest& request) const;

 private:
  /// What comes before any path: who may ask at all. Fills in CORS's headers.
  bool Admit(const HttpRequest& request, HttpReply* refusal) const;
  std::vector<HttpHeader> CorsHeaders(const HttpRequest& request) const;
  HttpReply Answer(const HttpRequest& request);
  HttpReply AnswerOfMetrics(const HttpRequest& request);
  HttpReply Version() const;

  Dispatcher& dispatcher_;
  Gateway& gateway_;
  const HttpOptions options_;
  Health health_;
};

}  // namespace fakeetcd
