// A server's life: starting, stopping, time and its end.

#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)
using testing::Optional;

TEST(ServerLifeTest, AnswersWhenStartReturns) {
  const auto server = Server::Start();
  ASSERT_NE(server, nullptr);
  TestClient client(server->endpoint());

  EXPECT_TRUE(client.Put("k", "v").ok());

  EXPECT_THAT(client.Get("k"), Optional(std::string("v")));
}

TEST(ServerLifeTest, ServersShareNothing) {
  const auto one = Server::Start();
  const auto other = Server::Start({.emulate = "3.4"});
  TestClient to_one(one->endpoint());
  TestClient to_other(other->endpoint());

  EXPECT_TRUE(to_one.Put("k", "v").ok());

  EXPECT_EQ(to_other.Get("k"), std::nullopt);
  pb::StatusResponse status;
  EXPECT_TRUE(to_other.GetStatus(&status).ok());
  EXPECT_EQ(status.version(), "3.4.23");
}

TEST(ServerLifeTest, ATakenPortIsAnErrorThatSaysSo) {
  const auto server = Server::Start();
  std::string error;

  EXPECT_EQ(Server::Start({.listen_addresses = {server->endpoint()}}, &error), nullptr);

  EXPECT_EQ(error, "listen tcp " + server->endpoint() + ": bind: address already in use");
}

TEST(ServerLifeTest, OptionsThatCannotBeAreErrors) {
  std::string error;

  EXPECT_EQ(Server::Start({.emulate = "2.3"}, &error), nullptr);
  EXPECT_EQ(error, "cannot emulate etcd \"2.3\": 3.4, 3.5, 3.6 and 3.7 are known");
  EXPECT_EQ(Server::Start({.listen_addresses = {}}, &error), nullptr);
  EXPECT_EQ(error, "no address to listen at");
  EXPECT_EQ(Server::Start({.listen_addresses = {"not a host:1"}}, &error), nullptr);
  EXPECT_THAT(error, testing::StartsWith("listen tcp: lookup not a host:1: "));
}

TEST(ServerLifeTest, ListensAtSeveralAddresses) {
  std::string error;
  const auto server = Server::Start({.listen_addresses = {"127.0.0.1:0", "localhost:0"}}, &error);
  ASSERT_NE(server, nullptr) << error;
  ASSERT_EQ(server->endpoints().size(), 2u);

  EXPECT_TRUE(TestClient(server->endpoints()[0]).Put("k", "v").ok());
  EXPECT_THAT(TestClient(server->endpoints()[1]).Get("k"), Optional(std::string("v")));
}

TEST(ServerLifeTest, MembersTellWhereTheServerListens) {
  const auto server = Server::Start();
  TestClient client(server->endpoint());
  grpc::ClientContext context;
  pb::MemberListResponse response;

  ASSERT_TRUE(client.cluster->MemberList(&context, pb::MemberListRequest(), &response).ok());

  ASSERT_EQ(response.members_size(), 1);
  EXPECT_EQ(response.members(0).id(), response.header().member_id());
  EXPECT_THAT(response.members(0).clienturls(),
              testing::ElementsAre("http://" + server->endpoint()));
}

TEST(ServerLifeTest, MembersTellThePortTakenWhereNoneWasTold) {
  const auto server = Server::Start(
      {.listen_addresses = {"127.0.0.1:0", "localhost:0"}, .client_urls = {"http://127.0.0.1:0"}});
  ASSERT_NE(server, nullptr);
  EXPECT_THAT(TestClient(server->endpoint()).ClientUrls(),
              testing::ElementsAre("http://" + server->endpoint()));
}

TEST(ServerLifeTest, RefusesTimesAndSizesThatMakeNoSense) {
  using std::chrono::hours;
  EXPECT_EQ(Server::Start({.heartbeat_interval = hours(1), .election_timeout = hours(2)}), nullptr);
  EXPECT_EQ(Server::Start({.max_request_bytes = -1}), nullptr);
  EXPECT_EQ(Server::Start({.max_request_bytes = INT64_MAX}), nullptr);
}

