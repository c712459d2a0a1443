// TLS, on a port of its own that asks clients for a certificate: gRPC and HTTPS there, and what
// becomes of those who come with the wrong certificate, or none, or without TLS.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <openssl/ssl.h>

#include "conformance/support/gateway.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/tls_client.h"
#include "conformance/target.h"
#include "etcdpp_proto/kv.grpc.pb.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    if (target().tls_endpoint.empty()) GTEST_SKIP() << "needs --tls-endpoint and --certificates";
  }

  static TlsExchange GetVersion(const TlsClientOptions& options = {}) {
    return SendOverTls(HttpText({.method = "GET", .path = "/version"}), options);
  }

  static grpc::Status Range(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub = pb::KV::NewStub(grpc::CreateChannel(target().tls_endpoint, credentials));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    pb::RangeRequest request;
    request.set_key("a");
    pb::RangeResponse response;
    return stub->Range(&context, request, &response);
  }
};

TEST_F(Tls, AnswersHttp) { EXPECT_THAT(GetVersion().answer, StartsWith("HTTP/1.1 200 OK\r\n")); }

TEST_F(Tls, AnswersGrpc) { EXPECT_THAT(Range(TlsCredentials()), IsOk()); }

TEST_F(Tls, AnswersTheGateway) {
  Scratch s;
  s.Put("a", "1");
  const auto exchange =
      SendOverTls(HttpText({.path = "/v3/kv/range", .body = R"({"key":)" + JsonKey(s, "a") + "}"}));
  EXPECT_THAT(exchange.answer, HasSubstr(R"("value":"MQ==")"));
}

TEST_F(Tls, SpeaksBothVersionsThatAreSecure) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto exchange = GetVersion({.version = version});
    EXPECT_EQ(exchange.version, version);
    EXPECT_THAT(exchange.answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_F(Tls, SpeaksNoVersionThatIsNot) {
  EXPECT_FALSE(GetVersion({.version = TLS1_1_VERSION}).connected);
}

TEST_F(Tls, TakesClientsOfHttp1AsIfTheyHadOfferedNothing) {
  const auto exchange = GetVersion({.protocols = {"http/1.1"}});
  EXPECT_EQ(exchange.protocol, "");
  EXPECT_THAT(exchange.answer, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Tls, RefusesAProtocolThatItDoesNotKnow) {
  EXPECT_FALSE(GetVersion({.protocols = {"spdy/1"}}).connected);
}

TEST_F(Tls, AgreesOnHttp2WithThoseWhoOfferItAlone) {
  EXPECT_EQ(SendOverTls("not HTTP/2", {.protocols = {"h2"}}).protocol, "h2");
}

TEST_F(Tls, GivesNoAnswerWithoutACertificate) {
  EXPECT_THAT(GetVersion({.identity = ""}).answer, IsEmpty());
  EXPECT_FALSE(GetVersion({.identity = "", .version = TLS1_2_VERSION}).connected);
}

TEST_F(Tls, GivesNoAnswerToAStrangersCertificate) {
  EXPECT_THAT(GetVersion({.identity = "stranger"}).answer, IsEmpty());
  EXPECT_FALSE(GetVersion({.identity = "stranger", .version = TLS1_2_VERSION}).connected);
}

TEST_F(Tls, GivesGrpcNoAnswerWithoutACertificate) {
  EXPECT_EQ(Range(TlsCredentials({.identity = ""})).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, GivesGrpcNoAnswerToAStrangersCertificate) {
  EXPECT_EQ(Range(TlsCredentials({.identity = "stranger"})).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, IsNotTrustedByWhoTrustsAnotherAuthority) {
  EXPECT_FALSE(GetVersion({.trusts = "other"}).connected);
  EXPECT_EQ(Range(TlsCredentials({.trusts = "other"})).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, GivesNoAnswerToHttpWithoutIt) {
  HttpConnection connection(target().tls_endpoint);
  connection.Send(HttpText({.method = "GET", .path = "/version"}));
  EXPECT_TRUE(connection.Ends());
}

TEST_F(Tls, GivesNoAnswerToGrpcWithoutIt) {
  EXPECT_EQ(Range(grpc::InsecureChannelCredentials()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, ServesOthersWhileAHandshakeIsHalfDone) {
  HttpConnection half(target().tls_endpoint);
  half.Send(std::string("\x16\x03\x01\x01\x00\x01", 6));
  EXPECT_THAT(GetVersion().answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Range(TlsCredentials()), IsOk());
}

TEST_F(Tls, GoesOnAfterAllThat) {
  for (int i = 0; i < 3; ++i) {
    GetVersion({.identity = "stranger"});
    EXPECT_THAT(GetVersion().answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

}  // namespace
}  // namespace conformance
