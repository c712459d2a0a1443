#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fakeetcd {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// A request of HTTP/1, with all of its body.
struct HttpRequest {
  std::string method;
  std::string path;   // decoded: "/v3/kv/range"
  std::string query;  // undecoded, without the question mark
  std::vector<HttpHeader> headers;
  std::string body;
  /// Why the body ends before its end, in Go's words; empty for a whole one.
  std::string body_error;
  /// Over TLS; then who showed a certificate that was verified is named in `common_name`.
  bool secure = false;
  std::string common_name;
  /// Where nothing is served but how the server is.
  bool metrics_only = false;

  /// The first header of that name, in any case; "" where there is none.
  std::string_view Header(std::string_view name) const;
};

/// An answer of known length.
struct HttpReply {
  int status = 200;
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  std::vector<HttpHeader> trailers = {};
  bool chunked = false;  // even if it is short
};

/// A request that is to be answered: by Reply, or by Begin, any number of Write, and End. Whoever
/// takes it must come to Reply or End, also after the client is gone. Reply to End may be called on
/// any thread.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  virtual HttpRequest& request() = 0;
  /// Headers that the answer gets besides its own.
  virtual void AddHeaders(std::vector<HttpHeader> headers) = 0;
  /// Has `gone` called when the client goes away before it is answered.
  virtual void OnGone(std::function<void()> gone) = 0;

  virtual void Reply(HttpReply reply) = 0;
  /// The head of an answer whose length nobody knows yet.
  virtual void Begin(HttpReply head) = 0;
  /// `written` is called when the next piece may come; false: nobody reads it any more.
  virtual void Write(std::string piece, std::function<void(bool)> written) = 0;
  virtual void End() = 0;
};

using HttpHandler = std::function<void(const std::shared_ptr<HttpExchange>&)>;

}  // namespace fakeetcd
