#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/status.h"

namespace etcdpp {

/// What a connection knows about one endpoint.
struct EndpointState {
  std::string endpoint = {};  // as Options::endpoints has it
  /// Nobody was there of late: calls go to others until FailoverOptions::retry_after is over.
  bool failed = false;
  std::optional<std::chrono::steady_clock::time_point> last_failure = {};
  uint64_t attempts = 0;  // of calls and streams
  uint64_t failures = 0;  // of them, those that found nobody
};

/// Where the calls of a Connection go; see Client.
class EndpointService {
 public:
  virtual ~EndpointService() = default;

  virtual std::vector<EndpointState> States() const = 0;

  /// Replaces the endpoints. Those that stay keep their connections; calls under way at the others
  /// go on, streams move. Changes nothing where one makes no sense.
  virtual Status Set(const std::vector<std::string>& endpoints) = 0;

  /// Has calls go to others for a while, as if nobody had been there.
  virtual void MarkFailed(std::string_view endpoint) = 0;
};

}  // namespace etcdpp