TEST(ServerLifeTest, StopRefusesConnectionsAndRestartKeepsTheData) {
  const auto server = Server::Start();
  const std::string endpoint = server->endpoint();
  TestClient client(endpoint);
  ASSERT_TRUE(client.Put("k", "v").ok());
  pb::StatusResponse before;
  ASSERT_TRUE(client.GetStatus(&before).ok());

  server->Stop();
  EXPECT_EQ(client.Put("k", "w").error_code(), grpc::StatusCode::UNAVAILABLE);
  server->Stop();
  ASSERT_TRUE(server->Restart());

  EXPECT_EQ(server->endpoint(), endpoint);
  TestClient again(endpoint);
  EXPECT_THAT(again.Get("k"), Optional(std::string("v")));
  pb::StatusResponse after;
  ASSERT_TRUE(again.GetStatus(&after).ok());
  EXPECT_EQ(after.raftterm(), before.raftterm() + 1);
  EXPECT_EQ(after.header().member_id(), before.header().member_id());
}

TEST(ServerLifeTest, AStoppedServerKeepsItsPort) {
  const auto server = Server::Start();
  server->Stop();

  EXPECT_EQ(Server::Start({.listen_addresses = {server->endpoint()}}), nullptr);
  EXPECT_TRUE(server->Restart());
}

TEST(ServerLifeTest, RestartWithoutStopDropsConnections) {
  const auto server = Server::Start();
  TestClient client(server->endpoint());
  TestWatch watch(client);
  watch.Create("k");

  ASSERT_TRUE(server->Restart());

  EXPECT_EQ(watch.End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerLifeTest, RestartGivesLeasesTheirTtlAgain) {
  const auto server = Server::Start({.clock = Server::ClockKind::kManual});
  ASSERT_TRUE(TestClient(server->endpoint()).Grant(1, 100).ok());
  server->AdvanceTime(90s);

  ASSERT_TRUE(server->Restart());

  EXPECT_GE(TestClient(server->endpoint()).TimeToLive(1).ttl(), 100);
}

TEST(ServerLifeTest, ResetForgetsEverythingAndEndsStreams) {
  const auto server = Server::Start();
  TestClient client(server->endpoint());
  ASSERT_TRUE(client.Put("k", "v").ok());
  TestWatch watch(client);
  watch.Create("k");
  grpc::ClientContext context;
  const auto keep_alive = client.lease->LeaseKeepAlive(&context);
  keep_alive->Write(pb::LeaseKeepAliveRequest());
  pb::LeaseKeepAliveResponse alive;
  ASSERT_TRUE(keep_alive->Read(&alive));

  server->Reset();

  const grpc::Status ended = watch.End();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ended.error_message(), "etcdserver: server stopped");
  EXPECT_FALSE(keep_alive->Read(&alive));
  EXPECT_EQ(keep_alive->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(client.Get("k"), std::nullopt);
  pb::StatusResponse status;
  ASSERT_TRUE(client.GetStatus(&status).ok());
  EXPECT_EQ(status.header().revision(), 1);
  TestWatch later(client);
  EXPECT_TRUE(later.Create("k").created());
}

TEST(ServerLifeTest, WithAManualClockLeasesRunOutWhenTimeIsAdvanced) {
  const auto server = Server::Start({.clock = Server::ClockKind::kManual});
  TestClient client(server->endpoint());
  ASSERT_TRUE(client.Grant(1, 10).ok());
  ASSERT_TRUE(client.Put("k", "v", 1).ok());
  TestWatch watch(client);
  watch.Create("k");

  server->AdvanceTime(9999ms);
  EXPECT_TRUE(client.Get("k"));
  server->AdvanceTime(1ms);

  EXPECT_FALSE(client.Get("k"));
  const auto response = watch.Next();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->events(0).type(), etcdpp_proto::mvccpb::Event::DELETE);
}

