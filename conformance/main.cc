// etcd-conformance: runs the cases linked into it on an etcd, whichever it is.
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "conformance/support/report.h"
#include "conformance/support/requests.h"
#include "conformance/support/unique_prefix.h"
#include "conformance/support/wire.h"
#include "conformance/target.h"

namespace conformance {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUnusable = 2;

struct Flags {
  std::string endpoint;
  std::string version;
  std::string filter = "*";
  int progress_notify_interval = 0;
  int64_t quota_backend_bytes = 0;
  std::string tls_endpoint;
  std::string certificates;
  bool list = false;
  bool verbose = false;
};

int Complain(const std::string& what) {
  std::cerr << "etcd-conformance: " << what << "\n";
  return kExitUnusable;
}

// "http://host:port/" is how etcd prints its addresses.
std::string WithoutScheme(std::string endpoint) {
  constexpr std::string_view kScheme = "http://";
  if (endpoint.starts_with(kScheme)) endpoint.erase(0, kScheme.size());
  if (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

// What is between the commas.
std::vector<std::string> Endpoints(const std::string& flag) {
  std::vector<std::string> endpoints;
  std::istringstream list(flag);
  for (std::string endpoint; std::getline(list, endpoint, ',');) {
    endpoints.push_back(WithoutScheme(endpoint));
  }
  return endpoints;
}

// The releases this suite has been run on: what "3.4" means where the server does not say.
Version PatchFor(const Version& line) {
  for (const Version& known : {V(3, 4, 23), V(3, 5, 33), V(3, 6, 14), V(3, 7, 1)}) {
    if (known.minor == line.minor) return known;
  }
  return line;
}

// The version to expect: the server's own, unless the flag names another line or patch.
std::optional<Version> ExpectedVersion(const std::string& flag, const std::string& reported) {
  const std::optional<Version> server = Version::Parse(reported);
  if (flag.empty()) return server;
  const std::optional<Version> asked = Version::Parse(flag);
  if (!asked) return std::nullopt;
  const bool patch_given = std::count(flag.begin(), flag.end(), '.') == 2;
  if (patch_given) return asked;
  if (server && server->major == asked->major && server->minor == asked->minor) return server;
  return PatchFor(*asked);
}

void ListCases() {
  const testing::UnitTest& run = *testing::UnitTest::GetInstance();
  for (int i = 0; i < run.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *run.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      std::cout << suite.name() << "." << suite.GetTestInfo(j)->name() << "\n";
    }
  }
}

int Run(const Flags& flags) {
  Target target{.endpoints = Endpoints(flags.endpoint)};
  target.endpoint = target.endpoints.front();
  if (flags.endpoint.starts_with("https://")) {
    return Complain("--endpoint is without TLS; --tls-endpoint is for the cases about it");
  }
  target.tls_endpoint = flags.tls_endpoint;
  target.certificates = flags.certificates;
  // Kept open: the connections of the cases share its socket.
  const Wire wire(target.endpoint);
  const CallOptions short_wait{.timeout = std::chrono::seconds(5)};
  const auto status = wire.Call(pb::StatusRequest(), short_wait);
  if (!status.status.ok() && flags.version.empty()) {
    return Complain("no answer to Maintenance/Status from " + target.endpoint + ": " +
                    DescribeStatus(status.status));
  }
  const auto version = ExpectedVersion(flags.version, status.message.version());
  if (!version) {
    return Complain(target.endpoint + " does not say its version (\"" + status.message.version() +
                    "\"): give --version");
  }
  target.version = *version;
  const auto everything =
      wire.Call(Range(kZeroByte, {.range_end = kZeroByte, .count_only = true}), short_wait);
  if (!everything.status.ok()) {
    return Complain("cannot read from " + target.endpoint + ": " +
                    DescribeStatus(everything.status));
  }
  target.fresh = everything->header().revision() == 1;
  target.progress_notify_interval = std::chrono::milliseconds(flags.progress_notify_interval);
  target.quota_backend_bytes = flags.quota_backend_bytes;
  SetTarget(target);
  std::cout << "etcd " << version->ToString() << " at " << target.endpoint
            << (target.fresh ? ", fresh" : ", in use") << "; keys under " << RunPrefix()
            << std::endl;
  const int result = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    return Complain("no case matches --filter=" + flags.filter);
  }
  return result == 0 ? 0 : kExitFailed;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{
      "Runs the conformance suite on an etcd server, real or not. The server must be otherwise\n"
      "idle and run with etcd's default limits. The suite cleans up its keys and leases; it does\n"
      "compact the history. Cases that need an untouched store run only on a fresh server.\n"
      "Exits 0 when nothing failed, 1 when a case failed, 2 when it could not run.",
      "etcd-conformance"};
  app.add_option("--endpoint", flags.endpoint,
                 "HOST:PORT of the server; or of the members of one cluster, separated by commas: "
                 "cases that need three run only then, all others on the first")
      ->type_name("HOST:PORT");
  app.add_option("--version", flags.version,
                 "The release whose behaviour is expected: 3.4, 3.5, 3.6 or 3.7, or with a patch, "
                 "3.4.23. Default: what the server says it is")
      ->check([](const std::string& text) {
        const auto version = Version::Parse(text);
        const bool known = version && version->major == 3 && version->minor >= 4;
        return known ? "" : "not a release from 3.4 on: " + text;
      });
  app.add_option("--progress-notify-interval", flags.progress_notify_interval,
                 "What the server's flag of that name (before 3.6, with experimental- before it) "
                 "says, in milliseconds. Without it, cases about it are skipped")
      ->check(CLI::PositiveNumber);
  app.add_option("--quota-backend-bytes", flags.quota_backend_bytes,
                 "What the server's flag of that name says. Without it, cases that fill the "
                 "server up are skipped")
      ->check(CLI::PositiveNumber);
  app.add_option("--tls-endpoint", flags.tls_endpoint,
                 "HOST:PORT where the server speaks TLS and asks for certificates. Without it, "
                 "cases about that are skipped")
      ->type_name("HOST:PORT");
  app.add_option("--certificates", flags.certificates,
                 "Directory of the certificates that with-etcd --tls has made");
  app.add_option("--filter", flags.filter,
                 "Which cases to run: globs of Suite.Case separated by ':', those after a '-' are "
                 "left out");
  app.add_flag("--list", flags.list, "Print the names of all cases, run none");
  app.add_flag("--verbose", flags.verbose, "Print the cases that pass too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return Complain(std::string(error.what()) + " (see --help)");
  }

  int no_arguments = 1;
  testing::InitGoogleTest(&no_arguments, argv);
  GTEST_FLAG_SET(filter, flags.filter);
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new Report(flags.verbose));
  if (flags.list) {
    ListCases();
    return 0;
  }
  if (flags.endpoint.empty()) return Complain("--endpoint is required (see --help)");
  return Run(flags);
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
