#include "fakeserver/flags.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/flag_table.h"
#include "fakeserver/flag_values.h"

namespace fakeetcd {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

Flags Parse(const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment = {}) {
  Flags flags;
  const FlagError error = ParseFlags(arguments, environment, flags);
  EXPECT_EQ(error.exit_code, 0) << error.text;
  return flags;
}

FlagError Failure(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment = {}) {
  Flags flags;
  return ParseFlags(arguments, environment, flags);
}

TEST(FlagsTest, ReadsFlagsInEveryFormOfGo) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--max-txn-ops=7"},
                                                                     {"-max-txn-ops=7"},
                                                                     {"--max-txn-ops", "7"},
                                                                     {"-max-txn-ops", "7"}}) {
    SCOPED_TRACE(arguments[0]);
    EXPECT_EQ(Parse(arguments).server.max_txn_ops, 7);
  }
}

TEST(FlagsTest, ABoolTakesAValueOnlyBehindEquals) {
  EXPECT_TRUE(Parse({"--version", "--name", "x"}).print_version);
  EXPECT_FALSE(Parse({"--version=false"}).print_version);
  EXPECT_EQ(Failure({"--version", "false"}).text,
            "error verifying flags, 'false' is not a valid flag. See 'fake-etcd --help'.");
}

TEST(FlagsTest, TheLastOfSeveralCounts) {
  EXPECT_EQ(Parse({"--name=a", "--name", "b"}).server.name, "b");
}

