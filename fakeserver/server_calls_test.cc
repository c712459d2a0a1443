// Unary calls that are not as they should be.

#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp_proto/health.grpc.pb.h"
#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

class ServerCallsTest : public testing::Test {
 protected:
  const std::unique_ptr<Server> server_ = Server::Start();
  TestClient client_{server_->endpoint()};
};

void ExpectStatus(const grpc::Status& status, grpc::StatusCode code, const std::string& message) {
  EXPECT_EQ(status.error_code(), code);
  EXPECT_EQ(status.error_message(), message);
}

TEST_F(ServerCallsTest, MalformedRequestsAreRefusedInTheWordsOfEtcd) {
  const std::string truncated =
      "\x0a\x05"
      "ab";
  for (const char* method : {"KV/Range", "KV/Put", "KV/DeleteRange", "Lease/LeaseTimeToLive"}) {
    SCOPED_TRACE(method);
    const grpc::Status status = client_.SendRaw(std::string("/etcdserverpb.") + method, truncated);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(status.error_message(), testing::StartsWith("grpc: error unmarshalling request: "));
  }
  ExpectStatus(client_.SendRaw("/etcdserverpb.KV/Put", "\x08\x01"), grpc::StatusCode::INTERNAL,
               "grpc: error unmarshalling request: proto: wrong wireType = 0 for field Key");
}

TEST(ServerReleaseTest, The3Point7DecoderTakesWrongWireTypesForUnknownFields) {
  const auto server = Server::Start({.emulate = "3.7"});
  TestClient client(server->endpoint());

  ExpectStatus(client.SendRaw("/etcdserverpb.KV/Put", "\x08\x01"),
               grpc::StatusCode::INVALID_ARGUMENT, "etcdserver: key is not provided");
  ExpectStatus(client.SendRaw("/etcdserverpb.KV/Put",
                              "\x0a\x05"
                              "ab"),
               grpc::StatusCode::INTERNAL,
               "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data");
}

TEST_F(ServerCallsTest, OversizeMessagesAreRefusedBySize) {
  const std::string head = {'\x0a', '\x01', 'k', '\x12'};
  // Of 2 MiB and one byte in all.
  const size_t value = (2 << 20) + 1 - head.size() - 4;
  std::string length;
  for (size_t rest = value; length.size() < 4; rest >>= 7) {
    length.push_back(static_cast<char>((rest & 0x7f) | (length.size() < 3 ? 0x80 : 0)));
  }
  const std::string bytes = head + length + std::string(value, 'x');

  ExpectStatus(client_.SendRaw("/etcdserverpb.KV/Put", bytes), grpc::StatusCode::RESOURCE_EXHAUSTED,
               "grpc: received message larger than max (2097153 vs. 2097152)");
  ExpectStatus(client_.Put("k", std::string(1'600'000, 'x')), grpc::StatusCode::INVALID_ARGUMENT,
               "etcdserver: request is too large");
  EXPECT_TRUE(client_.Put("k", std::string(1'500'000, 'x')).ok());
  EXPECT_EQ(client_.Get("k")->size(), 1'500'000u);
}

TEST_F(ServerCallsTest, LimitsAreOptions) {
  const auto server = Server::Start({.max_txn_ops = 1, .max_request_bytes = 1000});
  TestClient client(server->endpoint());
  pb::TxnRequest txn;
  for (const char* key : {"a", "b"}) txn.add_success()->mutable_request_put()->set_key(key);
  pb::TxnResponse response;
  grpc::ClientContext context;

  ExpectStatus(client.kv->Txn(&context, txn, &response), grpc::StatusCode::INVALID_ARGUMENT,
               "etcdserver: too many operations in txn request");
  ExpectStatus(client.Put("k", std::string(990, 'x')), grpc::StatusCode::INVALID_ARGUMENT,
               "etcdserver: request is too large");
}

TEST_F(ServerCallsTest, DeeplyNestedTransactionsAreRefusedForTheirOperations) {
  pb::TxnRequest txn;
  pb::TxnRequest* inner = &txn;
  for (int depth = 0; depth < 500; ++depth) {
    inner = inner->add_success()->mutable_request_txn();
  }
  pb::TxnResponse response;
  grpc::ClientContext context;

  ExpectStatus(client_.kv->Txn(&context, txn, &response), grpc::StatusCode::INVALID_ARGUMENT,
               "etcdserver: too many operations in txn request");
}

TEST_F(ServerCallsTest, CallsThatNothingServesAreRefusedByName) {
  ExpectStatus(client_.SendRaw("/etcdserverpb.KV/Nope", ""), grpc::StatusCode::UNIMPLEMENTED,
               "unknown method Nope for service etcdserverpb.KV");
  ExpectStatus(client_.SendRaw("/etcdserverpb.KV/RangeStream", ""), grpc::StatusCode::UNIMPLEMENTED,
               "unknown method RangeStream for service etcdserverpb.KV");
  ExpectStatus(client_.SendRaw("/nobody.Nothing/Never", ""), grpc::StatusCode::UNIMPLEMENTED,
               "unknown service nobody.Nothing");
}

TEST_F(ServerCallsTest, CallsPastTheirDeadlineLeaveTheServerServing) {
  for (int i = 0; i < 200; ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::microseconds(i * 5));
    pb::RangeRequest request;
    request.set_key("k");
    pb::RangeResponse response;
    client_.kv->Range(&context, request, &response);
  }

  EXPECT_TRUE(client_.Put("k", "v").ok());
}

TEST_F(ServerCallsTest, StatusTellsWhatTheReleaseTells) {
  pb::StatusResponse status;
  ASSERT_TRUE(client_.GetStatus(&status).ok());
  EXPECT_EQ(status.version(), "3.6.14");
  EXPECT_EQ(status.storageversion(), "3.6.0");
  EXPECT_EQ(status.dbsizequota(), int64_t{2} << 30);
  EXPECT_TRUE(status.has_downgradeinfo());
  EXPECT_EQ(status.leader(), status.header().member_id());

  const auto older = Server::Start({.emulate = "3.4"});
  ASSERT_TRUE(TestClient(older->endpoint()).GetStatus(&status).ok());
  EXPECT_EQ(status.version(), "3.4.23");
  EXPECT_EQ(status.storageversion(), "");
  EXPECT_FALSE(status.has_downgradeinfo());
}

TEST_F(ServerCallsTest, TheWholeServerIsHealthyAndNothingElseIsKnown) {
  using etcdpp_proto::grpc::health::v1::Health;
  using etcdpp_proto::grpc::health::v1::HealthCheckRequest;
  using etcdpp_proto::grpc::health::v1::HealthCheckResponse;
  const auto health = Health::NewStub(client_.channel);
  HealthCheckRequest request;
  HealthCheckResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(health->Check(&context, request, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  }
  request.set_service("etcdserverpb.KV");
  {
    grpc::ClientContext context;
    ExpectStatus(health->Check(&context, request, &response), grpc::StatusCode::NOT_FOUND,
                 "unknown service");
  }
  grpc::ClientContext context;
  const auto watch = health->Watch(&context, request);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
}

}  // namespace
}  // namespace fakeetcd
