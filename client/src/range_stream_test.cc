// RangeStream over gRPC: its pace, its ends, and what a Scan makes of it.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpc/support/time.h>
#include <gtest/gtest.h>

#include "client/src/test_server.h"
#include "etcdpp/client.h"

namespace etcdpp {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace pb = etcdpp_proto::etcdserverpb;

using testing::ElementsAre;

/// A server that knows streams, too.
class StreamServer {
 public:
  StreamServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&kv_);
    server_ = builder.BuildAndStart();
  }
  ~StreamServer() { server_->Shutdown(gpr_inf_past(GPR_CLOCK_MONOTONIC)); }
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  using Writer = grpc::ServerWriter<pb::RangeStreamResponse>;

  /// Serves the stream of that number, counted from 1. Set up before the first call.
  std::function<grpc::Status(int, const pb::RangeRequest&, grpc::ServerContext&, Writer&)> stream;
  std::vector<std::string> page;  // what a Range answers, always with more to come
  std::atomic<int> streams{0};
  std::atomic<int> ranges{0};

  Client MakeClient(std::chrono::milliseconds timeout = 5000ms) const {
    return Client({.endpoints = {"127.0.0.1:" + std::to_string(port_)}, .call_timeout = timeout});
  }

  static bool Send(Writer& writer, const std::vector<std::string>& keys) {
    pb::RangeStreamResponse piece;
    for (const std::string& key : keys) piece.mutable_range_response()->add_kvs()->set_key(key);
    return writer.Write(piece);
  }

 private:
  struct Kv final : pb::KV::Service {
    explicit Kv(StreamServer& server) : test(server) {}

    grpc::Status Range(grpc::ServerContext* /*context*/, const pb::RangeRequest* /*request*/,
                       pb::RangeResponse* response) override {
      ++test.ranges;
      response->mutable_header()->set_revision(7);
      for (const std::string& key : test.page) response->add_kvs()->set_key(key);
      response->set_more(true);
      return grpc::Status::OK;
    }
    grpc::Status RangeStream(grpc::ServerContext* context, const pb::RangeRequest* request,
                             Writer* writer) override {
      return test.stream(++test.streams, *request, *context, *writer);
    }

    StreamServer& test;
  };

  Kv kv_{*this};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

std::vector<std::string> KeysOf(const RangeResponse& piece) {
  std::vector<std::string> keys;
  for (const KeyValue& kv : piece.kvs) keys.push_back(kv.key);
  return keys;
}

// Pieces large enough that a few of them fill what gRPC buffers.
bool SendLarge(StreamServer::Writer& writer) {
  pb::RangeStreamResponse piece;
  piece.mutable_range_response()->add_kvs()->set_value(std::string(1 << 20, 'v'));
  return writer.Write(piece);
}

TEST(RangeStreamTest, GivesPieceByPieceAndThenNothing) {
  StreamServer server;
  server.stream = [](int, const auto& request, auto&, auto& writer) {
    EXPECT_EQ(request.revision(), 3);
    StreamServer::Send(writer, {"a", "b"});
    StreamServer::Send(writer, {"c"});
    return grpc::Status::OK;
  };
  Client client = server.MakeClient();
  const auto pieces = client.StreamRange(KeyRange::All(), {.revision = 3});

  EXPECT_THAT(KeysOf(**pieces->Next()), ElementsAre("a", "b"));
  EXPECT_THAT(KeysOf(**pieces->Next()), ElementsAre("c"));
  EXPECT_EQ(*pieces->Next(), std::nullopt);
  EXPECT_EQ(*pieces->Next(), std::nullopt);
}

TEST(RangeStreamTest, IsTriedAgainOnlyBeforeItsFirstPiece) {
  StreamServer server;
  server.stream = [](int number, const auto&, auto&, auto& writer) {
    if (number == 2) StreamServer::Send(writer, {"a"});
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  };
  Client client = server.MakeClient();
  const auto pieces = client.StreamRange(KeyRange::All());

  EXPECT_THAT(KeysOf(**pieces->Next()), ElementsAre("a"));
  EXPECT_EQ(pieces->Next().status().code(), Code::kUnavailable);
  EXPECT_EQ(pieces->Next().status().code(), Code::kUnavailable);
  EXPECT_EQ(server.streams, 2);
}

TEST(RangeStreamTest, ReadsNoFurtherThanItsUserDoes) {
  StreamServer server;
  std::atomic<int> sent{0};
  std::atomic<bool> cancelled{false};
  server.stream = [&](int, const auto&, auto&, auto& writer) {
    while (SendLarge(writer)) ++sent;
    cancelled = true;
    return grpc::Status::OK;
  };
  Client client = server.MakeClient();
  {
    const auto pieces = client.StreamRange(KeyRange::All());
    ASSERT_TRUE(pieces->Next().ok());
    // It has run into its limit once nothing is sent for a while; that is far from endless.
    for (int before = -1; before != sent;) {
      before = sent;
      (void)client.Range("pace", {}, {.timeout = 200ms});
    }
    EXPECT_LT(sent, 100);
  }
  while (!cancelled) (void)client.Range("pace");
}

