// Unary calls over gRPC: retries, deadlines, cancelling, metadata, and the end of a connection.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/test_server.h"
#include "etcdpp/async_client.h"
#include "etcdpp/client.h"

namespace etcdpp {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;
using Context = TestServer::Context;

class GrpcCallsTest : public testing::Test {
 protected:
  Client Connect(std::vector<std::string> endpoints) {
    Options options;
    options.endpoints = std::move(endpoints);
    options.retry.initial_delay = milliseconds(1);
    return Client(options);
  }
  Client Connect() { return Connect({server_.endpoint()}); }

  TestServer server_;
};

TEST_F(GrpcCallsTest, AReadIsRepeatedUntilSomebodyAnswers) {
  server_.range = [this](Context&, const pb::RangeRequest&, pb::RangeResponse* response) {
    response->set_count(7);
    return server_.ranges < 3 ? kGone : grpc::Status::OK;
  };
  server_.Start();

  const auto range = Connect().Range("k");

  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->count, 7);
  EXPECT_EQ(server_.ranges, 3);
}

TEST_F(GrpcCallsTest, AReadIsGivenUpAfterSoManyAttempts) {
  server_.range = [](Context&, const pb::RangeRequest&, pb::RangeResponse*) { return kGone; };
  server_.Start();

  const Status status = Connect().Range("k").status();

  EXPECT_EQ(status, Status(Code::kUnavailable, "given up after 10 attempts: gone"));
  EXPECT_EQ(server_.ranges, 10);
}

TEST_F(GrpcCallsTest, AWriteThatReachedAServerIsNotRepeated) {
  server_.put = [](Context&, const pb::PutRequest&) { return kGone; };
  server_.txn = [](const pb::TxnRequest&) { return kGone; };
  server_.Start();
  Client client = Connect();

  EXPECT_EQ(client.Put("k", "v").status(), Status(Code::kUnavailable, "gone"));
  EXPECT_EQ(server_.puts, 1);
  EXPECT_EQ(client.Txn().Then(op::Put("k", "v")).Commit().status().code(), Code::kUnavailable);
  EXPECT_EQ(server_.txns, 1);
}

TEST_F(GrpcCallsTest, AReadOnlyTransactionIsRepeated) {
  server_.txn = [this](const pb::TxnRequest&) {
    return server_.txns < 2 ? kGone : grpc::Status::OK;
  };
  server_.Start();

  EXPECT_TRUE(Connect().Txn().Then(op::Get("k")).Commit().ok());
  EXPECT_EQ(server_.txns, 2);
}

TEST_F(GrpcCallsTest, AWriteThatReachedNobodyGoesToTheNextEndpoint) {
  server_.Start();
  Client client = Connect({DeadEndpoint(), server_.endpoint()});

  for (int i = 1; i <= 4; ++i) {
    const Status status = client.Put("k", "v").status();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(server_.puts, i);
  }
}

TEST_F(GrpcCallsTest, AWriteThatReachesNobodyIsGivenUpWithinItsDeadline) {
  Client client = Connect({DeadEndpoint()});

  const Status status = client.Put("k", "v", {}, {.timeout = milliseconds(300)}).status();

  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_THAT(status.message(), StartsWith("given up after "));
}

TEST_F(GrpcCallsTest, AServerThatCameBackIsFound) {
  server_.Start();
  const int port = server_.port();
  Client client = Connect();
  ASSERT_TRUE(client.Put("k", "v").ok());

  server_.Stop();
  EXPECT_FALSE(client.Put("k", "v", {}, {.timeout = milliseconds(50)}).ok());
  server_.Start(port);

  const auto get = client.Get("k", {}, {.timeout = seconds(10)});
  EXPECT_TRUE(get.ok()) << get.status();
}

TEST_F(GrpcCallsTest, ACallEndsByItsDeadline) {
  server_.put = [](Context& context, const pb::PutRequest&) { return UntilCancelled(context); };
  server_.Start();

  const Status status = Connect().Put("k", "v", {}, {.timeout = milliseconds(50)}).status();

  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
}

TEST_F(GrpcCallsTest, TheClientsTimeoutHoldsForCallsThatDoNotSay) {
  server_.put = [](Context& context, const pb::PutRequest&) { return UntilCancelled(context); };
  server_.Start();
  Client client(Options{.endpoints = {server_.endpoint()}, .call_timeout = milliseconds(50)});

  EXPECT_EQ(client.Put("k", "v").status().code(), Code::kDeadlineExceeded);
}

