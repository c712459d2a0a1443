#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakeserver/http/http_message.h"
#include "fakeserver/http/metrics.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// etcd's answers to "are you well": /health, and where the release has them /livez and /readyz.
/// Thread-safe.
class Health {
 public:
  explicit Health(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// Whether `path` is one of them.
  bool Has(std::string_view path) const;
  /// REQUIRES: Has(request.path).
  HttpReply Answer(const HttpRequest& request);
  HealthCounts counts() const { return {.successes = successes_, .failures = failures_}; }

 private:
  HttpReply Summary(const HttpRequest& request);

  Dispatcher& dispatcher_;
  std::atomic<int64_t> successes_ = 0;  // of /health
  std::atomic<int64_t> failures_ = 0;
};

}  // namespace fakeetcd
