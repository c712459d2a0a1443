// etcd-failures: starts servers, and runs the cases in which they fail.
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "conformance/failures/cluster.h"

namespace conformance {
namespace {

constexpr int kExitUnusable = 2;

int Main(int argc, char** argv) {
  EtcdServer::Options options;
  std::string real;
  std::string fake;
  std::string filter = "*";
  CLI::App app{
      "Starts etcd servers on free ports of loopback, and does to them what goes wrong in a\n"
      "cluster, while clients write and watch. Holds what was told against what is there.\n"
      "Exits 0 when nothing failed, 1 when a case failed, 2 when it could not run.",
      "etcd-failures"};
  auto* const server = app.add_option_group("server", "Which servers to start");
  server->add_option("--real", real, "Path of an etcd binary, for a cluster of three");
  server->add_option("--fake", fake, "Path of a fake-etcd binary, for one");
  server->require_option(1);
  app.add_option("--flag", options.flags, "A flag for the servers")->allow_extra_args(false);
  app.add_option("--filter", filter, "Which cases to run: globs of Suite.Case separated by ':'");
  CLI11_PARSE(app, argc, argv);
  options.binary = real.empty() ? fake : real;
  options.picks_port = real.empty();
  options.members = real.empty() ? 1 : 3;
  // Clients that are to notice soon that a server is silent probe it often.
  options.flags.emplace_back("--grpc-keepalive-min-time=100ms");
  int no_arguments = 1;
  testing::InitGoogleTest(&no_arguments, argv);
  GTEST_FLAG_SET(filter, real.empty() ? filter + "-ThreeMembers.*" : filter);
  try {
    EtcdServer servers(options);
    SetServers(&servers);
    return RUN_ALL_TESTS();
  } catch (const std::exception& error) {
    std::cerr << "etcd-failures: " << error.what() << "\n";
    return kExitUnusable;
  }
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
