// fake-etcd as a process: what it prints, how it ends.

#include <array>
#include <chrono>
#include <csignal>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etcdpp_proto/kv.grpc.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace {

namespace pb = etcdpp_proto::etcdserverpb;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr int kPatienceMilliseconds = 20'000;

// How long the program may take to end. Sanitizers have much to look through at the end.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kEndMilliseconds = 5000;
#else
constexpr double kEndMilliseconds = 100;
#endif

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A run of fake-etcd. Its standard error goes where its standard output goes.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    arguments.insert(arguments.begin(), "fake-etcd");
    EXPECT_EQ(posix_spawn(&process_, FAKE_ETCD, &actions, nullptr, Pointers(arguments).data(),
                          Pointers(environment).data()),
              0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }

  ~Program() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    close(output_);
  }

  /// Reads until a line contains `text`; returns that line, or all there was.
  std::string LineWith(const std::string& text) {
    for (size_t at = 0;;) {
      const size_t end = text_.find('\n', at);
      if (end == std::string::npos) {
        if (!ReadMore()) return "no line with " + text + " in: " + text_;
        continue;
      }
      const std::string line = text_.substr(at, end - at);
      if (line.find(text) != std::string::npos) return line;
      at = end + 1;
    }
  }

  /// Waits for the end and returns the exit code; negative for a signal.
  int Wait() {
    while (ReadMore()) {
    }
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  void Signal(int signal) const { kill(process_, signal); }
  const std::string& text() const { return text_; }

  /// "127.0.0.1:4001", from the line that says so.
  std::string Endpoint() {
    const std::string line = LineWith("fake-etcd ready: http://");
    return line.substr(line.rfind('/') + 1);
  }

 private:
  bool ReadMore() {
    pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, kPatienceMilliseconds) <= 0) return false;
    std::array<char, 4096> buffer{};
    const ssize_t size = read(output_, buffer.data(), buffer.size());
    if (size <= 0) return false;
    text_.append(buffer.data(), static_cast<size_t>(size));
    return true;
  }

  pid_t process_ = 0;
  int output_ = -1;
  std::string text_;
};

const char kAnyPort[] = "--listen-client-urls=http://127.0.0.1:0";

TEST(ProgramTest, SaysWhereItIsReadyAndLogsEtcdsLine) {
  Program run({kAnyPort, "--data-dir", "/nowhere", "--name=m"});

  EXPECT_THAT(run.LineWith("fake-etcd ready"),
              MatchesRegex("fake-etcd ready: http://127\\.0\\.0\\.1:[1-9][0-9]*"));
  EXPECT_THAT(run.LineWith("ready to serve client requests"), StartsWith("{\"level\":\"info\""));
  EXPECT_THAT(run.LineWith("without meaning"), HasSubstr("\"flags\":\"data-dir\""));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
}

TEST(ProgramTest, SaysWhereItServesMetricsAndHttpApart) {
  Program run({kAnyPort, "--listen-metrics-urls=http://127.0.0.1:0",
               "--listen-client-http-urls=http://127.0.0.1:0"});

  EXPECT_THAT(run.LineWith("fake-etcd metrics"),
              MatchesRegex("fake-etcd metrics: http://127\\.0\\.0\\.1:[1-9][0-9]*"));
  EXPECT_THAT(run.LineWith("fake-etcd http"),
              MatchesRegex("fake-etcd http: http://127\\.0\\.0\\.1:[1-9][0-9]*"));
}

