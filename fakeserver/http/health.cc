#include "fakeserver/http/health.h"

#include <algorithm>
#include <optional>

#include "fakeserver/http/concat.h"
#include "fakeserver/http/http_text.h"

namespace fakeetcd {
namespace {

// What /livez and /readyz look at, in the order they are told (etcdhttp/health.go). A member of
// one in memory reads, is its own leader and is no learner.
constexpr std::string_view kLivezChecks[] = {"serializable_read"};
constexpr std::string_view kReadyzChecks[] = {"data_corruption", "serializable_read",
                                              "linearizable_read", "non_learner"};

struct Probe {
  std::vector<std::string_view> checks;
  bool root = false;  // asks for all but those excluded
};

// "/readyz" is all of its checks, "/readyz/non_learner" is one.
std::optional<Probe> FindProbe(std::string_view path) {
  const bool live = path.starts_with("/livez");
  if (!live && !path.starts_with("/readyz")) return std::nullopt;
  path.remove_prefix(std::min<size_t>(path.size(), live ? 6 : 7));
  Probe probe;
  if (live) {
    probe.checks.assign(std::begin(kLivezChecks), std::end(kLivezChecks));
  } else {
    probe.checks.assign(std::begin(kReadyzChecks), std::end(kReadyzChecks));
  }
  if (path.empty()) {
    probe.root = true;
    return probe;
  }
  std::erase_if(probe.checks, [&](std::string_view check) {
    return path.size() != check.size() + 1 || !path.ends_with(check) || path[0] != '/';
  });
  if (probe.checks.empty()) return std::nullopt;
  return probe;
}

HttpReply Report(const Probe& probe, const HttpRequest& request) {
  const auto excluded =
      probe.root ? QueryValues(request.query, "exclude") : std::vector<std::string>();
  std::string lines;
  for (const std::string_view check : probe.checks) {
    if (std::ranges::find(excluded, check) != excluded.end()) continue;
    Append(&lines, "[+]", check, " ok\n");
  }
  const bool verbose = !QueryValues(request.query, "verbose").empty();
  HttpReply reply = PlainError(200, "ok");
  if (verbose) reply.body.insert(0, lines);
  return reply;
}

}  // namespace

bool Health::Has(std::string_view path) const {
  if (path == "/health") return true;
  return dispatcher_.behavior().has_livez && FindProbe(path).has_value();
}

HttpReply Health::Answer(const HttpRequest& request) {
  if (request.method != "GET") {
    HttpReply reply = PlainError(405, "Method Not Allowed");
    reply.headers.push_back({"Allow", "GET"});
    return reply;
  }
  if (request.path == "/health") return Summary(request);
  return Report(*FindProbe(request.path), request);
}

HttpReply Health::Summary(const HttpRequest& /*request*/) {
  ++successes_;
  const bool reason = dispatcher_.behavior().health_tells_reason;
  return {.body = reason ? R"({"health":"true","reason":""})" : R"({"health":"true"})"};
}

}  // namespace fakeetcd
