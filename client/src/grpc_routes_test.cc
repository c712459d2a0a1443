// Where calls and streams go, and who is told of it.

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/test_server.h"
#include "etcdpp/client.h"

namespace etcdpp {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Context = TestServer::Context;

class GrpcRoutesTest : public testing::Test {
 protected:
  TestServer one_;
  TestServer two_;
};

TEST_F(GrpcRoutesTest, APinnedCallGoesToItsEndpointAlone) {
  one_.Start();
  two_.Start();
  Client client(Options{.endpoints = {one_.endpoint(), two_.endpoint()}});
  const CallOptions pinned{.endpoint = two_.endpoint()};

  for (int i = 0; i < 4; ++i) EXPECT_TRUE(client.Put("k", "v", {}, pinned).ok());
  EXPECT_EQ(one_.puts, 0);
  EXPECT_EQ(two_.puts, 4);

  two_.Stop();
  const Status status =
      client.Put("k", "v", {}, {.timeout = milliseconds(300), .endpoint = two_.endpoint()})
          .status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(one_.puts, 0);
}

TEST_F(GrpcRoutesTest, APinnedCallMayGoWhereNoOtherDoes) {
  one_.Start();
  two_.Start();
  Client client(one_.endpoint());

  EXPECT_TRUE(client.Put("k", "v", {}, {.endpoint = two_.endpoint()}).ok());
  EXPECT_TRUE(client.Put("k", "v").ok());

  EXPECT_EQ(two_.puts, 1);
  EXPECT_EQ(one_.puts, 1);
}

TEST_F(GrpcRoutesTest, EndpointsCanBeReplaced) {
  one_.Start();
  two_.Start();
  Client client(one_.endpoint());
  EXPECT_TRUE(client.Put("k", "v").ok());

  EXPECT_TRUE(client.SetEndpoints({two_.endpoint()}).ok());
  EXPECT_TRUE(client.Put("k", "v").ok());

  EXPECT_EQ(one_.puts, 1);
  EXPECT_EQ(two_.puts, 1);
  EXPECT_EQ(client.SetEndpoints({}).code(), Code::kInvalidArgument);
}

TEST_F(GrpcRoutesTest, AWatchLeavesAnEndpointThatIsGone) {
  const auto serve = [](int, Context&, TestServer::WatchIo& io) {
    pb::WatchRequest request;
    while (io.Read(&request)) {
      if (!request.has_create_request()) continue;
      pb::WatchResponse response;
      response.set_created(true);
      response.set_watch_id(request.create_request().watch_id());
      response.mutable_header()->set_revision(5);
      io.Write(response);
    }
    return grpc::Status::OK;
  };
  std::promise<void> moved;
  one_.watch = serve;
  two_.watch = [&](int number, Context& context, TestServer::WatchIo& io) {
    if (number == 1) moved.set_value();
    return serve(number, context, io);
  };
  one_.Start();
  two_.Start();
  Client client(one_.endpoint());
  const Watch watch = client.Watch("k");

  EXPECT_TRUE(client.SetEndpoints({two_.endpoint()}).ok());

  moved.get_future().wait();
}

TEST_F(GrpcRoutesTest, AStatusSaysThatNobodyWasThere) {
  Client client(Options{.endpoints = {DeadEndpoint(), DeadEndpoint()},
                        .retry = {.max_attempts = 2, .initial_delay = milliseconds(1)}});

  const Status status = client.Put("k", "v").status();

  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status.reason(), Reason::kNoServerAvailable);
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  EXPECT_EQ(status.attempts(), 2);
  EXPECT_EQ(status.retry_stop(), RetryStop::kAttempts);
  for (const EndpointState& state : client.endpoints()) EXPECT_TRUE(state.failed);
}

TEST_F(GrpcRoutesTest, LikePyetcdAFailedEndpointIsNotAskedAgain) {
  one_.range = [](Context&, const pb::RangeRequest&, pb::RangeResponse*) { return kGone; };
  one_.Start();
  Client client(Options{.endpoints = {one_.endpoint()},
                        .retry = {.max_attempts = 1},
                        .failover = FailoverOptions::LikePyetcd()});

  EXPECT_EQ(client.Get("k").status().code(), Code::kUnavailable);
  EXPECT_EQ(client.Get("k").status().reason(), Reason::kNoServerAvailable);
  EXPECT_EQ(one_.ranges, 1);
}

