#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace conformance {

/// A child process. It ends with its parent, however that ends, and at the latest when this object
/// does.
class Process {
 public:
  /// Starts `arguments[0]`. Its output goes to the file descriptors given; -1 leaves it where the
  /// parent's goes. Throws std::system_error when no process can be made; a program that cannot be
  /// run exits with 127.
  explicit Process(const std::vector<std::string>& arguments, int out = -1, int err = -1);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  /// The exit code (128 + the signal's number for one killed), if it ends within `patience`.
  std::optional<int> Ended(std::chrono::milliseconds patience = std::chrono::milliseconds(0));

  /// Waits for the end, or until a signal handler has set `interrupted` to the signal's number.
  int Wait(const volatile int* interrupted);

  /// Does nothing once it has ended.
  void Signal(int signal);

  /// Asks it to end, and after `grace` makes it.
  void Stop(std::chrono::milliseconds grace);

 private:
  pid_t pid_ = -1;
  int pid_fd_ = -1;  // readable when the process has ended
  std::optional<int> exit_code_;
};

}  // namespace conformance
