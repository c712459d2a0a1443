// Watches and lease renewals over gRPC: what the hubs' own tests, on scripted streams, cannot see.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
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
using KeepAliveIo = TestServer::KeepAliveIo;

pb::WatchCreateRequest ReadCreate(WatchIo& io) {
  pb::WatchRequest request;
  while (io.Read(&request)) {
    if (request.has_create_request()) return request.create_request();
  }
  return {};
}

void Confirm(WatchIo& io, int64_t id, int64_t revision) {
  pb::WatchResponse response;
  response.set_watch_id(id);
  response.set_created(true);
  response.mutable_header()->set_revision(revision);
  io.Write(response);
}

void SendPut(WatchIo& io, int64_t id, int64_t revision, bool fragment = false) {
  pb::WatchResponse response;
  response.set_watch_id(id);
  response.set_fragment(fragment);
  response.mutable_header()->set_revision(revision);
  response.add_events()->mutable_kv()->set_mod_revision(revision);
  io.Write(response);
}

// Waits for the client to go.
grpc::Status UntilTheEnd(WatchIo& io) {
  pb::WatchRequest request;
  while (io.Read(&request)) continue;
  return grpc::Status::OK;
}

class GrpcStreamsTest : public testing::Test {
 protected:
  Client Connect() { return Client(server_.endpoint()); }

  TestServer server_;
};

TEST_F(GrpcStreamsTest, AWatchResumesOverBrokenStreams) {
  std::vector<int64_t> starts;
  server_.watch = [&starts](int number, Context&, WatchIo& io) {
    const auto create = ReadCreate(io);
    starts.push_back(create.start_revision());
    Confirm(io, create.watch_id(), 10 * number);
    if (number == 1) SendPut(io, create.watch_id(), 11);
    if (number == 2) SendPut(io, create.watch_id(), 12, true);  // and the rest never comes
    if (number < 3) return kGone;
    SendPut(io, create.watch_id(), 12);
    return UntilTheEnd(io);
  };
  server_.Start();
  Client client = Connect();

  Watch watch = client.Watch("k");
  const auto first = watch.Next();
  const auto second = watch.Next();

  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->events[0].kv.mod_revision, 11);
  EXPECT_EQ(second->events.size(), 1U);
  EXPECT_EQ(second->events[0].kv.mod_revision, 12);
  EXPECT_EQ(starts, (std::vector<int64_t>{0, 12, 12}));
}

TEST_F(GrpcStreamsTest, AWatchOutlivesTheServer) {
  std::promise<int64_t> resumed_at;
  server_.watch = [&resumed_at](int number, Context&, WatchIo& io) {
    const auto create = ReadCreate(io);
    if (number == 2) resumed_at.set_value(create.start_revision());
    Confirm(io, create.watch_id(), 10);
    SendPut(io, create.watch_id(), 10 + number);
    return UntilTheEnd(io);
  };
  server_.Start();
  const int port = server_.port();
  Client client = Connect();
  Watch watch = client.Watch("k");
  ASSERT_TRUE(watch.Next().ok());

  server_.Stop();
  server_.Start(port);

  EXPECT_EQ(resumed_at.get_future().get(), 12);
  EXPECT_TRUE(watch.Next().ok());
}

TEST_F(GrpcStreamsTest, AWatchEndsWhenTheServerRefusesTheStream) {
  server_.watch = [](int, Context&, WatchIo&) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "etcdserver: invalid auth token");
  };
  server_.Start();
  Client client = Connect();

  EXPECT_EQ(client.Watch("k").Next().status().reason(), Reason::kInvalidAuthToken);
}

TEST_F(GrpcStreamsTest, WatchesShareAStreamUnlessTheyDiffer) {
  server_.watch = [](int, Context&, WatchIo& io) { return UntilTheEnd(io); };
  server_.Start();
  Client client = Connect();
  const WatchOptions past{.start_revision = 1};
  const CallOptions no_call{};

  const Watch first = client.Watch("a", past, no_call);
  const Watch second = client.Watch("b", past, no_call);
  const Watch with_leader = client.Watch("c", past, {.require_leader = true});
  const Watch alone = client.Watch("d", {.start_revision = 1, .own_stream = true});

  while (server_.watch_streams < 3) std::this_thread::yield();
  EXPECT_EQ(server_.watch_streams, 3);
}

