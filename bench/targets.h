#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace bench {

/// Where the programs are.
struct Programs {
  std::string floor;
  std::string fake;
  std::string real;  // empty: without
};

/// A server in a process of its own, that answers.
class Target {
 public:
  virtual ~Target() = default;
  virtual const std::string& endpoint() const = 0;
  /// The processor time that the server has taken so far.
  virtual std::chrono::nanoseconds cpu_time() const = 0;
};

/// "floor", "fake" or "real"; null when it does not start.
std::unique_ptr<Target> StartTarget(const Programs& programs, const std::string& name);

}  // namespace bench
