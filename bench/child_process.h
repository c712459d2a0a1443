#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

/// A program that runs until this is destroyed; then it is sent SIGTERM and awaited.
class ChildProcess {
 public:
  /// `arguments` begin with the program. Its standard error is thrown away.
  explicit ChildProcess(std::vector<std::string> arguments);
  ~ChildProcess();

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for a line of the output with "http://" in it and returns what follows that; empty when
  /// the program ends before.
  std::string ReadyEndpoint();

  /// The processor time it has taken so far.
  std::chrono::nanoseconds cpu_time() const;

 private:
  pid_t process_ = 0;
  int output_ = -1;
};

}  // namespace bench
