#include "fakeserver/http/health.h"

#include <algorithm>
#include <optional>

#include "fakeserver/http/concat.h"
#include "fakeserver/http/http_text.h"

namespace fakeetcd {
namespace {

// What /livez and /readyz look at, in the order they are told (etcdhttp/health.go). The one member
// in memory reads, is its own leader and is no learner: only its data can be corrupt.
constexpr std::string_view kDataCorruption = "data_corruption";
constexpr std::string_view kLivezChecks[] = {"serializable_read"};
constexpr std::string_view kReadyzChecks[] = {kDataCorruption, "serializable_read",
                                              "linearizable_read", "non_learner"};

// As protobuf names the alarm in etcd's enum, a number outside it as itself.
std::string NameOf(AlarmType alarm) {
  switch (alarm) {
    case AlarmType::kNone:
      return "NONE";
    case AlarmType::kNoSpace:
      return "NOSPACE";
    case AlarmType::kCorrupt:
      return "CORRUPT";
  }
  return std::to_string(static_cast<int>(alarm));
}

std::string ReasonOf(AlarmType alarm) {
  const bool known = alarm == AlarmType::kNoSpace || alarm == AlarmType::kCorrupt;
  return Concat("ALARM ", known ? NameOf(alarm) : "UNKNOWN");
}

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

// etcd sees whether it can read by reading, which its metrics show (etcdhttp/health.go, checkAPI).
void Read(Engine& engine) { (void)engine.Range({.limit = 1, .keys_only = true}); }

HttpReply Report(const Probe& probe, const HttpRequest& request, Engine& engine) {
  const auto alarms = engine.GetStatus().alarms;
  const bool corrupt = std::ranges::count(alarms, AlarmType::kCorrupt, &Alarm::type) > 0;
  const auto excluded =
      probe.root ? QueryValues(request.query, "exclude") : std::vector<std::string>();
  std::string lines;
  bool failed = false;
  for (const std::string_view check : probe.checks) {
    if (std::ranges::find(excluded, check) != excluded.end()) continue;
    if (corrupt && check == kDataCorruption) {
      failed = true;
      Append(&lines, "[-]", check, " failed: alarm activated: CORRUPT\n");
    } else {
      if (check.ends_with("_read")) Read(engine);
      Append(&lines, "[+]", check, " ok\n");
    }
  }
  if (failed) return PlainError(503, lines);
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
  return Report(*FindProbe(request.path), request, dispatcher_.engine());
}

HttpReply Health::Summary(const HttpRequest& request) {
  const bool tells_reason = dispatcher_.behavior().health_tells_reason;
  const auto excluded = QueryValues(request.query, "exclude");
  for (const Alarm& alarm : dispatcher_.engine().GetStatus().alarms) {
    if (std::ranges::find(excluded, NameOf(alarm.type)) != excluded.end()) continue;
    ++failures_;
    return PlainError(
        503, tells_reason ? Concat(R"({"health":"false","reason":")", ReasonOf(alarm.type), R"("})")
                          : R"({"health":"false"})");
  }
  if (tells_reason) Read(dispatcher_.engine());
  ++successes_;
  return {.body = tells_reason ? R"({"health":"true","reason":""})" : R"({"health":"true"})"};
}

}  // namespace fakeetcd
