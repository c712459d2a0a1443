// HTTP itself: what a server makes of connections, good and bad, on the port that gRPC is on.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::HasSubstr;

// As long as it takes to show that a server waits.
constexpr std::chrono::milliseconds kAWhile{50};

// What a server says that does not understand, before it ends the connection.
void ExpectBadRequest(const std::string& bytes, const std::string& status) {
  SCOPED_TRACE(bytes.substr(0, 80));
  HttpConnection connection;
  connection.Send(bytes);
  const HttpAnswer answer = connection.Read();
  EXPECT_EQ(answer.status_line, "HTTP/1.1 " + status);
  EXPECT_EQ(answer.body, status);
  EXPECT_EQ(answer.Header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.Header("Connection"), "close");
}

TEST(HttpTransport, KeepsAConnectionOpen) {
  HttpConnection connection;
  for (int i = 0; i < 3; ++i) {
    connection.Send(HttpText({.method = "GET", .path = "/version", .close = false}));
    const HttpAnswer answer = connection.Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.Header("Connection"), "");
  }
}

TEST(HttpTransport, AnswersRequestsSentAtOnceInTheirOrder) {
  HttpConnection connection;
  connection.Send(HttpText({.method = "GET", .path = "/version", .close = false}) +
                  HttpText({.method = "GET", .path = "/health"}));
  EXPECT_THAT(connection.Read().body, HasSubstr("etcdserver"));
  EXPECT_THAT(connection.Read().body, HasSubstr("health"));
  EXPECT_TRUE(connection.Ends());
}

TEST(HttpTransport, EndsAConnectionThatIsToEnd) {
  HttpConnection connection;
  connection.Send(HttpText({.method = "GET", .path = "/version"}));
  EXPECT_EQ(connection.Read().Header("Connection"), "close");
  EXPECT_TRUE(connection.Ends());
}

TEST(HttpTransport, SpeaksHttp10) {
  HttpConnection connection;
  connection.Send(
      HttpText({.method = "GET", .path = "/version", .http_1_0 = true, .close = false}));
  EXPECT_EQ(connection.Read().status_line, "HTTP/1.0 200 OK");
  EXPECT_TRUE(connection.Ends());
}

TEST(HttpTransport, AnswersAClientThatSendsNoMore) {
  HttpConnection connection;
  connection.Send(HttpText({.method = "GET", .path = "/version"}));
  connection.HalfClose();
  EXPECT_EQ(connection.Read().status, 200);
  EXPECT_TRUE(connection.Ends());
}

TEST(HttpTransport, WaitsForTheRestOfARequest) {
  for (const char* start :
       {"GET /version HT", "GET /version HTTP/1.1\r\nHost: x\r\n", "P", "PRI * HT",
        "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"}) {
    SCOPED_TRACE(start);
    HttpConnection connection;
    connection.Send(start);
    EXPECT_TRUE(connection.StaysSilent(kAWhile));
  }
}

TEST(HttpTransport, TakesARequestByteByByte) {
  HttpConnection connection;
  for (const char c : HttpText({.method = "GET", .path = "/version"})) {
    connection.Send(std::string(1, c));
  }
  EXPECT_EQ(connection.Read().status, 200);
}

TEST(HttpTransport, DropsWhoSpeaksNeitherHttpNorGrpc) {
  for (const char* nonsense : {"hello\r\n\r\n", "\n", "GET /version\r\n\r\n",
                               "GET /version HTTP/2.0\r\nHost: x\r\n\r\n"}) {
    SCOPED_TRACE(nonsense);
    HttpConnection connection;
    connection.Send(nonsense);
    EXPECT_TRUE(connection.Ends());
  }
}

TEST(HttpTransport, DropsWhoSendsARequestLineWithoutEnd) {
  HttpConnection connection;
  connection.Send("GET /" + std::string(5000, 'a'));
  EXPECT_TRUE(connection.Ends());
}

TEST(HttpTransport, TakesALongRequestLine) {
  EXPECT_THAT(Get("/" + std::string(4000, 'a')), IsText(404, "404 page not found\n"));
}

TEST(HttpTransport, RefusesAHeadOfMoreThanAMebibyte) {
  ExpectBadRequest(
      "GET /version HTTP/1.1\r\nHost: x\r\nX: " + std::string((1 << 20) + 8192, 'a') + "\r\n\r\n",
      "431 Request Header Fields Too Large");
}

TEST(HttpTransport, RefusesAHeadThatIsCutShort) {
  HttpConnection connection;
  connection.Send("GET /version HTTP/1.1\r\nHost: x\r\n");
  connection.HalfClose();
  EXPECT_EQ(connection.Read().status_line, "HTTP/1.1 400 Bad Request");
}

TEST(HttpTransport, NeedsAHost) {
  ExpectBadRequest("GET /version HTTP/1.1\r\n\r\n",
                   "400 Bad Request: missing required Host header");
  ExpectBadRequest("GET /version HTTP/1.1\r\nHost: x y\r\n\r\n",
                   "400 Bad Request: malformed Host header");
  ExpectBadRequest("GET /version HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 Bad Request");
}

TEST(HttpTransport, RefusesMalformedHeads) {
  for (const char* head :
       {"GET version HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "G@T /version HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /version HTTP/1.1\r\nHost: x\r\nfoo\r\n\r\n",
        "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        "Content-Length: 3\r\n\r\n{}"}) {
    ExpectBadRequest(head, "400 Bad Request");
  }
}

TEST(HttpTransport, KnowsNoCodingButChunks) {
  HttpConnection connection;
  connection.Send("POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n");
  const HttpAnswer answer = connection.Read();
  EXPECT_EQ(answer.status_line, "HTTP/1.1 501 Not Implemented");
  EXPECT_EQ(answer.body, "Unsupported transfer encoding");
}

TEST(HttpTransport, MeetsOneExpectationOnly) {
  EXPECT_EQ(SendHttp({.path = "/v3/kv/range", .body = "{}", .headers = {"Expect: foo"}}).status,
            417);
}

TEST(HttpTransport, TakesAnyMethodName) {
  for (const char* method : {"FOO", "get", "PATCH"}) {
    EXPECT_THAT(SendHttp({.method = method, .path = "/version"}),
                IsText(405, "Method Not Allowed\n"));
  }
}

TEST(HttpTransport, ServesOthersWhileManyAreSlow) {
  std::vector<std::unique_ptr<HttpConnection>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<HttpConnection>());
    slow.back()->Send(i % 2 == 0 ? "GET /version HTTP/1.1\r\nHost: x\r\nX-" : "POST /v3");
  }
  EXPECT_EQ(Get("/version").status, 200);
  Scratch s;
  s.Put("a", "1");
  for (const auto& connection : slow) EXPECT_TRUE(connection->StaysSilent({}));
}

TEST(HttpTransport, ServesGrpcOnTheSamePort) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_THAT(Post("kv/range", R"({"key":)" + JsonKey(s, "a") + "}").body, HasSubstr("MQ=="));
  EXPECT_EQ(s.Get("a").count(), 1);
}

}  // namespace
}  // namespace conformance