TEST_F(GrpcRoutesTest, AShortDeadlineSaysNothingAboutTheServer) {
  one_.put = [](Context& context, const pb::PutRequest&) { return UntilCancelled(context); };
  one_.Start();
  Client client(one_.endpoint());
  ASSERT_TRUE(client.Get("k").ok());  // connects

  const Status status = client.Put("k", "v", {}, {.timeout = milliseconds(50)}).status();

  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
  EXPECT_EQ(status.outcome(), Outcome::kUnknown);
  EXPECT_FALSE(client.endpoints()[0].failed);
}

TEST_F(GrpcRoutesTest, ALongSilenceDoes) {
  one_.put = [](Context& context, const pb::PutRequest&) { return UntilCancelled(context); };
  one_.Start();
  Client client(Options{.endpoints = {one_.endpoint()},
                        .failover = {.silence_counts_from = milliseconds(20)}});

  EXPECT_FALSE(client.Put("k", "v", {}, {.timeout = milliseconds(50)}).ok());

  EXPECT_TRUE(client.endpoints()[0].failed);
}

TEST_F(GrpcRoutesTest, AUnixSocketIsReachedAndLeftLikeAPort) {
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / "etcdpp_routes.sock").string();
  one_.put = [](Context&, const pb::PutRequest&) { return kGone; };
  one_.StartAt("unix:" + path);
  Client client(Options{.endpoints = {"unix://" + path},
                        .retry = {.max_attempts = 3, .initial_delay = milliseconds(1)}});

  const Status reached = client.Put("k", "v").status();
  EXPECT_EQ(reached.outcome(), Outcome::kUnknown);
  EXPECT_EQ(one_.puts, 1);

  one_.Stop();
  Client late(Options{.endpoints = {"unix://" + path},
                      .retry = {.max_attempts = 3, .initial_delay = milliseconds(1)}});
  const Status nobody = late.Put("k", "v").status();
  EXPECT_EQ(nobody.outcome(), Outcome::kNotApplied);
  EXPECT_EQ(nobody.reason(), Reason::kNoServerAvailable);
}

/// Writes down what it is told.
class Recorder final : public CallObserver {
 public:
  void OnStart(const AttemptInfo& attempt, Metadata& metadata) override {
    metadata.emplace_back("trace", std::to_string(attempt.number));
  }
  void OnEnd(const AttemptInfo& attempt, const Status& status,
             std::chrono::nanoseconds duration) override {
    EXPECT_GT(duration.count(), 0);
    const std::lock_guard lock(mu_);
    ends_.push_back(std::string(attempt.method) + " " + std::string(attempt.endpoint) + " " +
                    std::to_string(attempt.number) + " " + std::string(ToString(status.code())));
  }

  std::vector<std::string> ends() {
    const std::lock_guard lock(mu_);
    return ends_;
  }

 private:
  std::mutex mu_;
  std::vector<std::string> ends_;  // guarded by mu_
};

TEST_F(GrpcRoutesTest, AnObserverIsToldOfEveryAttempt) {
  std::vector<std::string> traces;
  one_.range = [&](Context& context, const pb::RangeRequest&, pb::RangeResponse*) {
    const auto found = context.client_metadata().find("trace");
    if (found != context.client_metadata().end()) {
      traces.emplace_back(found->second.data(), found->second.size());
    }
    return one_.ranges < 2 ? kGone : grpc::Status::OK;
  };
  one_.Start();
  const auto recorder = std::make_shared<Recorder>();
  Client client(Options{.endpoints = {one_.endpoint()}, .observer = recorder});

  EXPECT_TRUE(client.Get("k").ok());

  const std::string name = "/etcdserverpb.KV/Range " + one_.endpoint();
  EXPECT_THAT(recorder->ends(), ElementsAre(name + " 1 Unavailable", name + " 2 Ok"));
  EXPECT_THAT(traces, ElementsAre("1", "2"));
}

TEST_F(GrpcRoutesTest, ALoggerIsToldWhatFails) {
  std::mutex mu;
  std::vector<std::string> lines;
  const std::string dead = DeadEndpoint();
  Client client(Options{.endpoints = {dead},
                        .retry = {.max_attempts = 1},
                        .logger = [&](LogLevel, std::string_view text) {
                          const std::lock_guard lock(mu);
                          lines.emplace_back(text);
                        }});

  EXPECT_FALSE(client.Get("k").ok());

  const std::lock_guard lock(mu);
  EXPECT_THAT(lines, Contains(HasSubstr("endpoint " + dead + " failed")));
}

}  // namespace
}  // namespace etcdpp