TEST(FlagsTest, WrongArgumentsAreRefusedInTheWordsOfEtcd) {
  const struct {
    std::vector<std::string> arguments;
    int exit_code;
    std::string want;
  } cases[] = {
      {{"--nope"}, 2, "flag provided but not defined: -nope"},
      {{"-nope=1"}, 2, "flag provided but not defined: -nope"},
      {{"--name"}, 2, "flag needs an argument: -name"},
      {{"--max-txn-ops=abc"}, 2, "invalid value \"abc\" for flag -max-txn-ops: parse error"},
      {{"--enable-v2=abc"}, 2, "invalid boolean value \"abc\" for -enable-v2: parse error"},
      {{"--grpc-keepalive-timeout=5"},
       2,
       "invalid value \"5\" for flag -grpc-keepalive-timeout: parse error"},
      {{"---name=x"}, 2, "bad flag syntax: ---name=x"},
      {{"foo"}, 1, "error verifying flags, 'foo' is not a valid flag. See 'fake-etcd --help'."},
      {{"gateway"}, 1, "fake-etcd: gateway is not supported"},
      {{"--listen-client-urls=ftp://127.0.0.1:0"},
       2,
       "invalid value \"ftp://127.0.0.1:0\" for flag -listen-client-urls: URL scheme must be http, "
       "https, unix, or unixs: ftp://127.0.0.1:0"},
      {{"--client-crl-file=x"},
       2,
       "invalid value \"x\" for flag -client-crl-file: not supported by fake-etcd"},
      {{"--config-file=/nope.yml"},
       1,
       "error verifying flags, open /nope.yml: no such file or directory. See 'fake-etcd --help'."},
      {{"--emulate=2.3"},
       2,
       "invalid value \"2.3\" for flag -emulate: 3.4, 3.5, 3.6 and 3.7 are known"},
      {{"--initial-cluster=default=http://a:1,other=http://b:1"},
       1,
       "fake-etcd is a cluster of one, \"default\"; --initial-cluster names \"other\""},
      {{"--auto-compaction-mode=daily"}, 1, "unknown auto-compaction-mode \"daily\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.want);
    const FlagError error = Failure(c.arguments);
    EXPECT_EQ(error.text, c.want);
    EXPECT_EQ(error.exit_code, c.exit_code);
  }
}

TEST(FlagsTest, WhatHasNoMeaningInMemoryIsAcceptedAndNamed) {
  const Flags flags = Parse(
      {"--data-dir=/tmp/x", "--snapshot-count", "5", "--enable-v2", "--feature-gates=A=true"});

  EXPECT_THAT(flags.without_meaning,
              ElementsAre("data-dir", "enable-v2", "feature-gates", "snapshot-count"));
}

TEST(FlagsTest, AddressesAndUrlsAreListsByComma) {
  const Flags flags = Parse({"--listen-client-urls=http://127.0.0.1:0,http://[::1]:2379/",
                             "--advertise-client-urls=http://a:1,http://b:2"});

  EXPECT_THAT(flags.server.listen_addresses, ElementsAre("127.0.0.1:0", "[::1]:2379"));
  EXPECT_THAT(flags.server.client_urls, ElementsAre("http://a:1", "http://b:2"));
}

TEST(FlagsTest, MetricsAndHttpMayHaveAddressesOfTheirOwn) {
  const Flags flags = Parse({"--listen-metrics-urls=http://127.0.0.1:1,https://127.0.0.1:2",
                             "--listen-client-http-urls=http://127.0.0.1:3"});

  EXPECT_THAT(flags.server.listen_metrics_addresses,
              ElementsAre("127.0.0.1:1", "https://127.0.0.1:2"));
  EXPECT_THAT(flags.server.listen_http_addresses, ElementsAre("127.0.0.1:3"));
}

TEST(FlagsTest, SecureUrlsKeepTheirScheme) {
  const Flags flags = Parse({"--listen-client-urls=https://127.0.0.1:0/,unix:///tmp/x.sock",
                             "--cert-file=c", "--key-file=k", "--client-cert-auth"});

  EXPECT_THAT(flags.server.listen_addresses,
              ElementsAre("https://127.0.0.1:0", "unix:///tmp/x.sock"));
  EXPECT_EQ(flags.server.tls.cert_file, "c");
  EXPECT_EQ(flags.server.tls.key_file, "k");
  EXPECT_TRUE(flags.server.tls.client_cert_auth);
}

// A file with `text` in it, for as long as the test runs.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) : path_(testing::TempDir() + "config.yml") {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::remove(path_.c_str()); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(FlagsTest, AConfigFileTakesThePlaceOfAllButOurOwnFlags) {
  const ConfigFile file(
      "name: from-file\n"
      "max-txn-ops: 7\n"
      "unknown: {a: 1}\n"
      "listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2\n"
      "grpc-keepalive-timeout: 5000000000\n"
      "client-transport-security:\n"
      "  cert-file: c.pem\n"
      "  client-cert-auth: true\n"
      "log-outputs: [stdout, stderr]\n");

  const Flags flags =
      Parse({"--config-file=" + file.path(), "--name=x", "--max-request-bytes=5", "--emulate=3.4"},
            {"ETCD_NAME=y"});

  EXPECT_EQ(flags.config_file, file.path());
  EXPECT_EQ(flags.server.name, "from-file");
  EXPECT_EQ(flags.server.max_txn_ops, 7);
  EXPECT_EQ(flags.server.max_request_bytes, Server::Options().max_request_bytes);
  EXPECT_EQ(flags.server.emulate, "3.4");
  EXPECT_THAT(flags.server.listen_addresses, ElementsAre("127.0.0.1:1", "127.0.0.1:2"));
  EXPECT_EQ(flags.server.grpc_keepalive_timeout, 5s);
  EXPECT_EQ(flags.server.tls.cert_file, "c.pem");
  EXPECT_TRUE(flags.server.tls.client_cert_auth);
  EXPECT_THAT(flags.log_outputs, ElementsAre("stdout", "stderr"));
}

TEST(FlagsTest, AConfigFileThatIsNoYamlIsRefusedInTheWordsOfEtcd) {
  const ConfigFile file("a: [\n");

  EXPECT_EQ(Failure({}, {"ETCD_CONFIG_FILE=" + file.path()}).text,
            "error verifying flags, error converting YAML to JSON: yaml: line 1: did not find "
            "expected node content. See 'fake-etcd --help'.");
}

TEST(FlagsTest, VariablesTakeThePlaceOfFlags) {
  const Flags flags = Parse({"--name=x"}, {"ETCD_MAX_TXN_OPS=9", "ETCD_DATA_DIR=/d", "PATH=/bin",
                                           "ETCD_NOPE=1", "ETCD_LOG_LEVEL="});

  EXPECT_EQ(flags.server.max_txn_ops, 9);
  EXPECT_THAT(flags.without_meaning, ElementsAre("data-dir"));
  EXPECT_THAT(flags.used_variables, ElementsAre("ETCD_MAX_TXN_OPS=9", "ETCD_DATA_DIR=/d"));
  EXPECT_THAT(flags.unknown_variables, ElementsAre("ETCD_NOPE=1"));
}

