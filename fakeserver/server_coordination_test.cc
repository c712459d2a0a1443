// Calls that wait for a lock or an election, and what ends them besides an answer.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp_proto/election.grpc.pb.h"
#include "etcdpp_proto/lock.grpc.pb.h"
#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

namespace lockpb = etcdpp_proto::v3lockpb;
namespace electionpb = etcdpp_proto::v3electionpb;

// A call of Lock on a thread of its own.
class Locking {
 public:
  Locking(TestClient& client, int64_t lease) {
    context_.set_deadline(Soon());
    request_.set_name("name");
    request_.set_lease(lease);
    stub_ = lockpb::Lock::NewStub(client.channel);
    status_ = std::async(std::launch::async,
                         [this] { return stub_->Lock(&context_, request_, &response_); });
  }

  grpc::Status Status() { return status_.get(); }

 private:
  grpc::ClientContext context_;
  lockpb::LockRequest request_;
  lockpb::LockResponse response_;
  std::unique_ptr<lockpb::Lock::Stub> stub_;
  std::future<grpc::Status> status_;
};

class ServerCoordinationTest : public testing::Test {
 protected:
  // One who holds the lock with lease 16 of ten seconds, and as many as wanted who wait for it.
  std::vector<std::unique_ptr<Locking>> WaitForLock(int waiters) {
    EXPECT_TRUE(client_.Grant(16, 10).ok());
    EXPECT_TRUE(Locking(client_, 16).Status().ok());
    std::vector<std::unique_ptr<Locking>> waiting;
    for (int i = 1; i <= waiters; ++i) {
      EXPECT_TRUE(client_.Grant(16 + i, 600).ok());
      waiting.push_back(std::make_unique<Locking>(client_, 16 + i));
      AwaitKeys(i + 1);
    }
    return waiting;
  }

  int64_t Keys() {
    grpc::ClientContext context;
    context.set_deadline(Soon());
    pb::RangeRequest request;
    request.set_key("name/");
    request.set_range_end("name0");
    request.set_count_only(true);
    pb::RangeResponse response;
    EXPECT_TRUE(client_.kv->Range(&context, request, &response).ok());
    return response.count();
  }

  void AwaitKeys(int64_t count) {
    const auto deadline = Soon();
    while (Keys() != count) ASSERT_LT(std::chrono::system_clock::now(), deadline);
  }

  const std::unique_ptr<Server> server_ = Server::Start({.clock = Server::ClockKind::kManual});
  TestClient client_{server_->endpoint()};
};

TEST_F(ServerCoordinationTest, ALockPassesOnWhenTheClockIsMovedPastItsLease) {
  const auto waiting = WaitForLock(1);
  server_->AdvanceTime(std::chrono::seconds(10));
  EXPECT_TRUE(waiting[0]->Status().ok());
}

TEST_F(ServerCoordinationTest, StoppingEndsAllWhoWaitAndTheirKeysGo) {
  const auto waiting = WaitForLock(5);
  server_->Stop();
  for (const auto& lock : waiting) EXPECT_FALSE(lock->Status().ok());
  ASSERT_TRUE(server_->Restart());
  EXPECT_EQ(Keys(), 1);
}

TEST_F(ServerCoordinationTest, ResetEndsAllWhoWait) {
  const auto waiting = WaitForLock(5);
  server_->Reset();
  for (const auto& lock : waiting) {
    EXPECT_EQ(lock->Status().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  EXPECT_EQ(Keys(), 0);
}

TEST_F(ServerCoordinationTest, AServerIsDestroyedWithAnyNumberWhoWait) {
  auto server = Server::Start();
  TestClient client(server->endpoint());
  ASSERT_TRUE(client.Grant(16, 600).ok());
  ASSERT_TRUE(Locking(client, 16).Status().ok());
  std::vector<std::unique_ptr<Locking>> waiting;
  for (int64_t lease = 17; lease < 49; ++lease) {
    ASSERT_TRUE(client.Grant(lease, 600).ok());
    waiting.push_back(std::make_unique<Locking>(client, lease));
  }
  server.reset();
  for (const auto& lock : waiting) EXPECT_FALSE(lock->Status().ok());
}

TEST_F(ServerCoordinationTest, ResetEndsWhoObserves) {
  const auto stub = electionpb::Election::NewStub(client_.channel);
  grpc::ClientContext context;
  context.set_deadline(Soon());
  electionpb::LeaderRequest request;
  request.set_name("name");
  ASSERT_TRUE(client_.Put("name/a", "1").ok());
  const auto stream = stub->Observe(&context, request);
  electionpb::LeaderResponse leader;
  ASSERT_TRUE(stream->Read(&leader));
  EXPECT_EQ(leader.kv().value(), "1");

  server_->Reset();

  EXPECT_FALSE(stream->Read(&leader));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerCoordinationTest, AnObserverThatDoesNotReadMissesNoneOfTheLeadersValues) {
  constexpr int kPuts = 2000;
  const auto stub = electionpb::Election::NewStub(client_.channel);
  grpc::ClientContext context;
  context.set_deadline(Soon());
  electionpb::LeaderRequest request;
  request.set_name("name");
  ASSERT_TRUE(client_.Put("name/a", "1").ok());
  const auto stream = stub->Observe(&context, request);
  electionpb::LeaderResponse leader;
  ASSERT_TRUE(stream->Read(&leader));
  const std::string value(10'000, 'x');
  for (int i = 0; i < kPuts; ++i) ASSERT_TRUE(client_.Put("name/a", value).ok());
  for (int64_t revision = 3; revision < kPuts + 3; ++revision) {
    ASSERT_TRUE(stream->Read(&leader));
    ASSERT_EQ(leader.kv().mod_revision(), revision);
  }
}

}  // namespace
}  // namespace fakeetcd
