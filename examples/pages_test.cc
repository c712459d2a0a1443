// The C++ of docs/quick-start.md, threads.md, retries.md and mocking.md, compiled and run on the
// fake; the pages are checked against it.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "examples/page_check.h"

#include "etcdpp/callback_watch.h"
#include "etcdpp/client.h"
#include "etcdpp/decorator.h"
#include "etcdpp/mocks/mock_connection.h"
#include "etcdpp/mocks/mock_services.h"
#include "fakeetcd/server.h"
#include "fakeetcd/testing.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::AuthResponse;
using etcdpp::CallbackWatch;
using etcdpp::Client;
using etcdpp::Code;
using etcdpp::ConnectionDecorator;
using etcdpp::KeyRange;
using etcdpp::KeyValue;
using etcdpp::LeaseKeeper;
using etcdpp::Options;
using etcdpp::Outcome;
using etcdpp::PutParams;
using etcdpp::PutResponse;
using etcdpp::RangeParams;
using etcdpp::RangeResponse;
using etcdpp::Reason;
using etcdpp::Result;
using etcdpp::Status;
using etcdpp::Watch;
using etcdpp::WatchParams;
using etcdpp::WatchResponse;
using etcdpp::mocks::MockConnection;
using etcdpp::mocks::MockWatchStream;
using testing::NiceMock;
using testing::Return;

template <typename... Things>
void Use(const Things&... /*things*/) {}

class Pages : public testing::Test {
 protected:
  std::unique_ptr<fakeetcd::Server> server = fakeetcd::Server::Start({});  // NOLINT
  Client client{server->endpoint()};                                       // NOLINT
};

// --- quick-start.md

etcdpp::Status Greet(etcdpp::Client& client) {
  if (auto put = client.Put("greeting", "hello"); !put.ok()) return put.status();

  auto greeting = client.Get("greeting");
  if (!greeting.ok()) return greeting.status();
  if (*greeting) Use((*greeting)->value);  // hello

  auto old = client.Get("greeting", {.revision = (*greeting)->mod_revision - 1});
  return old.status();
}

TEST_F(Pages, QuickStartGreets) { EXPECT_EQ(Greet(client), Status()); }

void ReadMany(Client client) {
  auto jobs = client.Range(KeyRange::Prefix("jobs/"), {.limit = 10});
  if (jobs.ok()) Use(jobs->kvs.size(), jobs->count);

  for (const Result<KeyValue>& job : client.Scan(KeyRange::Prefix("jobs/"))) {
    if (!job.ok()) return;  // why: job.status()
    Use(job->key);
  }
}

TEST_F(Pages, QuickStartReadsAndWritesOnConditions) {
  auto created = client.PutIfAbsent("jobs/1", "queued");  // whether it wrote

  auto taken = client.Txn()
                   .If(cmp::Value("jobs/1") == "queued")
                   .Then(op::Put("jobs/1", "running"), op::Get("workers/1"))
                   .Else(op::Get("jobs/1"))
                   .Commit();
  if (taken.ok() && taken->succeeded) Use(taken->responses[1].range()->count);
  ReadMany(client);
  EXPECT_TRUE(*created && taken->succeeded);
}

TEST_F(Pages, QuickStartWatchesAndLeases) {
  Watch watch = client.Watch(KeyRange::Prefix("workers/"));
  auto lease = client.GrantLease(10s);
  LeaseKeeper keeper = client.KeepAlive(*lease);
  client.Put("workers/1", "here", {.lease = lease->id});

  auto seen = watch.NextFor(5s);
  if (seen.ok()) Use(seen->events[0].kv.key);  // workers/1
  EXPECT_EQ(seen->events[0].kv.key, "workers/1");
}

// --- threads.md

