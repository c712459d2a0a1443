#include "fakeserver/http/router.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_replace.h"

#include "fakeserver/http/concat.h"
#include "fakeserver/http/http_text.h"
#include "fakeserver/http/metrics.h"

namespace fakeetcd {
namespace {

constexpr std::string_view kGateway = "/v3/";
constexpr std::string_view kOldGateway = "/v3beta/";
constexpr std::string_view kMetrics = "/metrics";

bool IsListed(const std::vector<std::string>& list, std::string_view wanted) {
  return list.empty() || std::ranges::find(list, "*") != list.end() ||
         std::ranges::find(list, wanted) != list.end();
}

// "host" of "host:port"; all of it where there is no port.
std::string_view HostName(std::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return host;
  std::string_view name = host.substr(0, colon);
  if (name.starts_with('[') && name.ends_with(']')) return name.substr(1, name.size() - 2);
  return name.find(':') == std::string_view::npos ? name : host;
}

// embed/serve.go, errCVE20185702.
std::string UnknownHostText(std::string_view host) {
  return Concat(
      "\netcd received your request, but the Host header was unrecognized.\n\n"
      "To fix this, choose one of the following options:\n"
      "- Enable TLS, then any HTTPS request will be allowed.\n"
      "- Add the hostname you want to use to the whitelist in settings.\n"
      "  - e.g. etcd --host-whitelist \"",
      host,
      "\"\n\nThis requirement has been added to help prevent \"DNS Rebinding\" attacks "
      "(CVE-2018-5702).\n");
}

// As Go's ServeMux has it: no "//", "." and "..", and a slash at the end stays.
std::string CleanPath(std::string_view path) {
  std::vector<std::string_view> parts;
  std::string_view rest = path;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string clean;
  for (const std::string_view part : parts) Append(&clean, "/", part);
  if (clean.empty() || path.ends_with('/')) clean += "/";
  return clean;
}

// As a path stands in a URL.
std::string EscapePath(std::string_view path) {
  constexpr std::string_view kPlain = "$&+,/:;=@-_.~!'()*";
  std::string escaped;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte) != 0) || kPlain.find(c) != std::string_view::npos;
    if (plain) {
      escaped.push_back(c);
    } else {
      Append(&escaped, "%", Hex(byte, 2));
    }
  }
  return escaped;
}

HttpReply Redirect(const HttpRequest& request, std::string_view path, bool temporarily) {
  const int status = temporarily ? 307 : 301;
  std::string to = EscapePath(path);
  if (!request.query.empty()) Append(&to, "?", request.query);
  HttpReply reply{.status = status, .headers = {{"Location", to}}};
  if (request.method == "GET" || request.method == "HEAD") {
    reply.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
    const std::string href = absl::StrReplaceAll(
        to, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&#34;"}, {"'", "&#39;"}});
    reply.body = Concat("<a href=\"", href, "\">", StatusText(status), "</a>.\n\n");
  }
  return reply;
}

HttpReply UnknownPath() { return PlainError(404, "404 page not found"); }

HttpReply OnlyGet(const HttpRequest& request, HttpReply reply) {
  if (request.method == "GET") return reply;
  HttpReply refusal = PlainError(405, "Method Not Allowed");
  refusal.headers.push_back({"Allow", "GET"});
  return refusal;
}

}  // namespace

Router::Router(Dispatcher& dispatcher, Gateway& gateway, HttpOptions options)
    : dispatcher_(dispatcher),
      gateway_(gateway),
      options_(std::move(options)),
      health_(dispatcher) {}

bool Router::NeedsBody(const HttpRequest& request) const {
  return request.path.starts_with(kGateway) || request.path.starts_with(kOldGateway);
}

void Router::Serve(const std::shared_ptr<HttpExchange>& exchange) {
  HttpRequest& request = exchange->request();
  if (request.path.starts_with(kOldGateway)) {
    request.path.replace(0, kOldGateway.size(), kGateway);
  }
  if (request.metrics_only) return exchange->Reply(AnswerOfMetrics(request));
  HttpReply refusal;
  if (!Admit(request, &refusal)) return exchange->Reply(std::move(refusal));
  if (request.path == "*") return exchange->Reply({});  // OPTIONS, of the server as a whole
  exchange->AddHeaders(CorsHeaders(request));
  if (request.method == "OPTIONS") return exchange->Reply({});
  const std::string clean = CleanPath(request.path);
  const bool gateway = options_.enable_grpc_gateway;
  if (clean != request.path || (gateway && request.path == "/v3")) {
    const std::string& to = clean != request.path ? clean : std::string(kGateway);
    return exchange->Reply(
        Redirect(request, to, dispatcher_.behavior().http_redirects_temporarily));
  }
  if (gateway && request.path.starts_with(kGateway)) return gateway_.Serve(exchange);
  exchange->Reply(Answer(request));
}

// embed/serve.go, accessController.ServeHTTP.
bool Router::Admit(const HttpRequest& request, HttpReply* refusal) const {
  if (request.secure) {
    const bool named = dispatcher_.auth_options().common_name_is_user &&
                       !request.common_name.empty() && dispatcher_.engine().auth_enabled();
    if (!named || !options_.enable_grpc_gateway || !request.path.starts_with(kGateway)) return true;
    *refusal = PlainError(400,
                          "CommonName of client sending a request against gateway will be ignored "
                          "and not used as expected");
    return false;
  }
  const std::string_view host = HostName(request.Header("Host"));
  if (IsListed(options_.host_whitelist, host)) return true;
  *refusal = PlainError(421, UnknownHostText(host));
  return false;
}

std::vector<HttpHeader> Router::CorsHeaders(const HttpRequest& request) const {
  std::string origin = "*";
  if (!IsListed(options_.cors, "*")) {
    origin = std::string(request.Header("Origin"));
    if (!IsListed(options_.cors, origin)) return {};
  }
  return {{"Access-Control-Allow-Headers", "accept, content-type, authorization"},
          {"Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE"},
          {"Access-Control-Allow-Origin", origin}};
}

// etcd's metricsMux (embed/etcd.go, serveMetrics).
HttpReply Router::AnswerOfMetrics(const HttpRequest& request) {
  const std::string clean = CleanPath(request.path);
  if (clean != request.path) {
    return Redirect(request, clean, dispatcher_.behavior().http_redirects_temporarily);
  }
  if (request.path == kMetrics || health_.Has(request.path)) return Answer(request);
  return UnknownPath();
}

HttpReply Router::Answer(const HttpRequest& request) {
  if (health_.Has(request.path)) return health_.Answer(request);
  if (request.path == kMetrics) return MetricsReply(dispatcher_, health_.counts());
  if (request.path == "/debug/vars") return OnlyGet(request, DebugVarsReply(dispatcher_));
  if (request.path == "/version") return OnlyGet(request, Version());
  return UnknownPath();
}

HttpReply Router::Version() const {
  const Behavior& behavior = dispatcher_.behavior();
  const std::string line = Concat(behavior.version.major, ".", behavior.version.minor, ".0");
  std::string body = Concat(R"({"etcdserver":")", behavior.version.ToString(),
                            R"(","etcdcluster":")", line, R"(")");
  if (behavior.status_tells_storage) Append(&body, R"(,"storage":")", line, R"(")");
  return {.headers = {{"Content-Type", "application/json"}}, .body = body + "}"};
}

}  // namespace fakeetcd
