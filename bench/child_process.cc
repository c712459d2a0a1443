#include "bench/child_process.h"

#include <array>
#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

ChildProcess::ChildProcess(std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  output_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  if (posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ) != 0) {
    process_ = 0;
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
}

ChildProcess::~ChildProcess() {
  if (output_ >= 0) close(output_);
  if (process_ == 0) return;
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

std::chrono::nanoseconds ChildProcess::cpu_time() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process_, &clock) == 0) clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string ChildProcess::ReadyEndpoint() {
  std::string text;
  std::array<char, 512> buffer{};
  while (true) {
    const size_t start = text.find("http://");
    const size_t end = start == std::string::npos ? start : text.find('\n', start);
    if (end != std::string::npos) return text.substr(start + 7, end - start - 7);
    const ssize_t size = read(output_, buffer.data(), buffer.size());
    if (size <= 0) return "";
    text.append(buffer.data(), static_cast<size_t>(size));
  }
}

}  // namespace bench