TEST(ServerLifeTest, WithTheSystemClockLeasesRunOutByThemselves) {
  const auto server = Server::Start(
      {.heartbeat_interval = 10ms, .election_timeout = 10ms});  // so that a TTL of 1 s is allowed
  TestClient client(server->endpoint());
  ASSERT_TRUE(client.Grant(2, 1000).ok());
  ASSERT_TRUE(client.Grant(1, 1).ok());  // earlier than what the server already waits for
  ASSERT_TRUE(client.Put("k", "v", 1).ok());
  TestWatch watch(client);
  watch.Create("k");

  const auto response = watch.Next();

  ASSERT_TRUE(response);
  EXPECT_EQ(response->events(0).type(), etcdpp_proto::mvccpb::Event::DELETE);
}

TEST(ServerLifeTest, AutomaticCompactionHappensOnTheWay) {
  const auto server = Server::Start({.clock = Server::ClockKind::kManual,
                                     .auto_compaction = Server::AutoCompaction::kRevision,
                                     .auto_compaction_revisions = 2});
  TestClient client(server->endpoint());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.Put("k", "v").ok());

  server->AdvanceTime(5min);

  const auto get_at = [&](int64_t revision) {
    grpc::ClientContext context;
    pb::RangeRequest request;
    request.set_key("k");
    request.set_revision(revision);
    pb::RangeResponse response;
    return client.kv->Range(&context, request, &response).error_code();
  };
  EXPECT_EQ(get_at(3), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(get_at(4), grpc::StatusCode::OK);
}

TEST(ServerLifeTest, AServerCanBeDestroyedWithStreamsOpen) {
  auto server = Server::Start();
  TestClient client(server->endpoint());
  std::deque<TestWatch> watches;
  for (int i = 0; i < 50; ++i) {
    watches.emplace_back(client);
    EXPECT_TRUE(watches.back().Create("k").created());
  }

  server.reset();

  for (TestWatch& watch : watches) {
    EXPECT_EQ(watch.End().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
}

int OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

// Not the resident size: that is what the allocator keeps, for whomever comes next.
int64_t BytesInUse() { return static_cast<int64_t>(mallinfo2().uordblks); }

int Connect(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return connection;
}

// Connects, says what an HTTP/2 client says first, and hangs up without waiting.
void ConnectAndHangUp(int port) {
  const int connection = Connect(port);
  const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
  ASSERT_EQ(send(connection, preface, sizeof(preface), MSG_NOSIGNAL), ssize_t{sizeof(preface)});
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(connection);
}

// AddressSanitizer makes a connection's many allocations ten times as slow.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kConnections = 1000;
#else
constexpr int kConnections = 10'000;
#endif

// Connects and waits for an answer: then whoever connected before has been let in.
void ConnectAndAwaitAnswer(int port) {
  const int connection = Connect(port);
  const std::string request = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(send(connection, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  char byte = 0;
  EXPECT_EQ(recv(connection, &byte, 1, 0), 1);
  close(connection);
}

TEST(ServerLifeTest, TenThousandConnectionsLeaveNothingBehind) {
  const auto server = Server::Start();
  TestClient client(server->endpoint());
  const int port = std::stoi(server->endpoint().substr(server->endpoint().find(':') + 1));
  const auto storm = [&](int connections) {
    for (int i = 0; i < connections; ++i) ConnectAndHangUp(port);
  };
  ASSERT_TRUE(client.Put("k", "v").ok());
  const int descriptors = OpenDescriptors();
  // What gRPC keeps for later is there after the first connections.
  storm(kConnections / 5);
  const auto settle = [&] {
    ConnectAndAwaitAnswer(port);
    const auto deadline = Soon();
    while (OpenDescriptors() > descriptors && std::chrono::system_clock::now() < deadline) {
      ASSERT_TRUE(client.Get("k"));
    }
  };
  settle();
  const int64_t bytes = BytesInUse();

  storm(kConnections * 4 / 5);
  settle();

  EXPECT_LE(OpenDescriptors(), descriptors);
  EXPECT_LE(BytesInUse() - bytes, 1 << 20);
  EXPECT_TRUE(client.Get("k"));
}

}  // namespace
}  // namespace fakeetcd