TEST_F(GrpcCallsTest, AStopTokenEndsACall) {
  std::stop_source stop;
  server_.put = [&stop](Context& context, const pb::PutRequest&) {
    stop.request_stop();
    return UntilCancelled(context);
  };
  server_.Start();

  const auto put = Connect().Put("k", "v", {}, {.cancel = stop.get_token()});

  EXPECT_EQ(put.status().code(), Code::kCancelled);
}

TEST_F(GrpcCallsTest, AStopTokenEndsTheWaitForTheNextAttempt) {
  std::stop_source stop;
  server_.range = [&stop](Context&, const pb::RangeRequest&, pb::RangeResponse*) {
    stop.request_stop();
    return kGone;
  };
  server_.Start();
  Client client(Options{.endpoints = {server_.endpoint()},
                        .call_timeout = seconds(600),
                        .retry = {.initial_delay = seconds(300), .max_delay = seconds(300)}});

  const auto range = client.Range("k", {}, {.cancel = stop.get_token()});

  EXPECT_EQ(range.status().code(), Code::kCancelled);
}

TEST_F(GrpcCallsTest, MetadataAndTheNeedForALeaderAreSent) {
  std::string seen;
  server_.put = [&seen](Context& context, const pb::PutRequest&) {
    for (const char* name : {"always", "once", "hasleader"}) {
      const auto found = context.client_metadata().find(name);
      if (found == context.client_metadata().end()) continue;
      seen.append(name).append("=").append(found->second.data(), found->second.size()).append(" ");
    }
    return grpc::Status::OK;
  };
  server_.Start();
  Client client(Options{.endpoints = {server_.endpoint()}, .metadata = {{"always", "a"}}});

  EXPECT_TRUE(client.Put("k", "v", {}, {.metadata = {{"once", "b"}}, .require_leader = true}).ok());
  EXPECT_EQ(seen, "always=a once=b hasleader=true ");
}

TEST_F(GrpcCallsTest, EndpointsThatMakeNoSenseAreReportedByEveryCall) {
  Client client = Connect({"http://"});

  EXPECT_EQ(client.Put("k", "v").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(client.Watch("k").Next().status().code(), Code::kInvalidArgument);
  EXPECT_EQ(client.KeepAlive(7).loss(), LeaseLoss::kRefused);
}

TEST_F(GrpcCallsTest, AnAsynchronousCallIsRepeatedLikeABlockingOne) {
  server_.range = [this](Context&, const pb::RangeRequest&, pb::RangeResponse* response) {
    response->set_count(server_.ranges);
    return server_.ranges < 3 ? kGone : grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();
  std::promise<Result<RangeResponse>> promise;

  client.connection()->AsyncRange(
      {{"k", {}}, {}}, [&](Result<RangeResponse> result) { promise.set_value(std::move(result)); });

  const auto result = promise.get_future().get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->count, 3);
}

TEST_F(GrpcCallsTest, AnAsynchronousCallTellsItsFailure) {
  server_.put = [](Context&, const pb::PutRequest&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "etcdserver: key is not provided");
  };
  server_.Start();
  Client client = Connect();
  std::promise<Status> promise;

  client.connection()->AsyncPut(
      {}, [&](const Result<PutResponse>& result) { promise.set_value(result.status()); });

  EXPECT_EQ(promise.get_future().get().reason(), Reason::kEmptyKey);
}

TEST_F(GrpcCallsTest, AStopTokenEndsAnAsynchronousCall) {
  std::stop_source stop;
  server_.put = [&stop](Context& context, const pb::PutRequest&) {
    stop.request_stop();
    return UntilCancelled(context);
  };
  server_.Start();
  Client client = Connect();
  std::promise<Status> promise;

  client.connection()->AsyncPut(
      {{"k", "v", {}}, {.cancel = stop.get_token()}},
      [&](const Result<PutResponse>& result) { promise.set_value(result.status()); });

  EXPECT_EQ(promise.get_future().get().code(), Code::kCancelled);
}

