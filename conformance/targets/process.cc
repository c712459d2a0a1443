#include "conformance/targets/process.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {
namespace {

constexpr int kCannotRun = 127;

// Between fork and exec: async-signal-safe calls only.
[[noreturn]] void Become(char* const* argv, pid_t parent, int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotRun);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (out >= 0) dup2(out, STDOUT_FILENO);
  if (err >= 0) dup2(err, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(kCannotRun);
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, int out, int err) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) Become(argv.data(), parent, out, err);
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_fd_ < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Process::~Process() {
  Stop(std::chrono::seconds(5));
  close(pid_fd_);
}

std::optional<int> Process::Ended(std::chrono::milliseconds patience) {
  if (exit_code_) return exit_code_;
  pollfd ended{pid_fd_, POLLIN, 0};
  if (poll(&ended, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

int Process::Wait(const volatile int* interrupted) {
  while (*interrupted == 0) {
    if (const auto exit_code = Ended(std::chrono::seconds(1))) return *exit_code;
  }
  return 128 + *interrupted;
}

void Process::Signal(int signal) {
  if (!Ended()) kill(pid_, signal);
}

void Process::Stop(std::chrono::milliseconds grace) {
  if (Ended()) return;
  kill(pid_, SIGTERM);
  if (Ended(grace)) return;
  kill(pid_, SIGKILL);
  while (!Ended(std::chrono::seconds(1))) {
  }
}

}  // namespace conformance
