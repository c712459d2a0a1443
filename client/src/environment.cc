// Options as etcdctl's environment variables make them.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "etcdpp/options.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Status Invalid(std::string_view name, std::string_view value) {
  std::string message(name);
  message.append(" makes no sense: \"").append(value).append("\"");
  return {Code::kInvalidArgument, std::move(message)};
}

struct Unit {
  std::string_view name;
  double milliseconds;
};

// Longer names first, where one begins with another.
constexpr Unit kUnits[] = {{"ms", 1},  {"us", 1e-3}, {"ns", 1e-6},
                           {"s", 1e3}, {"m", 6e4},   {"h", 3.6e6}};

// As Go writes durations: "1m30s", "500ms", "1.5h".
std::optional<milliseconds> ParseDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (text.starts_with(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    if (unit == nullptr) return std::nullopt;
    total += number * unit->milliseconds;
    text.remove_prefix(unit->name.size());
  }
  // No further than Go counts. Infinity and what is no number are not either.
  constexpr auto kLongest =
      std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds::max());
  if (!(total <= static_cast<double>(kLongest.count()))) return std::nullopt;
  return milliseconds(static_cast<int64_t>(total));
}

// As Go reads truths.
std::optional<bool> ParseBool(std::string_view text) {
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

Status ReadDuration(const char* name, milliseconds* duration) {
  const auto text = Variable(name);
  if (!text) return {};
  const auto parsed = ParseDuration(*text);
  if (!parsed) return Invalid(name, *text);
  *duration = *parsed;
  return {};
}

Status ReadDurations(Options* options) {
  const std::pair<const char*, milliseconds*> variables[] = {
      {"ETCDCTL_DIAL_TIMEOUT", &options->connect_timeout},
      {"ETCDCTL_COMMAND_TIMEOUT", &options->call_timeout},
      {"ETCDCTL_KEEPALIVE_TIME", &options->keepalive_time},
      {"ETCDCTL_KEEPALIVE_TIMEOUT", &options->keepalive_timeout},
  };
  for (const auto& [name, duration] : variables) {
    if (Status status = ReadDuration(name, duration); !status.ok()) return status;
  }
  return {};
}

Result<bool> ReadBool(const char* name, bool otherwise) {
  const auto text = Variable(name);
  if (!text) return otherwise;
  const auto parsed = ParseBool(*text);
  if (!parsed) return Invalid(name, *text);
  return *parsed;
}

Status ReadTls(Options* options) {
  const auto ca = Variable("ETCDCTL_CACERT");
  const auto cert = Variable("ETCDCTL_CERT");
  const auto key = Variable("ETCDCTL_KEY");
  const auto skip_verify = ReadBool("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", false);
  if (!skip_verify.ok()) return skip_verify.status();
  const auto insecure = ReadBool("ETCDCTL_INSECURE_TRANSPORT", true);
  if (!insecure.ok()) return insecure.status();
  if (!ca && !cert && !key && !*skip_verify && *insecure) return {};
  if (!options->tls) options->tls.emplace();
  if (ca) options->tls->ca_file = *ca;
  if (cert) options->tls->cert_file = *cert;
  if (key) options->tls->key_file = *key;
  options->tls->insecure_skip_verify = options->tls->insecure_skip_verify || *skip_verify;
  return {};
}

void ReadCredentials(Options* options) {
  if (auto token = Variable("ETCDCTL_AUTH_JWT_TOKEN")) {
    options->credentials = Credentials{"", "", *std::move(token)};
  }
  const auto user = Variable("ETCDCTL_USER");
  if (!user) return;
  if (auto password = Variable("ETCDCTL_PASSWORD")) {
    options->credentials = Credentials{*user, *std::move(password), ""};
    return;
  }
  const size_t colon = user->find(':');
  const std::string password = colon == std::string::npos ? "" : user->substr(colon + 1);
  options->credentials = Credentials{user->substr(0, colon), password, ""};
}

}  // namespace

Result<Options> OptionsFromEnvironment(Options defaults) {
  Options options = std::move(defaults);
  if (const auto endpoints = Variable("ETCDCTL_ENDPOINTS")) {
    options.endpoints.clear();
    for (size_t begin = 0; begin <= endpoints->size();) {
      const size_t end = std::min(endpoints->find(',', begin), endpoints->size());
      options.endpoints.push_back(endpoints->substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (Status status = ReadTls(&options); !status.ok()) return status;
  ReadCredentials(&options);
  if (Status status = ReadDurations(&options); !status.ok()) return status;
  return options;
}

}  // namespace etcdpp
