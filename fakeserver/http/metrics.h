#pragma once

#include <cstdint>
#include <string>

#include "fakeserver/http/http_message.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// How often /health was asked, and said what.
struct HealthCounts {
  int64_t successes = 0;
  int64_t failures = 0;
};

/// What the server measures, as etcd tells it to Prometheus: those of etcd's families that mean
/// something here, in the text format.
HttpReply MetricsReply(Dispatcher& dispatcher, const HealthCounts& health);

/// What /debug/vars tells: the command line, the limit of open files, and where raft is.
HttpReply DebugVarsReply(Dispatcher& dispatcher);

}  // namespace fakeetcd
