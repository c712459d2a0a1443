#pragma once

#include <chrono>
#include <climits>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace etcdpp {

/// Names and values sent along with a call. Names are lower case.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// No deadline at all, where a timeout is asked for.
inline constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();

/// What may be said about one call apart from its request.
struct CallOptions {
  /// From the start of the call to its end, retries included. Options::call_timeout by default.
  std::optional<std::chrono::milliseconds> timeout = {};
  Metadata metadata = {};
  /// Fail with Reason::kNoLeader where the member asked has no leader, rather than wait for one.
  bool require_leader = false;
  /// Ends the call with kCancelled when asked to stop.
  std::stop_token cancel = {};
};

/// How often and how fast a failed call is tried again. Reads are, when the failure is
/// kUnavailable; writes only when the request provably never reached a server.
struct RetryOptions {
  int max_attempts = 10;  // 1: never again
  std::chrono::milliseconds initial_delay{25};
  std::chrono::milliseconds max_delay{1000};
};

/// How a Client reaches etcd. The defaults suit a production cluster.
struct Options {
  /// "host:port", "http://host:port" or "unix:/path". Calls go round them in turn; a call that may
  /// be tried again goes to the next.
  std::vector<std::string> endpoints = {"127.0.0.1:2379"};

  /// For calls that do not say. A call whose time is up fails with kDeadlineExceeded.
  std::chrono::milliseconds call_timeout{5000};

  RetryOptions retry = {};

  /// Sent with every call.
  Metadata metadata = {};

  /// A connection on which nothing was heard for `keepalive_time` is probed and given up
  /// `keepalive_timeout` later. Only while a call or stream is open: etcd closes connections
  /// that probe more often than every 5 s, or while idle.
  std::chrono::milliseconds keepalive_time{10000};
  std::chrono::milliseconds keepalive_timeout{10000};

  /// The longest a connection attempt may take before it counts as failed.
  std::chrono::milliseconds connect_timeout{5000};

  /// More than one spreads the calls over as many TCP connections to each endpoint.
  int connections_per_endpoint = 1;

  int max_send_bytes = INT_MAX;
  int max_receive_bytes = INT_MAX;
};

}  // namespace etcdpp
