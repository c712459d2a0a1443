#include "fakeserver/flags.h"

#include <algorithm>
#include <cctype>
#include <climits>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "fakeserver/base/emulation.h"
#include "fakeserver/config_file.h"
#include "fakeserver/flag_table.h"
#include "fakeserver/flag_values.h"

namespace fakeetcd {
namespace {

// What is wrong with a value, in Go's words; nullopt when nothing is.
using Problem = std::optional<std::string>;

constexpr char kParseError[] = "parse error";
constexpr int kUsageError = 2;  // etcd's exit codes
constexpr int kOtherError = 1;

Problem CheckKind(FlagKind kind, const std::string& value) {
  switch (kind) {
    case FlagKind::kString:
      return std::nullopt;
    case FlagKind::kBool:
      return ParseBool(value) ? Problem() : kParseError;
    case FlagKind::kUint:
      return ParseUint(value) ? Problem() : kParseError;
    case FlagKind::kUint32: {
      const auto number = ParseUint(value);
      if (!number) return "strconv.ParseUint: parsing \"" + value + "\": invalid syntax";
      if (*number <= UINT32_MAX) return std::nullopt;
      return "strconv.ParseUint: parsing \"" + value + "\": value out of range";
    }
    case FlagKind::kInt:
      return ParseInt(value) ? Problem() : kParseError;
    case FlagKind::kDuration:
      return ParseDuration(value) ? Problem() : kParseError;
  }
  return std::nullopt;
}

std::chrono::milliseconds Milliseconds(const std::string& value) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(*ParseDuration(value));
}

int64_t Number(const std::string& value) {
  return static_cast<int64_t>(std::min<uint64_t>(*ParseUint(value), INT64_MAX));
}

Problem SetAddresses(const std::string& value, std::vector<std::string>& addresses) {
  addresses.clear();
  for (const std::string& url : SplitCommas(value)) {
    if (url.starts_with("unix://") || url.starts_with("unixs://")) {
      addresses.push_back(url);
      continue;
    }
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      return "URL scheme must be http, https, unix, or unixs: " + url;
    }
    std::string address = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
    const size_t host = address.find("://") + 3;
    if (address.find('/', host) != std::string::npos) return "URL must not contain a path: " + url;
    if (address.find(':', host) == std::string::npos) {
      return "URL address does not have the form \"host:port\": " + url;
    }
    addresses.push_back(address.starts_with("http://") ? address.substr(host) : std::move(address));
  }
  return std::nullopt;
}