TEST_F(GrpcStreamsTest, WithoutAConfirmationTheWatchIsHandedOutWhenTheTimeIsUp) {
  server_.watch = [](int, Context&, WatchIo& io) { return UntilTheEnd(io); };
  server_.Start();
  Client client = Connect();

  Watch watch = client.Watch("k", {}, {.timeout = milliseconds(20)});

  EXPECT_EQ(watch.NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
}

TEST_F(GrpcStreamsTest, TheServerIsNotReadFromWhileNothingIsTaken) {
  constexpr int kMessages = 400;
  constexpr size_t kMessageSize = size_t{1} << 20;
  std::promise<void> promise;
  server_.watch = [&promise](int, Context&, WatchIo& io) {
    const auto create = ReadCreate(io);
    Confirm(io, create.watch_id(), 1);
    pb::WatchResponse response;
    response.set_watch_id(create.watch_id());
    auto* kv = response.add_events()->mutable_kv();
    kv->set_value(std::string(kMessageSize, 'v'));
    for (int64_t revision = 2; revision < kMessages + 2; ++revision) {
      kv->set_mod_revision(revision);
      if (!io.Write(response)) return grpc::Status::OK;
    }
    promise.set_value();
    return UntilTheEnd(io);
  };
  server_.Start();
  Client client = Connect();
  Watch watch = client.Watch("k", {.buffer_bytes = 4 * kMessageSize});

  // What the buffer and the network hold is a small part of it all.
  const auto all_written = promise.get_future();
  EXPECT_EQ(all_written.wait_for(milliseconds(500)), std::future_status::timeout);
  for (int64_t revision = 2; revision < kMessages + 2; ++revision) {
    const auto response = watch.Next();
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(response->events[0].kv.mod_revision, revision);
  }
  all_written.wait();
}

// gRPC tells no end of a stream that has something to read left.
TEST_F(GrpcStreamsTest, AWatchResumesOverAStreamThatBrokeWhileNothingWasTaken) {
  constexpr size_t kMessageSize = 1000;
  std::promise<void> written;
  server_.watch = [&written](int number, Context&, WatchIo& io) {
    const auto create = ReadCreate(io);
    Confirm(io, create.watch_id(), 1);
    const int64_t start = number == 1 ? 2 : create.start_revision();
    for (int64_t revision = start; revision < start + 9; ++revision) {
      pb::WatchResponse response;
      response.set_watch_id(create.watch_id());
      response.mutable_header()->set_revision(revision);
      auto* kv = response.add_events()->mutable_kv();
      kv->set_mod_revision(revision);
      kv->set_value(std::string(kMessageSize, 'v'));
      io.Write(response);
    }
    if (number > 1) return UntilTheEnd(io);
    written.set_value();
    return kGone;
  };
  server_.Start();
  Client client = Connect();
  Watch watch = client.Watch("k", {.buffer_bytes = 2 * kMessageSize});
  written.get_future().wait();
  const int port = server_.port();
  server_.Stop();

  // Its create is written to the stream that is gone, and never answered.
  Watch other = client.Watch("other", {}, {.timeout = milliseconds(300)});
  server_.Start(port);
  for (int64_t revision = 2; revision < 2 + 12; ++revision) {
    const auto response = watch.NextFor(seconds(10));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->events[0].kv.mod_revision, revision);
  }
}