TEST_F(GrpcCallsTest, AShutdownEndsABlockingCall) {
  std::promise<void> asked;
  server_.range = [&asked](Context& context, const pb::RangeRequest&, pb::RangeResponse*) {
    asked.set_value();
    return UntilCancelled(context);
  };
  server_.Start();
  Client client = Connect();
  std::thread other([&] {
    asked.get_future().wait();
    client.Shutdown();
  });
  EXPECT_EQ(client.Get("k", {}, {.timeout = kNoTimeout}).status().code(), Code::kCancelled);
  other.join();
}

TEST_F(GrpcCallsTest, AShutdownEndsWhatIsUnderWayAndWhatComes) {
  server_.watch = [](int, Context& context, TestServer::WatchIo&) {
    return UntilCancelled(context);
  };
  server_.keep_alive = [](int, Context& context, TestServer::KeepAliveIo&) {
    return UntilCancelled(context);
  };
  server_.Start();
  Client client = Connect();
  Client copy = client;
  Watch watch = copy.Watch("k", {.start_revision = 1});
  LeaseKeeper keeper = copy.KeepAlive(7);
  std::thread other([&watch] { EXPECT_EQ(watch.Next().status().code(), Code::kCancelled); });

  client.Shutdown();
  client.Shutdown();

  other.join();
  EXPECT_EQ(keeper.WaitLostFor(seconds(10)), LeaseLoss::kStopped);
  EXPECT_EQ(copy.Get("k").status().code(), Code::kCancelled);
  EXPECT_EQ(AsyncClient(copy).Get("k").Get().status().code(), Code::kCancelled);
  EXPECT_EQ(copy.Watch("k").Next().status().code(), Code::kCancelled);
  EXPECT_EQ(copy.Watch("k", {.own_stream = true}).Next().status().code(), Code::kCancelled);
  EXPECT_EQ(copy.StreamRange("k")->Next().status().code(), Code::kCancelled);
}

TEST_F(GrpcCallsTest, TheEndOfAConnectionEndsItsCallsFirst) {
  std::promise<void> arrived;
  server_.put = [&arrived](Context& context, const pb::PutRequest&) {
    arrived.set_value();
    return UntilCancelled(context);
  };
  server_.Start();
  auto connection = Connect().connection();
  Status status;
  connection->AsyncPut({{"k", "v", {}}, {}},
                       [&](const Result<PutResponse>& result) { status = result.status(); });
  arrived.get_future().wait();

  connection.reset();

  EXPECT_EQ(status.code(), Code::kCancelled);
}

TEST_F(GrpcCallsTest, TheEndOfAConnectionEndsTheWaitForTheNextAttempt) {
  auto connection =
      MakeConnection({.endpoints = {DeadEndpoint()},
                      .call_timeout = seconds(600),
                      .retry = {.initial_delay = seconds(300), .max_delay = seconds(300)}});
  Status status;
  connection->AsyncPut({{"k", "v", {}}, {}},
                       [&](const Result<PutResponse>& result) { status = result.status(); });

  connection.reset();

  EXPECT_FALSE(status.ok());
}

TEST_F(GrpcCallsTest, AConnectionMayEndInACallback) {
  server_.Start();
  auto connection = Connect().connection();
  std::promise<void> done;

  connection->AsyncPut({{"k", "v", {}}, {}}, [&](const Result<PutResponse>& result) {
    EXPECT_TRUE(result.ok()) << result.status();
    connection.reset();
    done.set_value();
  });

  done.get_future().wait();
}

// The thread of gRPC on which a call ends is still at it while the connection goes.
TEST_F(GrpcCallsTest, ConnectionsMayEndAsSoonAsTheirCallsDo) {
  constexpr int kConnections = 2'000;
  server_.Start();
  for (int i = 0; i < kConnections; ++i) {
    std::promise<Status> done;
    Client client = Connect();

    client.connection()->AsyncPut({{"k", "v", {}}, {}}, [&](const Result<PutResponse>& result) {
      done.set_value(result.status());
    });

    ASSERT_TRUE(done.get_future().get().ok());
  }
}

