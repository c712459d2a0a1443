// with-etcd: starts a server, runs a command on it, and ends the server again.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "conformance/targets/etcd_server.h"

namespace conformance {
namespace {

constexpr int kExitUnusable = 2;

volatile int interrupted = 0;

// Without SA_RESTART, so that a wait for the command returns.
void EndOnSignals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { interrupted = signal; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // A reader of our output who leaves must not keep us from tidying up.
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

int Complain(const std::string& what) {
  std::cerr << "with-etcd: " << what << "\n";
  return kExitUnusable;
}

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

// The command's program, found on PATH as a shell would.
std::string Resolve(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    std::string candidate = directory;
    candidate.append("/").append(program);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return program;
}

int Run(const EtcdServer::Options& options, std::vector<std::string> command) {
  EndOnSignals();
  EtcdServer server(options);
  for (std::string& argument : command) {
    ReplaceAll(&argument, "{endpoint}", server.endpoint());
    ReplaceAll(&argument, "{endpoints}", server.endpoints());
    ReplaceAll(&argument, "{tls-endpoint}", server.tls_endpoint());
    ReplaceAll(&argument, "{certificates}", server.certificates().string());
  }
  command[0] = Resolve(command[0]);
  setenv("ETCD_ENDPOINT", server.endpoint().c_str(), 1);
  Process process(command);
  const int exit_code = process.Wait(&interrupted);
  if (const auto server_code = server.Ended()) {
    return Complain("the server ended by itself (exit code " + std::to_string(*server_code) +
                    "); the end of its log:\n" + server.LogTail());
  }
  return exit_code;
}

int Main(int argc, char** argv) {
  EtcdServer::Options options;
  std::string real;
  std::string fake;
  std::vector<std::string> command;
  CLI::App app{
      "Starts an etcd server of one member on free ports of loopback with a new data directory,\n"
      "runs COMMAND once it answers, and ends it. {endpoint} in COMMAND becomes HOST:PORT, and\n"
      "ETCD_ENDPOINT in its environment is the same; {endpoints} becomes those of all members,\n"
      "separated by commas. Exits with COMMAND's code, or 2 if there was no server to run it on.",
      "with-etcd"};
  auto* const server = app.add_option_group("server", "Which server to start");
  server->add_option("--real", real, "Path of an etcd binary");
  server->add_option("--fake", fake, "Path of a fake-etcd binary");
  server->require_option(1);
  app.add_flag("--tls", options.tls,
               "Have it listen at a second address with TLS that asks for certificates: "
               "{tls-endpoint} in COMMAND, and {certificates}, the directory they are in");
  app.add_option("--flag", options.flags, "A flag for the server, e.g. --flag=--max-txn-ops=5")
      ->allow_extra_args(false);
  app.add_option("--members", options.members, "How many members the cluster has; real etcd only")
      ->check(CLI::Range(1, 9));
  app.add_option("command", command, "-- COMMAND ARGUMENTS...")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return Complain(std::string(error.what()) + " (see --help)");
  }
  options.binary = real.empty() ? fake : real;
  options.picks_port = real.empty();
  if (options.picks_port && options.members > 1) return Complain("a fake is a cluster of one");
  try {
    return Run(options, command);
  } catch (const std::exception& error) {
    return Complain(error.what());
  }
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