TEST(FlagsTest, AVariableBesideItsFlagIsAnErrorAsInEtcd) {
  const FlagError error = Failure({"--name=x"}, {"ETCD_NAME=y"});

  EXPECT_EQ(error.exit_code, 1);
  EXPECT_EQ(error.text,
            "conflicting environment variable \"ETCD_NAME\" is shadowed by corresponding "
            "command-line flag (either unset environment variable or disable flag)");
}

TEST(FlagsTest, AVariableMustHoldWhatItsFlagTakes) {
  EXPECT_EQ(Failure({}, {"ETCD_MAX_TXN_OPS=many"}).text,
            "invalid value \"many\" for ETCD_MAX_TXN_OPS: parse error");
}

TEST(FlagsTest, TheInitialClusterNamesThePeerUrls) {
  const Flags flags = Parse({"--name=m", "--initial-cluster=m=http://a:1,m=http://a:2"});

  EXPECT_THAT(flags.server.peer_urls, ElementsAre("http://a:1", "http://a:2"));
}

TEST(FlagsTest, RetentionIsHoursRevisionsOrADuration) {
  const auto hours = Parse({"--auto-compaction-retention=2"}).server;
  EXPECT_EQ(hours.auto_compaction, Server::AutoCompaction::kPeriodic);
  EXPECT_EQ(hours.auto_compaction_period, 2h);

  EXPECT_EQ(Parse({"--auto-compaction-retention=5m"}).server.auto_compaction_period, 5min);

  const auto revisions =
      Parse({"--auto-compaction-mode=revision", "--auto-compaction-retention=1000"}).server;
  EXPECT_EQ(revisions.auto_compaction, Server::AutoCompaction::kRevision);
  EXPECT_EQ(revisions.auto_compaction_revisions, 1000);
}

TEST(FlagsTest, TimesThatEtcdRefuses) {
  const struct {
    std::vector<std::string> arguments;
    std::string want;
  } cases[] = {
      {{"--heartbeat-interval=0"}, "--heartbeat-interval must be >0 (set to 0ms)"},
      {{"--election-timeout=0"}, "--election-timeout must be >0 (set to 0ms)"},
      {{"--election-timeout=499"},
       "--election-timeout[499ms] should be at least as 5 times as --heartbeat-interval[100ms]"},
      {{"--election-timeout=600000"},
       "--election-timeout[600000ms] is too long, and should be set less than 50000ms"},
  };
  for (const auto& c : cases) {
    Flags flags;
    EXPECT_EQ(ParseFlags(c.arguments, {}, flags).text,
              "error verifying flags, " + c.want + ". See 'fake-etcd --help'.");
  }
}

TEST(FlagsTest, TimesAndLimits) {
  const auto options =
      Parse({"--experimental-watch-progress-notify-interval=300ms", "--heartbeat-interval=50",
             "--election-timeout=500", "--max-request-bytes=0x100", "--quota-backend-bytes=0",
             "--max-concurrent-streams=10", "--strict-reconfig-check=false", "--max-learners=3"})
          .server;

  EXPECT_EQ(options.watch_progress_notify_interval, 300ms);
  EXPECT_EQ(options.heartbeat_interval, 50ms);
  EXPECT_EQ(options.election_timeout, 500ms);
  EXPECT_EQ(options.max_request_bytes, 256);
  EXPECT_EQ(options.quota_backend_bytes, int64_t{2} << 30);
  EXPECT_EQ(options.max_concurrent_streams, 10);
  EXPECT_FALSE(options.strict_reconfig_check);
  EXPECT_EQ(options.max_learners, 3);
}

TEST(FlagsTest, DurationsAreReadAsGoReadsThem) {
  EXPECT_EQ(ParseDuration("1h30m"), 90min);
  EXPECT_EQ(ParseDuration("1.5s"), 1500ms);
  EXPECT_EQ(ParseDuration("300ms"), 300ms);
  EXPECT_EQ(ParseDuration("0"), 0s);
  EXPECT_EQ(ParseDuration("-2us"), -2us);
  for (const char* wrong : {"", "5", "s", "1d", "1h 2m", "."}) {
    EXPECT_EQ(ParseDuration(wrong), std::nullopt) << wrong;
  }
}

TEST(FlagsTest, HelpNamesEveryFlag) {
  const std::string usage = Usage();
  for (const FlagSpec& flag : AllFlags()) {
    EXPECT_THAT(usage, testing::HasSubstr("--" + std::string(flag.name)));
    EXPECT_EQ(FindFlag(flag.name), &flag) << "the table must be ascending: " << flag.name;
  }
}

}  // namespace
}  // namespace fakeetcd
