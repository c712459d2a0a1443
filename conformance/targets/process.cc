#include "conformance/targets/process.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
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
}

Process::~Process() { Stop(std::chrono::seconds(5)); }

std::optional<int> Process::Ended() { return Reap(WNOHANG); }

int Process::Wait(const volatile int* interrupted) {
  while (!Reap(0)) {
    if (*interrupted != 0) return 128 + *interrupted;
  }
  return *exit_code_;
}

void Process::Stop(std::chrono::milliseconds grace) {
  if (Ended()) return;
  kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (!Ended() && std::chrono::steady_clock::now() < deadline) usleep(2000);
  if (Ended()) return;
  kill(pid_, SIGKILL);
  while (!Reap(0)) {
  }
}

std::optional<int> Process::Reap(int options) {
  if (exit_code_) return exit_code_;
  int status = 0;
  if (waitpid(pid_, &status, options) != pid_) return std::nullopt;
  if (WIFEXITED(status)) exit_code_ = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit_code_ = 128 + WTERMSIG(status);
  return exit_code_;
}

}  // namespace conformance
