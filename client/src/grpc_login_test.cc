// How a connection proves who it is: when it logs in, and what its calls and streams carry.

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "client/src/test_server.h"
#include "etcdpp/client.h"

namespace etcdpp {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

using std::chrono::milliseconds;
using std::chrono::seconds;
using Context = TestServer::Context;
using WatchIo = TestServer::WatchIo;

const grpc::Status kInvalidToken(grpc::StatusCode::UNAUTHENTICATED,
                                 "etcdserver: invalid auth token");

std::string TokenOf(const Context& context) {
  const auto found = context.client_metadata().find("token");
  if (found == context.client_metadata().end()) return "none";
  return {found->second.data(), found->second.size()};
}

class GrpcLoginTest : public testing::Test {
 protected:
  GrpcLoginTest() {
    server_.put = [this](Context& context, const pb::PutRequest&) {
      const std::string token = TokenOf(context);
      const std::lock_guard lock(mu_);
      seen_.push_back(token);
      return token == bad_token_ ? kInvalidToken : grpc::Status::OK;
    };
  }

  Client Connect(Credentials credentials = {"alice", "secret", ""}) {
    Options options;
    options.endpoints = {server_.endpoint()};
    options.credentials = std::move(credentials);
    return Client(options);
  }

  std::vector<std::string> seen() {
    const std::lock_guard lock(mu_);
    return seen_;
  }

  std::mutex mu_;
  std::string bad_token_;          // guarded by mu_
  std::vector<std::string> seen_;  // guarded by mu_
  TestServer server_;
};

TEST_F(GrpcLoginTest, NobodyLogsInBeforeTheFirstCall) {
  server_.Start();
  Client client = Connect();
  EXPECT_EQ(server_.logins, 0);

  EXPECT_TRUE(client.Put("k", "v").ok());
  EXPECT_TRUE(client.Put("k", "v").ok());

  EXPECT_EQ(server_.logins, 1);
  EXPECT_EQ(seen(), (std::vector<std::string>{"token1", "token1"}));
}

TEST_F(GrpcLoginTest, ACallThatIsCancelledAlreadyWaitsForNoLogin) {
  std::promise<void> enough;
  server_.login = [&enough](const pb::AuthenticateRequest&) {
    enough.get_future().wait();
    return grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();
  std::stop_source stop;
  stop.request_stop();
  std::promise<Status> done;

  client.connection()->AsyncPut(
      {{"k", "v", {}}, {.timeout = seconds(2), .cancel = stop.get_token()}},
      [&done](const auto& result) { done.set_value(result.status()); });

  EXPECT_EQ(done.get_future().get().code(), Code::kCancelled);
  enough.set_value();
}

TEST_F(GrpcLoginTest, AProviderThatTakesItsTimeHoldsUpNothingElse) {
  std::promise<void> enough;
  server_.Start();
  Options options;
  options.endpoints = {server_.endpoint()};
  options.credentials_provider = [done = enough.get_future().share()] {
    done.wait();
    return Result<Credentials>(Credentials{"alice", "secret", ""});
  };
  Client client(options);
  KeepAliveRequest request;
  request.id = 7;
  request.ttl = seconds(1);

  const auto renewal = client.connection()->KeepAlive({request, {}});

  EXPECT_EQ(renewal->WaitLostFor(seconds(10)), LeaseLoss::kExpired);
  enough.set_value();
}

TEST_F(GrpcLoginTest, ManyCallsAtOnceLogInOnce) {
  server_.login = [](const pb::AuthenticateRequest& request) {
    EXPECT_EQ(request.name(), "alice");
    EXPECT_EQ(request.password(), "secret");
    return grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();
  std::vector<std::promise<Status>> done(8);

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&client] { EXPECT_TRUE(client.Put("k", "v").ok()); });
  }
  for (auto& promise : done) {
    client.connection()->AsyncPut({{"k", "v", {}}, {}}, [&promise](const auto& result) {
      promise.set_value(result.status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& promise : done) EXPECT_TRUE(promise.get_future().get().ok());

  EXPECT_EQ(server_.logins, 1);
}

TEST_F(GrpcLoginTest, ACallWhoseTokenIsOutdatedIsRepeatedWithANewOne) {
  bad_token_ = "token1";
  server_.Start();
  Client client = Connect();
  std::promise<Status> done;

  EXPECT_TRUE(client.Put("k", "v").ok());
  EXPECT_EQ(seen(), (std::vector<std::string>{"token1", "token2"}));

  {
    const std::lock_guard lock(mu_);
    bad_token_ = "token2";
  }
  client.connection()->AsyncPut({{"k", "v", {}}, {}},
                                [&done](const auto& result) { done.set_value(result.status()); });
  EXPECT_TRUE(done.get_future().get().ok());
  EXPECT_EQ(server_.logins, 3);
}

TEST_F(GrpcLoginTest, ALoginThatIsRefusedFailsTheCall) {
  server_.login = [](const pb::AuthenticateRequest&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                        "etcdserver: authentication failed, invalid user ID or password");
  };
  server_.Start();
  Client client = Connect();
  std::promise<Status> done;

  const Status status = client.Put("k", "v").status();
  EXPECT_EQ(status.reason(), Reason::kAuthFailed);
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  client.connection()->AsyncPut({{"k", "v", {}}, {}},
                                [&done](const auto& result) { done.set_value(result.status()); });
  EXPECT_EQ(done.get_future().get().reason(), Reason::kAuthFailed);
  EXPECT_EQ(client.Watch("k").Next().status().reason(), Reason::kAuthFailed);
  EXPECT_EQ(server_.puts, 0);
}

TEST_F(GrpcLoginTest, AServerThatAsksNobodyIsFine) {
  server_.login = [](const pb::AuthenticateRequest&) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                        "etcdserver: authentication is not enabled");
  };
  server_.Start();

