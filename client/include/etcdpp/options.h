#pragma once

#include <algorithm>
#include <chrono>
#include <climits>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/observer.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// No deadline at all, where a timeout is asked for.
inline constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();

namespace internal {

/// When `delay` after `now` is: `now` at the earliest, and the end of time at the latest, which is
/// what kNoTimeout makes.
inline std::chrono::steady_clock::time_point Later(std::chrono::steady_clock::time_point now,
                                                   std::chrono::milliseconds delay) {
  using Time = std::chrono::steady_clock::time_point;
  if (delay >= std::chrono::floor<std::chrono::milliseconds>(Time::max() - now)) return Time::max();
  return now + std::max(delay, std::chrono::milliseconds(0));
}

/// How long it is until `when`, which is kNoTimeout at the end of time.
inline std::chrono::milliseconds Left(std::chrono::steady_clock::time_point when) {
  using std::chrono::milliseconds;
  if (when == std::chrono::steady_clock::time_point::max()) return kNoTimeout;
  const auto left = when - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(0));
}

}  // namespace internal

/// Names an endpoint, or none. A string converts to it. Not one itself: g++ 12 copies byte by byte
/// what lives across a co_await, as default arguments do, and a short std::string points into
/// itself.
class EndpointName {
 public:
  EndpointName() = default;

  template <std::convertible_to<std::string_view> Text>
  EndpointName(const Text& name)  // NOLINT(google-explicit-constructor): as above.
      : name_(std::make_shared<const std::string>(std::string_view(name))) {}

  bool empty() const { return name_ == nullptr || name_->empty(); }
  std::string str() const { return name_ == nullptr ? std::string() : *name_; }

  friend bool operator==(const EndpointName& a, const EndpointName& b) {
    return a.str() == b.str();
  }

 private:
  std::shared_ptr<const std::string> name_;
};

/// What may be said about one call apart from its request.
struct CallOptions {
  /// From the start of the call to its end, retries included. Options::call_timeout by default.
  std::optional<std::chrono::milliseconds> timeout = {};
  Metadata metadata = {};
  /// Fail with Reason::kNoLeader where the member asked has no leader, rather than wait for one.
  bool require_leader = false;
  /// Ends the call with kCancelled when asked to stop.
  std::stop_token cancel = {};
  /// Where to go, and nowhere else: "host:port" and so on, which need not be among
  /// Options::endpoints. Empty: to any of those.
  EndpointName endpoint = {};
  /// Doing it twice is doing it once, says the caller: try a write again as a read is. So it is
  /// where a transaction compares what it then changes, or a put is of a key's last value.
  bool repeatable = false;
};

/// How often and how fast a failed call is tried again. Reads are, when the failure is
/// kUnavailable; writes only when the request provably never reached a server, unless
/// CallOptions::repeatable. Both are where the
/// server took the login for outdated, or is a learner and there are others.
struct RetryOptions {
  int max_attempts = 10;  // 1: never again
  std::chrono::milliseconds initial_delay{25};
  std::chrono::milliseconds max_delay{1000};
};

/// What becomes of an endpoint where a call found nobody.
struct FailoverOptions {
  /// How long it is passed over while there are others.
  std::chrono::milliseconds retry_after{1000};
  /// While all are passed over: fail with Reason::kNoServerAvailable, rather than try the one that
  /// failed longest ago.
  bool fail_when_all_failed = false;
  /// Pass over an endpoint that answered kInternal, too.
  bool internal_counts = false;
  /// A call that ran into its deadline counts against the endpoint only where it had waited at
  /// least this long there: a short deadline says nothing about a server.
  std::chrono::milliseconds silence_counts_from{4000};

  /// As python-etcd3's MultiEndpointEtcd3Client does, by default for five minutes; except that a
  /// short deadline does not count.
  static FailoverOptions LikePyetcd(std::chrono::seconds time_retry = std::chrono::seconds(300)) {
    return {time_retry, true, true, std::chrono::milliseconds(4000)};
  }
};

