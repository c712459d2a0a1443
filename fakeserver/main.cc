// fake-etcd: fakeetcd::Server as a program that can stand in for the etcd binary.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <grpc/grpc.h>
#include <malloc.h>
#include <unistd.h>

#include "absl/synchronization/mutex.h"

#include "fakeetcd/server.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/flags.h"
#include "fakeserver/log.h"

namespace {

using fakeetcd::Flags;
using fakeetcd::Log;
using fakeetcd::LogLevel;

constexpr int kExitDiffers = 1;

// A log that differences from an oracle, found on any thread, are written to as well.
class SharedLog {
 public:
  SharedLog(LogLevel level, const std::vector<std::string>& outputs) : log_(level, outputs) {}

  void Write(LogLevel level, std::string_view message, const Log::Fields& fields) {
    const std::lock_guard lock(mu_);
    log_.Write(level, message, fields);
  }

 private:
  std::mutex mu_;
  Log log_;
};

std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) variables.emplace_back(*at);
  return variables;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

// Line for line what etcd prints, for programs that read it.
void PrintVersion(const std::string& emulate) {
  std::printf(
      "etcd Version: %s\n"
      "Git SHA: none (fake-etcd)\n"
      "Go Version: none (fake-etcd is written in C++)\n"
      "Go OS/Arch: linux/amd64\n",
      fakeetcd::Behavior::Parse(emulate)->version.ToString().c_str());
}

// Responses of hundreds of kilobytes come and go. Left alone, the allocator takes each from the
// system and gives it back, page by page: a third of the time of a range of a thousand keys.
void KeepMemory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

// Blocks the signals that end the program, so that every thread started later leaves them to
// WaitForSignal.
sigset_t BlockSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

void LogFlags(const Flags& flags, SharedLog& log) {
  if (!flags.config_file.empty()) {
    log.Write(LogLevel::kInfo,
              "Loading server configuration from \"" + flags.config_file +
                  "\". Other configuration command line flags and environment variables will be "
                  "ignored if provided.",
              {});
  }
  if (!flags.used_variables.empty()) {
    log.Write(LogLevel::kInfo, "recognized and used environment variables",
              {{"variables", Joined(flags.used_variables)}});
  }
  for (const std::string& variable : flags.unknown_variables) {
    log.Write(LogLevel::kWarn, "unrecognized environment variable",
              {{"environment-variable", variable}});
  }
  if (!flags.without_meaning.empty()) {
    log.Write(LogLevel::kWarn, "flags without meaning for a server in memory are ignored",
              {{"flags", Joined(flags.without_meaning)}});
  }
}

void Print(const char* what, const std::vector<std::string>& endpoints) {
  for (const std::string& endpoint : endpoints) {
    const bool plain = endpoint.find(":/") == std::string::npos && !endpoint.starts_with("unix:");
    std::printf("fake-etcd %s: %s%s\n", what, plain ? "http://" : "", endpoint.c_str());
  }
}

void LogReady(const Flags& flags, const fakeetcd::Server& server, SharedLog& log) {
  Print("metrics", server.metrics_endpoints());
  Print("http", server.http_endpoints());
  Print("ready", server.endpoints());
  std::fflush(stdout);
  log.Write(LogLevel::kInfo, "ready to serve client requests",
            {{"emulate", flags.server.emulate}, {"address", Joined(server.endpoints())}});
}

fakeetcd::Server::Options ThatTells(fakeetcd::Server::Options options, SharedLog& log) {
  options.on_difference = [&log](const fakeetcd::Server::Difference& difference) {
    log.Write(LogLevel::kError, "the oracle answers differently",
              {{"method", difference.method},
               {"request", difference.request},
               {"answer", difference.answer},
               {"oracle", difference.oracle_answer}});
  };
  return options;
}

// Ends the server, so that all there is to compare has been.
int TellOfOracle(fakeetcd::Server& server, SharedLog& log) {
  server.Stop();
  const auto count = server.oracle_count();
  log.Write(LogLevel::kInfo, "compared with the oracle",
            {{"compared", std::to_string(count.compared)},
             {"differences", std::to_string(count.differences)}});
  std::printf("fake-etcd oracle: %s compared, %s differences\n",
              std::to_string(count.compared).c_str(), std::to_string(count.differences).c_str());
  return count.differences == 0 ? 0 : kExitDiffers;
}

int Serve(const Flags& flags) {
  KeepMemory();
  const sigset_t signals = BlockSignals();
  // Never given back: gRPC would end its threads with the last of its objects, and wait up to ten
  // seconds for the one that looks after connections that could not be written to. They are begun
  // here, so that they leave the signals alone.
  grpc_init();
  SharedLog log(flags.log_level, flags.log_outputs);
  LogFlags(flags, log);
  std::string error;
  auto server = fakeetcd::Server::Start(ThatTells(flags.server, log), &error);
  if (server == nullptr) {
    std::fprintf(stderr, "fake-etcd: %s\n", error.c_str());
    return 1;
  }
  LogReady(flags, *server, log);
  const int signal = WaitForSignal(signals);
  log.Write(LogLevel::kInfo, "received signal; shutting down",
            {{"signal", signal == SIGTERM ? "terminated" : "interrupt"}});
  const int code = flags.server.oracle.empty() ? 0 : TellOfOracle(*server, log);
  server.reset();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // gRPC's own log would mix with ours.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  // Debian's abseil follows every lock that gRPC takes, a twentieth of a call's processor time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Flags flags;
  const auto error =
      fakeetcd::ParseFlags(std::vector<std::string>(argv + 1, argv + argc), Environment(), flags);
  if (error.exit_code != 0) {
    std::fprintf(stderr, "%s\n", error.text.c_str());
    if (error.print_usage) std::fprintf(stderr, "%s", fakeetcd::Usage().c_str());
    return error.exit_code;
  }
  if (flags.print_help) {
    std::printf("%s", fakeetcd::Usage().c_str());
    return 0;
  }
  if (flags.print_version) {
    PrintVersion(flags.server.emulate.empty() ? Flags().server.emulate : flags.server.emulate);
    return 0;
  }
  const int code = Serve(flags);
  // Ends gRPC's threads, which Serve has kept.
  std::fflush(nullptr);
  std::_Exit(code);
}