TEST_F(GrpcStreamsTest, NothingWaitsForAServerThatHangs) {
  server_.watch = [](int, Context& context, WatchIo&) {
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  server_.keep_alive = [](int, Context& context, KeepAliveIo&) {
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  server_.Start();
  auto client = std::make_unique<Client>(Connect());
  Watch cancelled = client->Watch("a", {.start_revision = 1});
  Watch outliving = client->Watch("b", {.start_revision = 1});
  LeaseKeeper keeper = client->KeepAlive(7);
  while (server_.watch_streams == 0 || server_.keep_alive_streams == 0) std::this_thread::yield();

  cancelled.Cancel();
  client.reset();

  EXPECT_EQ(cancelled.Next().status().code(), Code::kCancelled);
  EXPECT_EQ(outliving.Next().status().code(), Code::kCancelled);
  EXPECT_EQ(keeper.loss(), LeaseLoss::kStopped);
}

TEST_F(GrpcStreamsTest, NextIsWokenByCancel) {
  server_.watch = [](int, Context&, WatchIo& io) { return UntilTheEnd(io); };
  server_.Start();
  Client client = Connect();
  Watch watch = client.Watch("k", {.start_revision = 1});
  auto next = std::async(std::launch::async, [&watch] { return watch.Next().status().code(); });

  watch.Cancel();

  EXPECT_EQ(next.get(), Code::kCancelled);
}

grpc::Status RenewAll(KeepAliveIo& io, int64_t ttl) {
  pb::LeaseKeepAliveRequest request;
  while (io.Read(&request)) {
    pb::LeaseKeepAliveResponse response;
    response.set_id(request.id());
    response.set_ttl(ttl);
    io.Write(response);
  }
  return grpc::Status::OK;
}

TEST_F(GrpcStreamsTest, LeasesShareAStreamThatAsksForALeader) {
  std::atomic<bool> leader = false;
  server_.keep_alive = [&leader](int, Context& context, KeepAliveIo& io) {
    leader = context.client_metadata().count("hasleader") == 1;
    return RenewAll(io, 60);
  };
  server_.Start();
  Client client = Connect();

  const LeaseKeeper first = client.KeepAlive(1);
  const LeaseKeeper second = client.KeepAlive(2);
  const auto now = std::chrono::steady_clock::now();
  while (first.SafeUntil() <= now || second.SafeUntil() <= now) std::this_thread::yield();

  EXPECT_EQ(server_.keep_alive_streams, 1);
  EXPECT_TRUE(leader);
  EXPECT_LE(first.SafeUntil(), std::chrono::steady_clock::now() + seconds(60));
}

TEST_F(GrpcStreamsTest, AKeeperReconnects) {
  server_.keep_alive = [](int number, Context&, KeepAliveIo& io) {
    return number < 3 ? kGone : RenewAll(io, 60);
  };
  server_.Start();
  Client client = Connect();

  const LeaseKeeper keeper = client.KeepAlive(1);
  while (keeper.SafeUntil() <= std::chrono::steady_clock::now()) std::this_thread::yield();

  EXPECT_EQ(server_.keep_alive_streams, 3);
  EXPECT_EQ(keeper.last_error(), Status(Code::kUnavailable, "gone"));
}

TEST_F(GrpcStreamsTest, ARevokeThroughTheClientEndsItsKeepers) {
  server_.keep_alive = [](int, Context&, KeepAliveIo& io) { return RenewAll(io, 60); };
  server_.Start();
  Client client = Connect();
  LeaseKeeper keeper = client.KeepAlive(1);

  EXPECT_TRUE(client.RevokeLease(1).ok());

  EXPECT_EQ(keeper.loss(), LeaseLoss::kRevoked);
}

TEST_F(GrpcStreamsTest, KeepAliveOnceRenewsOnce) {
  server_.keep_alive = [](int number, Context&, KeepAliveIo& io) {
    return number == 1 ? kGone : RenewAll(io, 60);
  };
  server_.Start();

  const auto renewed = Connect().KeepAliveOnce(5);

  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(renewed->id, 5);
  EXPECT_EQ(renewed->ttl, seconds(60));
}

TEST_F(GrpcStreamsTest, KeepAliveOnceOfALeaseThatIsNoMoreFails) {
  server_.keep_alive = [](int, Context&, KeepAliveIo& io) { return RenewAll(io, 0); };
  server_.Start();
  Client client = Connect();
  std::promise<Status> promise;

  client.connection()->AsyncLeaseKeepAlive(
      {{5}, {}},
      [&](const Result<LeaseKeepAliveResponse>& result) { promise.set_value(result.status()); });

  EXPECT_EQ(client.KeepAliveOnce(5).status().reason(), Reason::kLeaseNotFound);
  EXPECT_EQ(promise.get_future().get().reason(), Reason::kLeaseNotFound);
}

TEST_F(GrpcStreamsTest, KeepAliveOnceWithoutAnAnswerIsAnError) {
  server_.Start();  // ends the stream at once, and well

  Client client(Options{.endpoints = {server_.endpoint()}, .retry = {.max_attempts = 1}});

  EXPECT_EQ(client.KeepAliveOnce(5).status().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace etcdpp