  EXPECT_TRUE(Connect().Put("k", "v").ok());
  EXPECT_EQ(seen(), std::vector<std::string>{"none"});
}

TEST_F(GrpcLoginTest, ATokenThatIsGivenIsSentAndNeverRenewed) {
  bad_token_ = "jwt";
  server_.Start();

  const Status status = Connect({"", "", "jwt"}).Put("k", "v").status();

  EXPECT_EQ(status.reason(), Reason::kInvalidAuthToken);
  EXPECT_EQ(seen(), std::vector<std::string>{"jwt"});
  EXPECT_EQ(server_.logins, 0);
}

TEST_F(GrpcLoginTest, AShortDeadlineEndsTheWaitForALogin) {
  std::promise<void> over;
  auto released = over.get_future().share();
  server_.login = [released](const pb::AuthenticateRequest&) {
    released.wait();
    return grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();
  const CallOptions hurry{.timeout = milliseconds(50)};
  std::promise<Status> done;

  EXPECT_EQ(client.Put("k", "v", {}, hurry).status().code(), Code::kDeadlineExceeded);
  client.connection()->AsyncPut({{"k", "v", {}}, hurry},
                                [&done](const auto& result) { done.set_value(result.status()); });
  EXPECT_EQ(done.get_future().get().code(), Code::kDeadlineExceeded);

  over.set_value();
  EXPECT_TRUE(client.Put("k", "v").ok());
  EXPECT_EQ(server_.logins, 1);
}

TEST_F(GrpcLoginTest, TheEndOfAConnectionEndsTheWaitForALogin) {
  std::promise<void> arrived;
  std::promise<void> over;
  server_.login = [&](const pb::AuthenticateRequest&) {
    arrived.set_value();
    over.get_future().wait();
    return grpc::Status::OK;
  };
  server_.Start();
  Status status;
  {
    Client client = Connect();
    const Watch watch = client.Watch("k", {.start_revision = 1});
    client.connection()->AsyncPut({{"k", "v", {}}, {}},
                                  [&status](const auto& result) { status = result.status(); });
    arrived.get_future().wait();
  }
  EXPECT_EQ(status.code(), Code::kCancelled);
  over.set_value();
}

// Answers creates on a stream with the token `good`, and refuses them on any other.
grpc::Status ServeWatch(const std::string& good, Context& context, WatchIo& io) {
  pb::WatchRequest request;
  while (io.Read(&request)) {
    if (!request.has_create_request()) continue;
    pb::WatchResponse response;
    response.set_created(true);
    response.set_watch_id(request.create_request().watch_id());
    response.mutable_header()->set_revision(5);
    if (TokenOf(context) != good) {
      response.set_watch_id(-1);
      response.set_canceled(true);
      response.set_cancel_reason(
          "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
    }
    io.Write(response);
  }
  return grpc::Status::OK;
}

TEST_F(GrpcLoginTest, AWatchWhoseTokenIsOutdatedResumesWithANewOne) {
  server_.watch = [](int, Context& context, WatchIo& io) {
    return ServeWatch("token2", context, io);
  };
  server_.Start();
  Client client = Connect();

  Watch watch = client.Watch("k");  // returns when it is confirmed

  EXPECT_EQ(watch.NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(server_.logins, 2);
  EXPECT_EQ(server_.watch_streams, 2);
}

TEST_F(GrpcLoginTest, RenewalsCarryTheToken) {
  std::promise<std::string> token;
  server_.keep_alive = [&token](int number, Context& context, TestServer::KeepAliveIo& io) {
    if (number == 1) token.set_value(TokenOf(context));
    pb::LeaseKeepAliveRequest request;
    while (io.Read(&request)) continue;
    return grpc::Status::OK;
  };
  server_.Start();
  Client client = Connect();

  const LeaseKeeper keeper = client.KeepAlive(7);

  EXPECT_EQ(token.get_future().get(), "token1");
}

}  // namespace
}  // namespace etcdpp