TEST(ProgramTest, EndsSoonWithLargeAnswersOnTheirWay) {
  constexpr int kReaders = 8;
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    Program run({kAnyPort});
    const std::string endpoint = run.Endpoint();
    const auto connect = [&endpoint](int number) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("number", number);  // a connection each
      arguments.SetMaxReceiveMessageSize(-1);
      return pb::KV::NewStub(
          grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments));
    };
    for (int i = 0; i < kReaders; ++i) {
      grpc::ClientContext context;
      context.set_wait_for_ready(true);
      pb::PutRequest put;
      put.set_key(std::to_string(i));
      put.set_value(std::string(1 << 20, 'v'));
      pb::PutResponse done;
      ASSERT_TRUE(connect(0)->Put(&context, put, &done).ok());
    }
    std::latch reading(kReaders);
    std::vector<std::jthread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&, stub = connect(i)] {
        pb::RangeRequest all;
        all.set_key(std::string(1, '\0'));
        all.set_range_end(std::string(1, '\0'));
        for (bool first = true;; first = false) {
          grpc::ClientContext context;
          pb::RangeResponse response;
          const bool ok = stub->Range(&context, all, &response).ok();
          if (first) reading.count_down();
          if (!ok) return;
        }
      });
    }
    reading.wait();
    const auto asked = std::chrono::steady_clock::now();
    run.Signal(SIGTERM);
    EXPECT_EQ(run.Wait(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(5));
  }
}

TEST(ProgramTest, EndsWellAndAtOnceWithStreamsOpen) {
  for (const int signal : {SIGTERM, SIGINT}) {
    SCOPED_TRACE(signal);
    Program run({kAnyPort});
    const auto channel = grpc::CreateChannel(run.Endpoint(), grpc::InsecureChannelCredentials());
    const auto stub = pb::Watch::NewStub(channel);
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    const auto stream = stub->Watch(&context);
    pb::WatchRequest request;
    request.mutable_create_request()->set_key("k");
    ASSERT_TRUE(stream->Write(request));
    pb::WatchResponse response;
    ASSERT_TRUE(stream->Read(&response));

    const auto asked = std::chrono::steady_clock::now();
    run.Signal(signal);
    EXPECT_EQ(run.Wait(), 0);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - asked;

    RecordProperty("milliseconds", static_cast<int>(took.count()));
    EXPECT_LT(took.count(), kEndMilliseconds);
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
}

TEST(ProgramTest, ATakenPortIsOneLine) {
  Program first({kAnyPort});
  const std::string endpoint = first.Endpoint();

  Program second({"--listen-client-urls=http://" + endpoint});

  EXPECT_EQ(second.Wait(), 1);
  EXPECT_EQ(second.text(),
            "fake-etcd: listen tcp " + endpoint + ": bind: address already in use\n");
}

TEST(ProgramTest, AnUnknownFlagIsAnErrorAsInEtcd) {
  Program run({"--nope"});

  EXPECT_EQ(run.Wait(), 2);
  EXPECT_THAT(run.text(), StartsWith("flag provided but not defined: -nope\nUsage:\n"));
}

TEST(ProgramTest, VersionIsThatOfTheEmulatedRelease) {
  Program run({"--version", "--emulate=3.4"});

  EXPECT_EQ(run.Wait(), 0);
  EXPECT_THAT(run.text(), StartsWith("etcd Version: 3.4.23\nGit SHA: "));
  EXPECT_THAT(run.text(), HasSubstr("Go OS/Arch: "));
}

TEST(ProgramTest, HelpIsNoError) {
  Program run({"-h"});

  EXPECT_EQ(run.Wait(), 0);
  EXPECT_THAT(run.text(), HasSubstr("--listen-client-urls"));
}

TEST(ProgramTest, VariablesAreUsedAndNamed) {
  Program run({}, {"ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:0", "ETCD_NOPE=1"});

  EXPECT_THAT(run.LineWith("recognized and used environment variables"),
              HasSubstr("ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:0"));
  EXPECT_THAT(run.LineWith("unrecognized environment variable"), HasSubstr("ETCD_NOPE=1"));
  EXPECT_THAT(run.Endpoint(), StartsWith("127.0.0.1:"));
}

TEST(ProgramTest, TheLogGoesWhereItIsSent) {
  Program run({kAnyPort, "--log-level=error", "--log-outputs=stdout"});
  run.Endpoint();
  run.Signal(SIGTERM);

  EXPECT_EQ(run.Wait(), 0);
  EXPECT_THAT(run.text(), Not(HasSubstr("\"level\"")));
}

}  // namespace
