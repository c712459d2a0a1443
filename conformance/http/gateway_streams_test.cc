// Streams through the JSON gateway: one JSON object a line.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Optional;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// A call whose answer is read by line.
struct Stream {
  Stream(const std::string& path, const std::string& body,
         const std::vector<std::string>& headers = {}) {
    connection.Send(HttpText({.path = "/v3/" + path, .body = body, .headers = headers}));
    head = connection.ReadHead();
  }

  HttpConnection connection;
  HttpAnswer head;
};

struct Corner : Scratch {
  std::string Header(int64_t revision) const {
    return JsonHeader(Call(pb::StatusRequest())->header(), revision);
  }
  std::string Create(std::string_view name, const std::string& more = "") const {
    return R"({"create_request":{"key":)" + JsonKey(*this, name) + more + "}}";
  }
};

std::string Number(int64_t number) { return "\"" + std::to_string(number) + "\""; }

TEST(GatewayWatch, SaysThatItIsCreated) {
  Corner s;
  Stream watch("watch", s.Create("a"));
  EXPECT_EQ(watch.head.status, 200);
  EXPECT_EQ(watch.head.Header("Content-Type"), "application/json");
  EXPECT_EQ(watch.head.Header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(watch.head.Header("Grpc-Metadata-Content-Type"), "application/grpc");
  EXPECT_THAT(
      watch.connection.ReadLine(),
      Optional(R"({"result":{"header":)" + s.Header(s.Revision()) + R"(,"created":true}})"));
}

TEST(GatewayWatch, TellsEventsInOneLineEach) {
  Corner s;
  Stream watch("watch", s.Create("a"));
  watch.connection.ReadLine();
  const int64_t put = s.Put("a", "1").header().revision();
  EXPECT_THAT(
      watch.connection.ReadLine(),
      Optional(R"({"result":{"header":)" + s.Header(put) + R"(,"events":[{"kv":{"key":)" +
               JsonKey(s, "a") + R"(,"create_revision":)" + Number(put) + R"(,"mod_revision":)" +
               Number(put) + R"(,"version":"1","value":"MQ=="}}]}})"));
  s.Delete("a");
  EXPECT_THAT(watch.connection.ReadLine(),
              Optional(R"({"result":{"header":)" + s.Header(put + 1) +
                       R"(,"events":[{"type":"DELETE","kv":{"key":)" + JsonKey(s, "a") +
                       R"(,"mod_revision":)" + Number(put + 1) + "}}]}}"));
}

TEST(GatewayWatch, TellsThePastInOneLine) {
  Corner s;
  const int64_t first = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  Stream watch("watch", s.Create("a", R"(,"start_revision":)" + Number(first)));
  watch.connection.ReadLine();
  EXPECT_THAT(watch.connection.ReadLine(), Optional(HasSubstr(R"("value":"MQ=="}},{"kv":)")));
}

TEST(GatewayWatch, TakesSeveralRequestsFromOneBody) {
  Corner s;
  Stream watch("watch", s.Create("a") + "\n" + s.Create("b"));
  EXPECT_THAT(watch.connection.ReadLine(), Optional(HasSubstr(R"(},"created":true}})")));
  EXPECT_THAT(watch.connection.ReadLine(),
              Optional(HasSubstr(R"(},"watch_id":"1","created":true}})")));
}

TEST(GatewayWatch, CancelsAWatch) {
  Corner s;
  Stream watch("watch", s.Create("a") + R"({"cancel_request":{"watch_id":"0"}})");
  watch.connection.ReadLine();
  EXPECT_THAT(
      watch.connection.ReadLine(),
      Optional(R"({"result":{"header":)" + s.Header(s.Revision()) + R"(,"canceled":true}})"));
}

// etcd may tell it before it says that the watch is created.
TEST(GatewayWatch, TellsProgress) {
  Corner s;
  Stream watch("watch", s.Create("a") + R"({"progress_request":{}})");
  const std::string begin = R"({"result":{"header":)" + s.Header(s.Revision());
  const auto first = watch.connection.ReadLine();
  const auto second = watch.connection.ReadLine();
  EXPECT_THAT((std::vector{first, second}), UnorderedElementsAre(begin + R"(,"created":true}})",
                                                                 begin + R"(,"watch_id":"-1"}})"));
}

TEST(GatewayWatch, IgnoresWhatComesBehindTheLastGoodRequest) {
  Corner s;
  Stream watch("watch", s.Create("a") + "{bad");
  EXPECT_THAT(watch.connection.ReadLine(), Optional(HasSubstr(R"("created":true)")));
}

TEST(GatewayWatch, OfACompactedRevisionIsCancelled) {
  Corner s;
  const int64_t first = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  EXPECT_EQ(Post("kv/compaction", R"({"revision":)" + Number(first + 1) + "}").status, 200);
  Stream watch("watch", s.Create("a", R"(,"start_revision":)" + Number(first)));
  watch.connection.ReadLine();
  EXPECT_THAT(watch.connection.ReadLine(),
              Optional(HasSubstr(R"("canceled":true,"compact_revision":)" + Number(first + 1))));
}

TEST(GatewayWatch, RunsOutOfTimeWithAnErrorInItsLastLine) {
  Corner s;
  Stream watch("watch", s.Create("a"), {"Grpc-Timeout: 500m"});
  watch.connection.ReadLine();
  const auto last = watch.connection.ReadLine();
  if (target().version.AtLeast(3, 6)) {
    EXPECT_THAT(last, Optional(HasSubstr(R"({"error":{"code":4,"message":")")));
  } else {
    // "context deadline exceeded", or, where the server's end of the stream is first to notice,
    // how that ended: in 3.4 with an error that has no code.
    EXPECT_THAT(
        last,
        Optional(AnyOf(AllOf(StartsWith(R"({"error":{"grpc_code":4,"http_code":504,"message":")"),
                             EndsWith(R"(","http_status":"Gateway Timeout"}})")),
                       R"({"error":{"grpc_code":2,"http_code":500,"message":"context deadline )"
                       R"(exceeded","http_status":"Internal Server Error"}})")));
  }
  EXPECT_EQ(watch.connection.ReadLine(), std::nullopt);
}

TEST(GatewayKeepAlive, AnswersEachRequestAndEnds) {
  Corner s;
  const int64_t lease = s.Grant(600);
  Stream stream("lease/keepalive", R"({"ID":)" + Number(lease) + R"(}{"ID":"123456789"})");
  const std::string header = R"({"result":{"header":)" + s.Header(s.Revision());
  EXPECT_THAT(stream.connection.ReadLine(),
              Optional(header + R"(,"ID":)" + Number(lease) + R"(,"TTL":"600"}})"));
  EXPECT_THAT(stream.connection.ReadLine(), Optional(header + R"(,"ID":"123456789"}})"));
  EXPECT_EQ(stream.connection.ReadLine(), std::nullopt);
}

TEST(GatewayKeepAlive, WithoutRequestsIsEmpty) {
  const HttpAnswer answer = Post("lease/keepalive", "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.Header("Content-Type"),
            target().version.AtLeast(3, 6) ? "" : "application/json");
}

TEST(GatewayKeepAlive, EndsAtARequestThatIsNone) {
  Corner s;
  Stream stream("lease/keepalive", R"({"ID":"123456789"}{"ID":"x"})");
  EXPECT_THAT(stream.connection.ReadLine(), Optional(HasSubstr(R"("ID":"123456789")")));
  EXPECT_EQ(stream.connection.ReadLine(), std::nullopt);
}

}  // namespace
}  // namespace conformance