TEST(RangeStreamTest, WaitsForEachPieceNoLongerThanItsTimeout) {
  StreamServer server;
  server.stream = [](int, const auto&, auto& context, auto& writer) {
    StreamServer::Send(writer, {"a"});
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  Client client = server.MakeClient();
  const auto pieces = client.StreamRange(KeyRange::All(), {}, {.timeout = 300ms});

  EXPECT_TRUE(pieces->Next().ok());
  EXPECT_EQ(pieces->Next().status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(pieces->Next().status().code(), Code::kDeadlineExceeded);
}

TEST(RangeStreamTest, EndsWithItsClient) {
  StreamServer server;
  server.stream = [](int, const auto&, auto&, auto& writer) {
    while (SendLarge(writer)) continue;
    return grpc::Status::OK;
  };
  auto client = std::make_unique<Client>(server.MakeClient());
  const auto parked = client->StreamRange(KeyRange::All());
  const auto untouched = client->StreamRange(KeyRange::All());
  ASSERT_TRUE(parked->Next().ok());

  client.reset();

  EXPECT_EQ(parked->Next().status().code(), Code::kCancelled);
  EXPECT_EQ(untouched->Next().status().code(), Code::kCancelled);
}

TEST(RangeStreamTest, IsOfUseToAScanAfterItsFirstPage) {
  StreamServer server;
  server.page = {"a", "b"};
  server.stream = [](int, const auto& request, auto&, auto& writer) {
    EXPECT_EQ(request.key(), std::string("b\0", 2));
    EXPECT_EQ(request.revision(), 7);
    EXPECT_EQ(request.limit(), 0);
    StreamServer::Send(writer, {"c"});
    StreamServer::Send(writer, {"d"});
    return grpc::Status::OK;
  };
  Client client = server.MakeClient();

  std::vector<std::string> keys;
  for (const Result<KeyValue>& kv : client.Scan(KeyRange::All())) keys.push_back(kv->key);

  EXPECT_THAT(keys, ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(server.ranges, 1);
  EXPECT_EQ(server.streams, 1);
}

TEST(RangeStreamTest, ThatBreaksUnderAScanGivesWayToAPage) {
  StreamServer server;
  server.page = {"a"};
  server.stream = [&server](int number, const auto& request, auto&, auto& writer) {
    if (number == 1) {
      StreamServer::Send(writer, {"b"});
      server.page = {"c"};
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
    }
    EXPECT_EQ(request.key(), std::string("c\0", 2));
    return grpc::Status::OK;
  };
  Client client = server.MakeClient();

  std::vector<std::string> keys;
  for (const Result<KeyValue>& kv : client.Scan(KeyRange::All())) keys.push_back(kv->key);

  EXPECT_THAT(keys, ElementsAre("a", "b", "c"));
  EXPECT_EQ(server.ranges, 2);
}

TEST(RawCallTest, CarriesTheBytesOfAnyMethod) {
  TestServer server;
  server.put = [](auto&, const pb::PutRequest& request) {
    EXPECT_EQ(request.key(), "k");
    return grpc::Status::OK;
  };
  server.range = [](auto&, const auto&, pb::RangeResponse* response) {
    response->set_count(5);
    return grpc::Status::OK;
  };
  server.Start();
  Client client(server.endpoint());

  pb::PutRequest put;
  put.set_key("k");
  EXPECT_TRUE(client.CallRaw({"/etcdserverpb.KV/Put", put.SerializeAsString()}).ok());
  EXPECT_EQ(server.puts, 1);

  const auto raw = client.CallRaw({"/etcdserverpb.KV/Range", ""});
  ASSERT_TRUE(raw.ok());
  pb::RangeResponse range;
  ASSERT_TRUE(range.ParseFromString(raw->message));
  EXPECT_EQ(range.count(), 5);

  EXPECT_EQ(client.CallRaw({"/no.Such/Method", ""}).status().code(), Code::kUnimplemented);
  EXPECT_EQ(client.CallRaw({"Put", ""}).status().code(), Code::kInvalidArgument);
}

TEST(RawCallTest, IsTriedAgainOnlyWhereItOnlyReads) {
  TestServer server;
  server.put = [](auto&, const auto&) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  };
  server.Start();
  Client client({.endpoints = {server.endpoint()},
                 .retry = {.max_attempts = 3, .initial_delay = 1ms, .max_delay = 1ms}});

  const auto write = client.CallRaw({"/etcdserverpb.KV/Put", ""}).status();
  EXPECT_EQ(server.puts, 1);
  EXPECT_EQ(write.outcome(), Outcome::kUnknown);
  EXPECT_FALSE(client.CallRaw({"/etcdserverpb.KV/Put", "", true}).ok());
  EXPECT_EQ(server.puts, 4);
}

TEST(RepeatableWriteTest, IsTriedAgainWithAnUnknownOutcome) {
  TestServer server;
  server.put = [&server](auto&, const auto&) {
    return server.puts < 3 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone") : grpc::Status::OK;
  };
  server.Start();
  Client client({.endpoints = {server.endpoint()},
                 .retry = {.max_attempts = 2, .initial_delay = 1ms, .max_delay = 1ms}});

  const auto failed = client.Put("k", "v", {}, {.repeatable = true}).status();
  EXPECT_EQ(failed.attempts(), 2);
  EXPECT_EQ(failed.outcome(), Outcome::kUnknown);
  EXPECT_TRUE(client.Put("k", "v", {}, {.repeatable = true}).ok());
}

}  // namespace
}  // namespace etcdpp
