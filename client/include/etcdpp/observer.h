#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/status.h"

namespace etcdpp {

/// Names and values sent along with a call. Names are lower case.
using Metadata = std::vector<std::pair<std::string, std::string>>;

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Takes a line for a person to read. Called from any thread, also by several at once, never while
/// the client holds a lock. A client without one is silent. An exception that leaves it ends the
/// program.
using Logger = std::function<void(LogLevel level, std::string_view text)>;

/// One attempt of a call, or one stream.
struct AttemptInfo {
  std::string_view method;    // "/etcdserverpb.KV/Put"
  std::string_view endpoint;  // as Options::endpoints has it
  int number = 1;             // of the attempt within its call
};

/// Is told of every attempt: for tracing and metrics. The functions are called on the thread that
/// makes the attempt or on one of the connection, also by several at once, never while the client
/// holds a lock; they must not block. An exception that leaves one ends the program.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  /// Before anything is sent. What is added to `metadata` is sent along: a trace's context.
  virtual void OnStart(const AttemptInfo& /*attempt*/, Metadata& /*metadata*/) {}

  /// `status` is the attempt's own, whether or not another one follows.
  virtual void OnEnd(const AttemptInfo& /*attempt*/, const Status& /*status*/,
                     std::chrono::nanoseconds /*duration*/) {}
};

}  // namespace etcdpp