Problem SetLogLevel(const std::string& value, Flags& flags) {
  static const std::map<std::string, LogLevel, std::less<>> levels = {
      {"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo},   {"warn", LogLevel::kWarn},
      {"error", LogLevel::kError}, {"panic", LogLevel::kError}, {"fatal", LogLevel::kError},
      {"dpanic", LogLevel::kError}};
  const auto found = levels.find(value);
  if (found == levels.end()) return "unrecognized level: \"" + value + "\"";
  flags.log_level = found->second;
  return std::nullopt;
}

/// The flags given, by name, and how their values become options.
class Parser {
 public:
  explicit Parser(Flags& flags) : flags_(flags) {}

  FlagError ReadArguments(const std::vector<std::string>& arguments) {
    for (size_t at = 0; at < arguments.size();) {
      std::string argument = arguments[at++];
      if (argument == "--") {
        if (at == arguments.size()) return {};
        return NotAFlag(arguments[at]);
      }
      if (argument.size() < 2 || argument[0] != '-') return NotAFlag(argument);
      argument.erase(0, argument[1] == '-' ? 2 : 1);
      if (auto error = ReadFlag(argument, arguments, at); error.exit_code != 0) return error;
      if (flags_.print_help) return {};
    }
    return {};
  }

  FlagError ReadEnvironment(const std::vector<std::string>& environment) {
    for (const std::string& variable : environment) {
      if (!variable.starts_with("ETCD_")) continue;
      const size_t equals = variable.find('=');
      if (equals == std::string::npos) continue;
      const std::string name = FlagOf(variable.substr(0, equals));
      const std::string value = variable.substr(equals + 1);
      const FlagSpec* flag = FindFlag(name);
      if (flag == nullptr) {
        flags_.unknown_variables.push_back(variable);
        continue;
      }
      if (values_.contains(name)) {
        return {"conflicting environment variable \"" + variable.substr(0, equals) +
                    "\" is shadowed by corresponding command-line flag (either unset environment "
                    "variable or disable flag)",
                kOtherError};
      }
      if (value.empty()) continue;
      if (const Problem problem = CheckKind(flag->kind, value)) {
        return {
            "invalid value \"" + value + "\" for " + variable.substr(0, equals) + ": " + *problem,
            kOtherError};
      }
      from_environment_[name] = value;
      flags_.used_variables.push_back(variable);
    }
    values_.merge(from_environment_);
    return {};
  }

  /// Where --config-file or ETCD_CONFIG_FILE names a file, it takes the place of all flags but
  /// fake-etcd's own; `found` says whether. As in etcd, the variables are not read then.
  FlagError ReadFile(const std::vector<std::string>& environment, bool* found) {
    constexpr std::string_view kVariable = "ETCD_CONFIG_FILE=";
    std::string path = ValueOr("config-file", "");
    for (const std::string& variable : environment) {
      if (path.empty() && variable.starts_with(kVariable)) path = variable.substr(kVariable.size());
    }
    *found = !path.empty();
    if (path.empty()) return {};
    std::map<std::string, std::string> given;
    given.swap(values_);
    if (auto error = ReadConfigFile(path, &values_); !error.empty()) {
      return {"error verifying flags, " + error + ". See 'fake-etcd --help'.", kOtherError};
    }
    for (const auto& [name, value] : values_) {
      const Problem problem = CheckKind(FindFlag(name)->kind, value);
      if (problem) {
        return {"invalid value \"" + value + "\" for " + name + ": " + *problem, kOtherError};
      }
    }
    for (const char* own : {"emulate", "oracle", "version"}) {
      if (given.contains(own)) values_[own] = given[own];
    }
    flags_.config_file = path;
    return {};
  }

  FlagError Apply() {
    for (const auto& [name, value] : values_) {
      if (FindFlag(name)->effect == FlagEffect::kNone) {
        flags_.without_meaning.push_back(name);
        continue;
      }
      Problem problem = ApplyOne(name, value);
      if (!problem) continue;
      return {"invalid value \"" + value + "\" for flag -" + name + ": " + *problem, kUsageError};
    }
    // Left to the oracle unless told.
    if (values_.contains("oracle") && !values_.contains("emulate")) flags_.server.emulate.clear();
    if (auto problem = ApplyCluster()) return {*problem, kOtherError};
    if (auto problem = ApplyCompaction()) return {*problem, kOtherError};
    if (auto problem = CheckTimes()) {
      return {"error verifying flags, " + *problem + ". See 'fake-etcd --help'.", kOtherError};
    }
    return {};
  }

 private:
  static FlagError NotAFlag(const std::string& argument) {
    if (argument == "gateway" || argument == "grpc-proxy") {
      return {"fake-etcd: " + argument + " is not supported", kOtherError};
    }
    return {
        "error verifying flags, '" + argument + "' is not a valid flag. See 'fake-etcd --help'.",
        kOtherError};
  }

  // "ETCD_MAX_TXN_OPS" is of the flag "max-txn-ops".
  static std::string FlagOf(std::string variable) {
    variable.erase(0, std::string_view("ETCD_").size());
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) {
      return c == '_' ? '-' : static_cast<char>(std::tolower(c));
    });
    return variable;
  }

  // `argument` is without its dashes; its value may be the argument at `at`.
  FlagError ReadFlag(const std::string& argument, const std::vector<std::string>& arguments,
                     size_t& at) {
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    if (name.empty() || name[0] == '-') {
      return {"bad flag syntax: " + arguments[at - 1], kUsageError, true};
    }
    const FlagSpec* flag = FindFlag(name);
    if (flag == nullptr && (name == "help" || name == "h")) {
      flags_.print_help = true;
      return {};
    }
    if (flag == nullptr) return {"flag provided but not defined: -" + name, kUsageError, true};
    std::string value = "true";
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (flag->kind != FlagKind::kBool) {
      if (at == arguments.size()) return {"flag needs an argument: -" + name, kUsageError, true};
      value = arguments[at++];
    }
    if (const Problem problem = CheckKind(flag->kind, value)) {
      const std::string what = flag->kind == FlagKind::kBool
                                   ? "invalid boolean value \"" + value + "\" for -"
                                   : "invalid value \"" + value + "\" for flag -";
      return {what + name + ": " + *problem, kUsageError, true};
    }
    values_[name] = value;
    return {};
  }

  Problem ApplyOne(const std::string& name, const std::string& value) {
    Server::Options& options = flags_.server;
    if (name == "listen-client-urls") return SetAddresses(value, options.listen_addresses);
    if (name == "listen-client-http-urls") {
      return SetAddresses(value, options.listen_http_addresses);
    }
    if (name == "listen-metrics-urls") return SetAddresses(value, options.listen_metrics_addresses);
    if (name == "log-level") return SetLogLevel(value, flags_);
    if (name == "log-outputs" || name == "log-output") flags_.log_outputs = SplitCommas(value);
    if (name == "version") flags_.print_version = *ParseBool(value);
    if (name == "emulate") {
      if (!Behavior::Parse(value)) return "3.4, 3.5, 3.6 and 3.7 are known";
      options.emulate = value;
    }
    if (name == "load-snapshot") options.snapshot = value;
    if (name == "oracle") options.oracle = value;
    if (name == "name") options.name = value;
    if (name == "auth-token") options.auth_token = value;
    if (name == "advertise-client-urls") options.client_urls = SplitCommas(value);
    if (name == "initial-advertise-peer-urls") options.peer_urls = SplitCommas(value);
    if (name == "initial-cluster-token") options.cluster_token = value;
    if (name == "strict-reconfig-check") options.strict_reconfig_check = *ParseBool(value);
    if (name == "max-learners") options.max_learners = *ParseInt(value);
    if (name == "cors") options.cors = SplitCommas(value);
    if (name == "host-whitelist") options.host_whitelist = SplitCommas(value);
    if (name == "enable-grpc-gateway") options.enable_grpc_gateway = *ParseBool(value);
    ApplyLimit(name, value);
    ApplyTime(name, value);
    return ApplyTls(name, value);
  }

  Problem ApplyTls(const std::string& name, const std::string& value) {
    Server::Tls& tls = flags_.server.tls;
    if (name == "cert-file") tls.cert_file = value;
    if (name == "key-file") tls.key_file = value;
    if (name == "trusted-ca-file") tls.trusted_ca_file = value;
    if (name == "client-cert-auth") tls.client_cert_auth = *ParseBool(value);
    if (name == "auto-tls") tls.auto_tls = *ParseBool(value);
    if (name == "tls-min-version") {
      if (!value.empty() && value != "TLS1.2" && value != "TLS1.3") {
        return "unexpected TLS version \"" + value + "\"";
      }
      tls.min_version = value;
    }
    const bool unsupported = name == "client-crl-file" || name == "cipher-suites" ||
                             name == "tls-max-version" || name == "client-cert-allowed-hostname";
    if (unsupported && !value.empty()) return "not supported by fake-etcd";
    return std::nullopt;
  }

  void ApplyLimit(const std::string& name, const std::string& value) {
    Server::Options& options = flags_.server;
    if (name == "max-txn-ops") options.max_txn_ops = Number(value);
    if (name == "max-request-bytes") options.max_request_bytes = Number(value);
    if (name == "bcrypt-cost") {
      options.bcrypt_cost = static_cast<int>(std::min<int64_t>(Number(value), INT_MAX));
    }
    if (name == "max-concurrent-streams") options.max_concurrent_streams = Number(value);
    if (name == "quota-backend-bytes" && *ParseInt(value) != 0) {
      options.quota_backend_bytes = *ParseInt(value);
    }
  }

  void ApplyTime(const std::string& name, const std::string& value) {
    Server::Options& options = flags_.server;
    if (name == "heartbeat-interval") {
      options.heartbeat_interval = std::chrono::milliseconds(Number(value));
    }
    if (name == "election-timeout") {
      options.election_timeout = std::chrono::milliseconds(Number(value));
    }
    if (name == "auth-token-ttl") {
      options.auth_token_ttl = std::chrono::seconds(std::min<int64_t>(Number(value), INT_MAX));
    }
    if (name.ends_with("watch-progress-notify-interval")) {
      options.watch_progress_notify_interval = Milliseconds(value);
    }
    if (name == "grpc-keepalive-min-time") options.grpc_keepalive_min_time = Milliseconds(value);
    if (name == "grpc-keepalive-interval") options.grpc_keepalive_interval = Milliseconds(value);
    if (name == "grpc-keepalive-timeout") options.grpc_keepalive_timeout = Milliseconds(value);
  }

  // --initial-cluster says the member's peer URLs once more, one NAME=URL each.
  Problem ApplyCluster() {
    const auto given = values_.find("initial-cluster");
    if (given == values_.end() || given->second.empty()) return std::nullopt;
    std::vector<std::string> urls;
    for (const std::string& part : SplitCommas(given->second)) {
      const size_t equals = part.find('=');
      const std::string name = part.substr(0, equals);
      if (equals == std::string::npos || name.empty()) {
        return "error setting up initial cluster: malformed \"" + part + "\"";
      }
      if (name != flags_.server.name) {
        return "fake-etcd is a cluster of one, \"" + flags_.server.name +
               "\"; --initial-cluster names \"" + name + "\"";
      }
      urls.push_back(part.substr(equals + 1));
    }
    flags_.server.peer_urls = urls;
    return std::nullopt;
  }

  // embed.Config.Validate.
  Problem CheckTimes() const {
    const int64_t heartbeat = flags_.server.heartbeat_interval.count();
    const int64_t election = flags_.server.election_timeout.count();
    if (heartbeat <= 0) return "--heartbeat-interval must be >0 (set to 0ms)";
    if (election <= 0) return "--election-timeout must be >0 (set to 0ms)";
    const std::string told = "--election-timeout[" + std::to_string(election) + "ms]";
    if (heartbeat > election / 5) {
      return told + " should be at least as 5 times as --heartbeat-interval[" +
             std::to_string(heartbeat) + "ms]";
    }
    if (election > 50'000) return told + " is too long, and should be set less than 50000ms";
    return std::nullopt;
  }

  // The retention is a number of hours or revisions, or a duration (embed,
  // parseCompactionRetention).
  Problem ApplyCompaction() {
    const std::string mode = ValueOr("auto-compaction-mode", "periodic");
    const std::string retention = ValueOr("auto-compaction-retention", "0");
    if (mode != "periodic" && mode != "revision") {
      return "unknown auto-compaction-mode \"" + mode + "\"";
    }
    const auto count = ParseUint(retention);
    const auto duration = ParseDuration(retention);
    if (!count && !duration) {
      return "error parsing CompactionRetention: time: invalid duration \"" + retention + "\"";
    }
    Server::Options& options = flags_.server;
    if (mode == "revision") {
      options.auto_compaction = Server::AutoCompaction::kRevision;
      options.auto_compaction_revisions = count ? Number(retention) : duration->count();
      return std::nullopt;
    }
    options.auto_compaction = Server::AutoCompaction::kPeriodic;
    options.auto_compaction_period =
        count ? std::chrono::hours(Number(retention))
              : std::chrono::duration_cast<std::chrono::milliseconds>(*duration);
    return std::nullopt;
  }

  std::string ValueOr(const std::string& name, const std::string& otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }

  Flags& flags_;
  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> from_environment_;
};

}  // namespace