TEST_F(Pages, ACallbackMayEndItsWatch) {
  std::promise<void> opened;
  std::optional<CallbackWatch> watch;
  watch.emplace(client, "door", [&](const Result<WatchResponse>& response) {
    watch.reset();  // from within: nothing more is told
    if (response.ok()) opened.set_value();
  });
  client.Put("door", "open");
  EXPECT_EQ(opened.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(Pages, CallsEndEarly) {
  std::stop_source stop;
  std::thread other([&] { stop.request_stop(); });
  auto ended = client.Watch("nothing", {}, {.cancel = stop.get_token()}).Next();
  auto late = client.Get("key", {}, {.timeout = 250ms});
  other.join();
  EXPECT_EQ(ended.status().code(), Code::kCancelled);
  EXPECT_TRUE(late.ok());
}

int ExitCodeOf(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST_F(Pages, ForkAndExecLeaveAClientAlone) {
  Watch watch = client.Watch("k");
  const pid_t child = fork();
  if (child == 0) {
    execlp("true", "true", nullptr);
    _exit(1);
  }
  EXPECT_EQ(ExitCodeOf(child), 0);
  EXPECT_TRUE(client.Put("k", "v").ok());
  EXPECT_TRUE(watch.NextFor(10s).ok());
}

TEST_F(Pages, AChildThatLeavesAClientAloneMayExit) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  EXPECT_EQ(ExitCodeOf(child), 0);
  EXPECT_TRUE(client.Put("k", "v").ok());
}

// Forks first: the child makes its own client, of a server that its parent starts afterwards.
[[noreturn]] void ForkFirst() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) _exit(100);
  const pid_t child = fork();
  if (child == 0) {
    std::array<char, 100> endpoint{};
    if (read(ends[0], endpoint.data(), endpoint.size() - 1) <= 0) _exit(101);
    Client client(endpoint.data());
    _exit(client.Put("k", "child's").ok() ? 0 : 102);
  }
  const auto server = fakeetcd::Server::Start({});
  Client client(server->endpoint());
  const bool told = write(ends[1], server->endpoint().data(), server->endpoint().size()) > 0;
  const int code = told ? ExitCodeOf(child) : 103;
  const auto kv = client.Get("k");
  _exit(kv.ok() && *kv && (*kv)->value == "child's" ? code : 104);
}

TEST(PagesDeathTest, ClientsMadeAfterForkWorkOnBothSides) {
  // In a process that has used no gRPC yet: this one started anew.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ForkFirst(), testing::ExitedWithCode(0), "");
}

// --- retries.md

TEST_F(Pages, RetriesAreOptions) {
  Options options;
  options.endpoints = {"127.0.0.1:1", server->endpoint()};  // nobody is at the first
  options.call_timeout = 10s;
  options.retry.max_attempts = 5;
  options.failover.retry_after = 30s;
  Client two(options);
  EXPECT_TRUE(two.Put("k", "v").ok());
  EXPECT_TRUE(two.Get("k").ok());
}

Status Save(Client& client, std::string_view key, std::string_view value) {
  const auto put = client.Put(key, value);
  if (put.ok() || put.status().outcome() == Outcome::kApplied) return {};
  if (put.status().outcome() == Outcome::kNotApplied) return put.status();
  const auto now = client.Get(key);
  if (now.ok() && *now && (*now)->value == value) return {};
  return put.status();
}

std::string Explain(const Status& status) {
  // clang-format off
  switch (status.reason()) {
    case Reason::kCompacted: return "read again, as of now";
    case Reason::kNoServerAvailable: return "nobody was there";
    case Reason::kPermissionDenied: return "not allowed";
    default: return status.ToString();
  }
  // clang-format on
}

TEST_F(Pages, OutcomesAreKnown) {
  EXPECT_EQ(Save(client, "k", "v"), Status());
  client.Put("config/colour", "blue", {}, {.repeatable = true});
  const KeyValue known = **client.Get("config/colour");
  auto moved = client.PutIfUnchanged("config/colour", known.mod_revision, "green");
  EXPECT_TRUE(*moved);
  server->Stop();
  EXPECT_EQ(Explain(client.Get("k", {}, {.timeout = 1s}).status()), "nobody was there");
}

// --- mocking.md

class WorkerTest : public fakeetcd::EtcdTest {};