/// Who a client is, for a cluster with authentication on. With or without TLS.
struct Credentials {
  std::string user = {};
  std::string password = {};
  /// In place of the two: a token from elsewhere, such as a signed JWT.
  std::string token = {};
};

/// Asked whenever the client has to log in: at its first call, and when the server takes its token
/// for outdated. Called by a thread that makes a blocking call, or by one that does nothing else;
/// one at a time, never while the client holds a lock. It may take its time.
/// An exception that leaves it ends the program.
using CredentialsProvider = std::function<Result<Credentials>()>;

/// How the two ends of a connection prove who they are. Certificates and keys are PEM, all given
/// as such or all as files; files are read again when they change, and count from the next
/// connection on.
struct TlsOptions {
  /// Who signs servers' certificates; what the system trusts where none is given.
  std::string ca_pem = {};
  std::string ca_file = {};
  /// The client's own, where the server asks for one. Both or none.
  std::string cert_pem = {};
  std::string key_pem = {};
  std::string cert_file = {};
  std::string key_file = {};
  /// The name to find in the server's certificate; the endpoint's host where none is given.
  std::string server_name = {};
  /// Believe any server. For tests.
  bool insecure_skip_verify = false;
  /// How often files are looked at.
  std::chrono::seconds reload_interval{30};
};

/// How a Client reaches etcd. The defaults suit a production cluster.
struct Options {
  /// "host:port", "http://host:port", "https://host:port", "unix:/path" or "unixs:/path". Calls go
  /// round them in turn; a call that may be tried again goes to the next. Those with an "s", and
  /// those without a scheme where `tls` is set, use TLS.
  std::vector<std::string> endpoints = {"127.0.0.1:2379"};

  std::optional<TlsOptions> tls = {};

  /// Logs in with the first call, and again whenever the server asks for it. A server without
  /// authentication takes the calls all the same.
  std::optional<Credentials> credentials = {};
  /// In place of `credentials`: for those that change.
  CredentialsProvider credentials_provider = {};

  /// For calls that do not say. A call whose time is up fails with kDeadlineExceeded.
  std::chrono::milliseconds call_timeout{5000};

  RetryOptions retry = {};
  FailoverOptions failover = {};

  /// How often to take the endpoints from the list of members; zero: never. See
  /// Client::SyncEndpoints.
  std::chrono::milliseconds auto_sync_interval{0};

  /// Sent with every call.
  Metadata metadata = {};

  /// A connection on which nothing was heard for `keepalive_time` is probed and given up
  /// `keepalive_timeout` later. Only while a call or stream is open: etcd closes connections
  /// that probe more often than every 5 s, or while idle.
  std::chrono::milliseconds keepalive_time{10000};
  std::chrono::milliseconds keepalive_timeout{10000};

  /// The longest a connection attempt may take before it counts as failed.
  std::chrono::milliseconds connect_timeout{5000};

  /// More than one spreads the calls over as many TCP connections to each endpoint;
  /// calls that name their endpoint use the first.
  int connections_per_endpoint = 1;

  int max_send_bytes = INT_MAX;
  int max_receive_bytes = INT_MAX;

  Logger logger = {};
  std::shared_ptr<CallObserver> observer = {};
};

/// The options that etcdctl's environment variables make: ETCDCTL_ENDPOINTS (comma-separated),
/// _CACERT, _CERT, _KEY, _INSECURE_SKIP_TLS_VERIFY, _INSECURE_TRANSPORT, _USER ("name:password" or
/// a name with _PASSWORD), _AUTH_JWT_TOKEN, _DIAL_TIMEOUT, _COMMAND_TIMEOUT, _KEEPALIVE_TIME and
/// _KEEPALIVE_TIMEOUT. What is not set is as in `defaults`; what makes no sense fails with
/// kInvalidArgument and names the variable.
Result<Options> OptionsFromEnvironment(Options defaults = {});

}  // namespace etcdpp
