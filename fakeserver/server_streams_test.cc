// Watch and keep-alive streams over a real connection.

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

class ServerStreamsTest : public testing::Test {
 protected:
  const std::unique_ptr<Server> server_ = Server::Start({.clock = Server::ClockKind::kManual});
  TestClient client_{server_->endpoint()};
};

TEST_F(ServerStreamsTest, AClientThatDoesNotReadMissesNothing) {
  constexpr int kPuts = 5000;
  TestWatch watch(client_);
  ASSERT_TRUE(watch.Create("k").created());
  const std::string value(10'000, 'x');

  for (int i = 0; i < kPuts; ++i) ASSERT_TRUE(client_.Put("k", value).ok());

  int64_t revision = 1;
  while (revision < kPuts + 1) {
    const auto response = watch.Next();
    ASSERT_TRUE(response);
    for (const auto& event : response->events()) {
      ASSERT_EQ(event.kv().mod_revision(), ++revision);
    }
  }
}

TEST_F(ServerStreamsTest, ManyWritersAndWatchersAtOnce) {
  constexpr int kWriters = 4;
  constexpr int kPuts = 200;
  std::vector<std::unique_ptr<TestWatch>> watches;
  for (int i = 0; i < 10; ++i) {
    watches.push_back(std::make_unique<TestWatch>(client_));
    ASSERT_TRUE(watches.back()->Create("k").created());
  }
  std::vector<std::jthread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      TestClient client(server_->endpoint());
      for (int n = 0; n < kPuts; ++n) EXPECT_TRUE(client.Put("k", "v").ok());
    });
  }
  for (auto& watch : watches) {
    int64_t revision = 1;
    while (revision < kWriters * kPuts + 1) {
      const auto response = watch->Next();
      ASSERT_TRUE(response);
      for (const auto& event : response->events()) {
        ASSERT_EQ(event.kv().mod_revision(), ++revision);
      }
    }
  }
}

TEST_F(ServerStreamsTest, AWatchGoesOnAfterTheClientsHalfClose) {
  TestWatch watch(client_);
  ASSERT_TRUE(watch.Create("k").created());

  watch.HalfClose();
  ASSERT_TRUE(client_.Put("k", "v").ok());

  const auto response = watch.Next();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->events_size(), 1);
}

TEST_F(ServerStreamsTest, ARequestWithoutAnythingInItIsIgnored) {
  TestWatch watch(client_);

  ASSERT_TRUE(watch.Send(pb::WatchRequest()));

  EXPECT_TRUE(watch.Create("k").created());
}

TEST_F(ServerStreamsTest, ACancelledStreamIsClosedAndTheServerServesOn) {
  for (int i = 0; i < 100; ++i) {
    TestWatch watch(client_);
    ASSERT_TRUE(watch.Create("k").created());
    watch.Cancel();
    ASSERT_TRUE(client_.Put("k", "v").ok());
    EXPECT_EQ(watch.End().error_code(), grpc::StatusCode::CANCELLED);
  }
}

TEST_F(ServerStreamsTest, AStreamEndsAtItsDeadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(20));
  const auto stream = client_.watch->Watch(&context);
  pb::WatchResponse response;

  EXPECT_FALSE(stream->Read(&response));

  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(client_.Put("k", "v").ok());
}

TEST_F(ServerStreamsTest, LargeResponsesComeInFragmentsWhereAskedFor) {
  const std::string value(1'000'000, 'x');
  pb::TxnRequest txn;
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(client_.Put(key, value).ok());
  }
  TestWatch watch(client_);
  pb::WatchRequest request;
  auto& create = *request.mutable_create_request();
  create.set_key("a");
  create.set_range_end("z");
  create.set_start_revision(2);
  create.set_fragment(true);
  ASSERT_TRUE(watch.Send(request));
  ASSERT_TRUE(watch.Next());

  std::vector<std::pair<int, bool>> got;
  for (int i = 0; i < 3; ++i) {
    const auto response = watch.Next();
    ASSERT_TRUE(response);
    got.emplace_back(response->events_size(), response->fragment());
  }

  using testing::Pair;
  EXPECT_THAT(got, testing::ElementsAre(Pair(2, true), Pair(2, true), Pair(1, false)));
}

TEST_F(ServerStreamsTest, AMessageThatCannotBeReadEndsTheStream) {
  EXPECT_EQ(client_
                .SendRaw("/etcdserverpb.Watch/Watch",
                         "\x0a\x05"
                         "ab")
                .error_message(),
            "grpc: failed to unmarshal the received message: unexpected EOF");
  EXPECT_EQ(client_
                .SendRaw("/etcdserverpb.Lease/LeaseKeepAlive",
                         "\x0a\x05"
                         "ab")
                .error_message(),
            "grpc: failed to unmarshal the received message: proto: wrong wireType = 2 for field "
            "ID");
}

TEST_F(ServerStreamsTest, KeepAlivesAreAnsweredInOrderAndEndWithTheClient) {
  ASSERT_TRUE(client_.Grant(1, 100).ok());
  ASSERT_TRUE(client_.Grant(2, 200).ok());
  grpc::ClientContext context;
  context.set_deadline(Soon());
  const auto stream = client_.lease->LeaseKeepAlive(&context);
  for (const int64_t id : {1, 2, 3, 1}) {
    pb::LeaseKeepAliveRequest request;
    request.set_id(id);
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();

  std::vector<std::pair<int64_t, int64_t>> got;
  for (pb::LeaseKeepAliveResponse response; stream->Read(&response);) {
    got.emplace_back(response.id(), response.ttl());
  }

  using testing::Pair;
  EXPECT_THAT(got, testing::ElementsAre(Pair(1, 100), Pair(2, 200), Pair(3, 0), Pair(1, 100)));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace fakeetcd