TEST_F(WorkerTest, IsGoneWhenItsLeaseIs) {
  const auto lease = client().GrantLease(10s);
  client().Put("worker/1", "here", {.lease = lease->id});
  server().AdvanceTime(11s);
  EXPECT_FALSE(client().Get("worker/1")->has_value());
}

std::string RunProgram(Client& client) {
  return client.Put("k", "v").ok() ? "done" : "nobody was there";
}

TEST(Program, SaysThatNobodyWasThere) {
  const auto connection = std::make_shared<NiceMock<MockConnection>>();
  EXPECT_CALL(*connection, Put).WillOnce(Return(Status(Code::kUnavailable, "connection refused")));
  Client client(connection);

  EXPECT_EQ(RunProgram(client), "nobody was there");
}

TEST(Program, CanBeAskedWhatItAskedFor) {
  const auto connection = std::make_shared<NiceMock<MockConnection>>();
  EXPECT_CALL(*connection, Range).WillOnce([](const RangeParams& params) -> Result<RangeResponse> {
    EXPECT_EQ(params.request.range, KeyRange::Prefix("jobs/"));
    return RangeResponse{.kvs = {{.key = "jobs/1"}}, .count = 1};
  });
  EXPECT_CALL(connection->auth_service, UserAdd).WillOnce(Return(AuthResponse()));
  EXPECT_CALL(*connection, Watch).WillOnce([](const WatchParams&) {
    auto stream = std::make_unique<NiceMock<MockWatchStream>>();
    EXPECT_CALL(*stream, Next)
        .WillOnce(Return(WatchResponse{.events = {{.kv = {.key = "door"}}}}))
        .WillRepeatedly(Return(Status(Code::kCancelled, "over")));
    return stream;
  });
  Client client(connection);

  EXPECT_EQ(client.Range(KeyRange::Prefix("jobs/"))->count, 1);
  EXPECT_TRUE(client.auth().AddUser("alice", "secret").ok());
  Watch watch = client.Watch("door");
  EXPECT_EQ(watch.Next()->events[0].kv.key, "door");
  EXPECT_EQ(watch.Next().status().message(), "over");
}

class Counting : public ConnectionDecorator {
 public:
  using ConnectionDecorator::ConnectionDecorator;

  Result<PutResponse> Put(PutParams params) override {
    ++puts;
    return inner().Put(std::move(params));
  }

  std::atomic<int> puts{0};
};

TEST_F(Pages, DecoratorsSeeTheCalls) {
  const auto counting = std::make_shared<Counting>(client.connection());
  EXPECT_TRUE(Client(counting).Put("k", "v").ok());
  EXPECT_EQ(counting->puts, 1);
}

// --- The pages themselves.

// In docs/client-coverage.md the last column of a table is tests by name.
TEST(PagesThemselves, NameOnlyTestsThatExist) {
  std::string sources;
  for (const char* folder :
       {"client/src", "conformance/client", "examples", "fakeserver", "proto/clash_test"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(SOURCE_ROOT "/" + std::string(folder))) {
      if (entry.path().extension() == ".cc") sources += Joined(FileText(entry.path())) + "\n";
    }
  }
  std::istringstream page(FileText(SOURCE_ROOT "/docs/client-coverage.md"));
  int named = 0;
  const std::regex name("`(\\w+)\\.(\\w+)`");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || !line.ends_with("` |")) continue;
    const std::string last = line.substr(line.rfind(" | "));
    for (auto it = std::sregex_iterator(last.begin(), last.end(), name);
         it != std::sregex_iterator(); ++it) {
      const std::string test = "(" + (*it)[1].str() + ", " + (*it)[2].str() + ")";
      EXPECT_NE(sources.find(test), std::string::npos) << test;
      ++named;
    }
  }
  EXPECT_GT(named, 100);
}

TEST(PagesThemselves, ShowOnlyWhatIsCompiledHere) {
  EXPECT_GE(CheckPage("quick-start.md"), 4);
  EXPECT_GE(CheckPage("threads.md"), 2);
  EXPECT_GE(CheckPage("retries.md"), 5);
  EXPECT_GE(CheckPage("mocking.md"), 5);
}

}  // namespace