TEST_F(GrpcCallsTest, ACallbackMayCall) {
  server_.Start();
  Client client = Connect();
  std::promise<Status> done;

  client.connection()->AsyncPut({{"k", "v", {}}, {}}, [&](const Result<PutResponse>&) {
    client.connection()->AsyncPut({{"k", "v", {}}, {}}, [&](const Result<PutResponse>& result) {
      done.set_value(result.status());
    });
  });

  EXPECT_TRUE(done.get_future().get().ok());
  EXPECT_EQ(server_.puts, 2);
}

TEST_F(GrpcCallsTest, ACallThatNeverLeftSaysThatNothingIsDone) {
  Client client = Connect({"http://"});
  const Status late = client.Put("k", "v", {}, {.timeout = milliseconds(0)}).status();
  EXPECT_EQ(late.outcome(), Outcome::kNotApplied);

  server_.Start();
  Client usable = Connect();
  const Status status = usable.Put("k", "v", {}, {.timeout = milliseconds(0)}).status();

  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  EXPECT_EQ(status.retry_stop(), RetryStop::kDeadline);
  EXPECT_EQ(status.attempts(), 0);
}

// A caller may hold the lock that its callback takes, and a callback may call again.
TEST_F(GrpcCallsTest, NoCallbackRunsInTheCall) {
  const auto connection = Connect({"http://"}).connection();
  std::promise<std::thread::id> put;
  std::promise<std::thread::id> watch;
  std::promise<std::thread::id> lost;
  const auto stream = connection->Watch({{"k", {}}, {}});
  const auto renewal = connection->KeepAlive({{7, {}}, {}});

  connection->AsyncPut({}, [&](const auto&) { put.set_value(std::this_thread::get_id()); });
  stream->AsyncNext(kNoTimeout, [&](const auto&) { watch.set_value(std::this_thread::get_id()); });
  renewal->OnLost([&](LeaseLoss) { lost.set_value(std::this_thread::get_id()); });

  EXPECT_NE(put.get_future().get(), std::this_thread::get_id());
  EXPECT_NE(watch.get_future().get(), std::this_thread::get_id());
  EXPECT_NE(lost.get_future().get(), std::this_thread::get_id());
}

/// Asks for a stop as soon as an attempt has failed.
class Stopper final : public CallObserver {
 public:
  void OnEnd(const AttemptInfo& /*attempt*/, const Status& /*status*/,
             std::chrono::nanoseconds /*duration*/) override {
    stop.request_stop();
  }

  std::stop_source stop;
};

TEST_F(GrpcCallsTest, AStopBetweenTwoAttemptsIsTheEnd) {
  const auto stopper = std::make_shared<Stopper>();
  server_.range = [](Context&, const pb::RangeRequest&, pb::RangeResponse*) { return kGone; };
  server_.Start();
  const auto connection = MakeConnection({.endpoints = {server_.endpoint()}, .observer = stopper});
  std::promise<Status> done;

  connection->AsyncRange({{"k", {}}, {.cancel = stopper->stop.get_token()}},
                         [&](const auto& result) { done.set_value(result.status()); });

  const Status status = done.get_future().get();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(status.retry_stop(), RetryStop::kCancelled);
  EXPECT_EQ(server_.ranges, 1);
}

TEST_F(GrpcCallsTest, ASinkThatHasFailedIsGivenNoMore) {
  server_.snapshot = [](TestServer::SnapshotOut& out) {
    pb::SnapshotResponse piece;
    piece.set_blob("piece");
    for (int i = 0; i < 8; ++i) out.Write(piece);
    return grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();
  for (int i = 0; i < 20; ++i) {
    int pieces = 0;
    const auto taken = client.connection()->maintenance().Snapshot(
        {{.sink =
              [&pieces](std::string_view) {
                return ++pieces == 1 ? Status(Code::kDataLoss, "disk full") : Status();
              }},
         {}});

    EXPECT_EQ(taken.status().message(), "disk full");
    EXPECT_EQ(pieces, 1);
  }
}

using GrpcCallsDeathTest = GrpcCallsTest;

TEST_F(GrpcCallsDeathTest, AnExceptionThatLeavesACallbackEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto call = [this] {
    server_.Start();
    const auto connection = Connect().connection();
    connection->AsyncPut({{"k", "v", {}}, {}}, [](const auto&) { throw 1; });
    std::promise<void> never;
    never.get_future().wait();  // for the program to end
  };

  EXPECT_DEATH(call(), "");
}

}  // namespace
}  // namespace etcdpp