FlagError ParseFlags(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment, Flags& flags) {
  flags.server.listen_addresses = {"localhost:2379"};
  Parser parser(flags);
  if (auto error = parser.ReadArguments(arguments); error.exit_code != 0) return error;
  if (flags.print_help) return {};
  bool from_file = false;
  if (auto error = parser.ReadFile(environment, &from_file); error.exit_code != 0) return error;
  if (from_file) return parser.Apply();
  if (auto error = parser.ReadEnvironment(environment); error.exit_code != 0) return error;
  return parser.Apply();
}

std::string Usage() {
  std::string text =
      "Usage:\n\n"
      "  fake-etcd [flags]\n"
      "    Start an etcd server that keeps everything in memory.\n\n"
      "  fake-etcd --version\n"
      "    Show the version of etcd that is emulated.\n\n"
      "Flags, each also as a variable: --max-txn-ops is ETCD_MAX_TXN_OPS\n\n";
  for (const FlagSpec& flag : AllFlags()) {
    if (flag.effect == FlagEffect::kNone) continue;
    text.append("  --").append(flag.name).append("\n    ").append(flag.help).append("\n");
  }
  text += "\nAccepted without effect, as in memory there is nothing for them to do:\n\n ";
  size_t column = 1;
  for (const FlagSpec& flag : AllFlags()) {
    if (flag.effect == FlagEffect::kSome) continue;
    if (column + flag.name.size() > 96) {
      text += "\n ";
      column = 1;
    }
    text.append(" --").append(flag.name);
    column += 3 + flag.name.size();
  }
  return text + "\n";
}

}  // namespace fakeetcd
