// What the JSON gateway makes of errors: of etcd's, and of its own.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::IsEmpty;

bool Oldest() { return !target().version.AtLeast(3, 5); }

TEST(GatewayError, InvalidArgumentIs400) {
  EXPECT_THAT(Post("kv/put", "{}"), Refuses(400, 3, "etcdserver: key is not provided"));
}

TEST(GatewayError, NotFoundIs404) {
  EXPECT_THAT(Post("lease/revoke", R"({"ID":"123456789"})"),
              Refuses(404, 5, "etcdserver: requested lease not found"));
}

TEST(GatewayError, OutOfRangeIs400) {
  EXPECT_THAT(Post("kv/compaction", R"({"revision":"1000000000"})"),
              Refuses(400, 11, "etcdserver: mvcc: required revision is a future revision"));
}

TEST(GatewayError, FailedPreconditionIs412In34And400Since) {
  Scratch s;
  const int64_t lease = s.Grant();
  EXPECT_THAT(Post("lease/grant", R"({"TTL":"600","ID":")" + std::to_string(lease) + R"("})"),
              Refuses(Oldest() ? 412 : 400, 9, "etcdserver: lease already exists"));
}

TEST(GatewayError, TooLargeARequestIs400) {
  Scratch s;
  EXPECT_THAT(Post("kv/put", R"({"key":)" + JsonKey(s, "a") + R"(,"value":")" +
                                 Base64(std::string(1'800'000, 'v')) + R"("})"),
              Refuses(400, 3, "etcdserver: request is too large"));
}

TEST(GatewayError, TooLargeAMessageIs429) {
  const std::string body = R"({"key":"Zm9v","value":")" + Base64(std::string(2'200'000, 'v'));
  EXPECT_THAT(Post("kv/put", body + R"("})"),
              Refuses(429, 8, "grpc: received message larger than max (2200010 vs. 2097152)"));
}

TEST(GatewayError, ComesWithTrailersIn34) {
  const HttpAnswer answer = Post("kv/put", "{}");
  EXPECT_EQ(answer.Header("Trailer"), Oldest() ? "Grpc-Trailer-Content-Type" : "");
  EXPECT_EQ(answer.trailers.contains("grpc-trailer-content-type"), Oldest());
}

// A gateway that reaches its server over TLS has none: its errors come with headers. Real etcd
// takes any of the places that it listens at (pickGRPCGatewayServeContext in server/embed/etcd.go).
TEST(GatewayError, ComesWithTrailersForThoseWhoAcceptThem) {
  const HttpAnswer answer = Post("kv/put", "{}", {"TE: trailers"});
  const bool may_lack_them = !target().tls_endpoint.empty();
  const std::string announced = answer.Header("Trailer");
  if (!may_lack_them || !announced.empty()) {
    EXPECT_EQ(announced, "Grpc-Trailer-Content-Type");
    EXPECT_EQ(answer.trailers.at("grpc-trailer-content-type"), "application/grpc");
  } else {
    EXPECT_THAT(answer.trailers, IsEmpty());
  }
}

TEST(GatewayError, OfTheGatewayItselfHasNoTrailers) {
  const HttpAnswer answer = Post("kv/put", "{bad}");
  EXPECT_EQ(answer.Header("Trailer"), "");
  EXPECT_EQ(answer.Header("Grpc-Metadata-Content-Type"), "");
}

TEST(GatewayError, HalfABodyIsCutShort) {
  HttpConnection connection;
  connection.Send("POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"key\"");
  connection.HalfClose();
  EXPECT_THAT(connection.Read(), Refuses(400, 3, "unexpected EOF"));
}

TEST(GatewayError, AMalformedChunkIsNamed) {
  HttpConnection connection;
  connection.Send(
      "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "zz\r\n{\"key\r\n0\r\n\r\n");
  EXPECT_THAT(connection.Read(), Refuses(400, 3, "invalid byte in chunk length"));
}

TEST(GatewayError, ATimeoutThatIsNoneIsRefused) {
  for (const char* timeout : {"x", "5", "1x", "-"}) {
    SCOPED_TRACE(timeout);
    EXPECT_THAT(Post("kv/range", R"({"key":"Zm9v"})", {std::string("Grpc-Timeout: ") + timeout}),
                Refuses(400, 3, std::string("invalid grpc-timeout: ") + timeout));
  }
}

TEST(GatewayError, BinaryMetadataMustBeBase64) {
  EXPECT_THAT(Post("kv/range", R"({"key":"Zm9v"})", {"Grpc-Metadata-Foo-Bin: !!!"}),
              Refuses(400, 3,
                      "invalid binary header Grpc-Metadata-Foo-Bin: "
                      "illegal base64 data at input byte 0"));
}

TEST(GatewayError, AFirstRequestOfAStreamThatIsNoneFailsItUpTo35) {
  const HttpAnswer answer = Post("lease/keepalive", R"({"ID":"x"})");
  if (target().version.AtLeast(3, 6)) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
  } else {
    EXPECT_THAT(answer, Refuses(500, 2, "invalid character 'x' looking for beginning of value"));
  }
}

}  // namespace
}  // namespace conformance
