// What the JSON gateway answers to unary calls: every field of the response, byte for byte but for
// the white space that protojson varies from build to build.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A corner, and the header that answers have.
struct Corner : Scratch {
  std::string Header(int64_t revision) const {
    return JsonHeader(Call(pb::StatusRequest())->header(), revision);
  }
  std::string Key(std::string_view name) const { return JsonKey(*this, name); }
  std::string KeyField(std::string_view name) const { return R"({"key":)" + Key(name) + "}"; }
};

std::string Number(int64_t number) { return "\"" + std::to_string(number) + "\""; }

TEST(Gateway, PutAnswersWithTheHeader) {
  Corner s;
  const int64_t before = s.Revision();
  EXPECT_THAT(Post("kv/put", R"({"key":)" + s.Key("a") + R"(,"value":"MQ=="})"),
              IsJson(R"({"header":)" + s.Header(before + 1) + "}"));
  EXPECT_EQ(s.Get("a").kvs(0).value(), "1");
}

TEST(Gateway, PutTellsThePreviousPair) {
  Corner s;
  const int64_t first = s.Put("a", "1").header().revision();
  EXPECT_THAT(Post("kv/put", R"({"key":)" + s.Key("a") + R"(,"value":"Mg==","prev_kv":true})"),
              IsJson(R"({"header":)" + s.Header(first + 1) + R"(,"prev_kv":{"key":)" + s.Key("a") +
                     R"(,"create_revision":)" + Number(first) + R"(,"mod_revision":)" +
                     Number(first) + R"(,"version":"1","value":"MQ=="}})"));
}

TEST(Gateway, RangeOfNothingHasOnlyAHeader) {
  Corner s;
  EXPECT_THAT(Post("kv/range", s.KeyField("a")),
              IsJson(R"({"header":)" + s.Header(s.Revision()) + "}"));
}

TEST(Gateway, RangeHasEveryFieldThatIsSet) {
  Corner s;
  const int64_t lease = s.Grant();
  const int64_t first = s.Put("a", "1").header().revision();
  const int64_t second = s.Put("b", "", {.lease = lease}).header().revision();
  EXPECT_THAT(
      Post("kv/range", R"({"key":)" + s.Key("") + R"(,"range_end":")" + Base64(s.end()) + R"("})"),
      IsJson(R"({"header":)" + s.Header(second) + R"(,"kvs":[{"key":)" + s.Key("a") +
             R"(,"create_revision":)" + Number(first) + R"(,"mod_revision":)" + Number(first) +
             R"(,"version":"1","value":"MQ=="},{"key":)" + s.Key("b") + R"(,"create_revision":)" +
             Number(second) + R"(,"mod_revision":)" + Number(second) +
             R"(,"version":"1","lease":)" + Number(lease) + R"(}],"count":"2"})"));
}

TEST(Gateway, RangeSaysThatThereIsMore) {
  Corner s;
  s.Put("a", "1");
  s.Put("b", "1");
  EXPECT_THAT(Plain(Post("kv/range", R"({"key":)" + s.Key("") + R"(,"range_end":")" +
                                         Base64(s.end()) + R"(","limit":1,"keys_only":true})")
                        .body),
              HasSubstr(R"(],"more":true,"count":"2"})"));
}

TEST(Gateway, DeleteRangeTellsWhatItDeleted) {
  Corner s;
  const int64_t first = s.Put("a", "1").header().revision();
  EXPECT_THAT(
      Post("kv/deleterange", R"({"key":)" + s.Key("a") + R"(,"prev_kv":true})"),
      IsJson(R"({"header":)" + s.Header(first + 1) + R"(,"deleted":"1","prev_kvs":[{"key":)" +
             s.Key("a") + R"(,"create_revision":)" + Number(first) + R"(,"mod_revision":)" +
             Number(first) + R"(,"version":"1","value":"MQ=="}]})"));
}

TEST(Gateway, TxnAnswersWithTheBranchTaken) {
  Corner s;
  s.Put("a", "1");
  const int64_t before = s.Revision();
  const std::string body = R"({"compare":[{"key":)" + s.Key("a") +
                           R"(,"target":"VALUE","result":"EQUAL","value":"MQ=="}],)"
                           R"("success":[{"requestPut":{"key":)" +
                           s.Key("b") + R"(,"value":"Mg=="}},{"request_delete_range":{"key":)" +
                           s.Key("c") + R"(}}],"failure":[{"requestRange":{"key":)" + s.Key("a") +
                           "}}]}";
  EXPECT_THAT(Post("kv/txn", body),
              IsJson(R"({"header":)" + s.Header(before + 1) +
                     R"(,"succeeded":true,"responses":[{"response_put":{"header":{"revision":)" +
                     Number(before + 1) + R"(}}},{"response_delete_range":{"header":{"revision":)" +
                     Number(before + 1) + "}}}]}"));
}

TEST(Gateway, TxnThatFailsDoesNotSaySo) {
  Corner s;
  EXPECT_THAT(Post("kv/txn", R"({"compare":[{"key":)" + s.Key("a") +
                                 R"(,"target":"VERSION","result":"GREATER","version":"0"}]})"),
              IsJson(R"({"header":)" + s.Header(s.Revision()) + "}"));
}

TEST(Gateway, CompactionAnswersWithTheHeader) {
  Corner s;
  s.Put("a", "1");
  const int64_t now = s.Put("a", "2").header().revision();
  EXPECT_THAT(Post("kv/compaction", R"({"revision":)" + Number(now - 1) + R"(,"physical":true})"),
              IsJson(R"({"header":)" + s.Header(now) + "}"));
}

TEST(Gateway, LeasesAreGrantedShownAndRevoked) {
  Corner s;
  constexpr int64_t kId = 0x7fff1234;
  const std::string header = R"({"header":)" + s.Header(s.Revision());
  const std::string id = R"("ID":)" + Number(kId);
  EXPECT_THAT(Post("lease/grant", "{" + id + R"(,"TTL":"600"})"),
              IsJson(header + "," + id + R"(,"TTL":"600"})"));
  s.RevokeAtEnd(kId);
  EXPECT_THAT(Plain(Post("lease/timetolive", "{" + id + "}").body),
              StartsWith(header + "," + id + R"(,"TTL":"5)"));
  EXPECT_THAT(Plain(Post("kv/lease/timetolive", "{" + id + "}").body),
              testing::EndsWith(R"(,"grantedTTL":"600"})"));
  EXPECT_THAT(Plain(Post("lease/leases", "{}").body), HasSubstr("{" + id + "}"));
  EXPECT_THAT(Plain(Post("kv/lease/leases", "{}").body), HasSubstr("{" + id + "}"));
  EXPECT_THAT(Post("kv/lease/revoke", "{" + id + "}"), IsJson(header + "}"));
}

TEST(Gateway, TimeToLiveTellsTheKeys) {
  Corner s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  EXPECT_THAT(
      Plain(Post("lease/timetolive", R"({"ID":)" + Number(lease) + R"(,"keys":true})").body),
      HasSubstr(R"("keys":[)" + s.Key("a") + "]"));
}

TEST(Gateway, TimeToLiveOfNoLeaseIsMinusOne) {
  Corner s;
  EXPECT_THAT(
      Post("lease/timetolive", R"({"ID":"123456789"})"),
      IsJson(R"({"header":)" + s.Header(s.Revision()) + R"(,"ID":"123456789","TTL":"-1"})"));
}

TEST(Gateway, MemberListHasTheFieldsUnderTheirNames) {
  Corner s;
  const auto members = s.Call(pb::MemberListRequest());
  ASSERT_EQ(members->members_size(), 1);
  const pb::Member& member = members->members(0);
  EXPECT_THAT(
      Post("cluster/member/list", "{}"),
      IsJson(R"({"header":)" + JsonHeader(members->header(), 0) + R"(,"members":[{"ID":")" +
             std::to_string(member.id()) + R"(","name":")" + member.name() + R"(","peerURLs":[")" +
             member.peerurls(0) + R"("],"clientURLs":[")" + member.clienturls(0) + R"("]}]})"));
}

TEST(Gateway, StatusHasTheFieldsUnderTheirNames) {
  Corner s;
  const std::string body = Plain(Post("maintenance/status", "{}").body);
  EXPECT_THAT(body, StartsWith(R"({"header":)" + s.Header(s.Revision()) + R"(,"version":")" +
                               s.Call(pb::StatusRequest())->version() + R"(","dbSize":")"));
  for (const char* field : {"leader", "raftIndex", "raftTerm", "raftAppliedIndex", "dbSizeInUse"}) {
    EXPECT_THAT(body, HasSubstr(std::string(",\"") + field + R"(":")"));
  }
  const bool newer = target().version.AtLeast(3, 6);
  EXPECT_EQ(body.find(R"("storageVersion":")") != std::string::npos, newer);
  EXPECT_EQ(body.find(R"("dbSizeQuota":")") != std::string::npos, newer);
  EXPECT_EQ(body.find(R"("downgradeInfo":{})") != std::string::npos, newer);
}

TEST(Gateway, HashIsANumberWithoutQuotes) {
  Corner s;
  const auto hash = s.Call(pb::HashRequest());
  EXPECT_THAT(Post("maintenance/hash", "{}"),
              IsJson(R"({"header":)" + s.Header(hash->header().revision()) + R"(,"hash":)" +
                     std::to_string(hash->hash()) + "}"));
}

TEST(Gateway, HashKvHasAPathOfItsOwnSince35) {
  Corner s;
  if (!target().version.AtLeast(3, 5)) {
    EXPECT_THAT(Post("maintenance/hashkv", "{}"), IsText(404, "Not Found\n"));
    return;
  }
  const auto hash = s.Call(pb::HashKVRequest());
  EXPECT_THAT(Plain(Post("maintenance/hashkv", "{}").body),
              StartsWith(R"({"header":)" + s.Header(s.Revision()) + R"(,"hash":)" +
                         std::to_string(hash->hash()) + R"(,"compact_revision":)"));
}

TEST(Gateway, DefragmentAnswersWithAnEmptyObject) {
  EXPECT_THAT(Post("maintenance/defragment", "{}"), IsJson("{}"));
}

TEST(Gateway, AlarmAnswersWithAHeaderSince35) {
  Corner s;
  const std::string header = R"({"header":)" + s.Header(s.Revision()) + "}";
  EXPECT_THAT(Post("maintenance/alarm", "{}"),
              IsJson(target().version.AtLeast(3, 5) ? header : "{}"));
}

TEST(Gateway, UnmappedMethodsAreNotFound) {
  for (const char* path : {"kv/rangestream", "kv/range/", "kv", "health/check"}) {
    SCOPED_TRACE(path);
    const HttpAnswer answer = Post(path, "{}");
    if (target().version.AtLeast(3, 6)) {
      EXPECT_THAT(answer, Refuses(404, 5, "Not Found"));
    } else {
      EXPECT_THAT(answer, IsText(404, "Not Found\n"));
    }
  }
}

TEST(Gateway, MethodsOf35AreUnmappedBefore) {
  for (const char* method : {"maintenance/downgrade", "auth/status"}) {
    SCOPED_TRACE(method);
    if (target().version.AtLeast(3, 5)) {
      EXPECT_NE(Post(method, "{}").status, 404);
    } else {
      EXPECT_THAT(Post(method, "{}"), IsText(404, "Not Found\n"));
    }
  }
}

TEST(Gateway, OnlyPostIsAllowed) {
  for (const char* method : {"GET", "PUT", "DELETE", "PATCH"}) {
    SCOPED_TRACE(method);
    const HttpAnswer answer = SendHttp({.method = method, .path = "/v3/kv/range"});
    if (target().version.AtLeast(3, 6)) {
      EXPECT_THAT(answer, Refuses(501, 12, "Method Not Allowed"));
    } else {
      EXPECT_THAT(answer, IsText(405, "Method Not Allowed\n"));
    }
  }
}

TEST(Gateway, IsUnderItsOldPrefixToo) {
  Corner s;
  EXPECT_EQ(SendHttp({.path = "/v3beta/kv/range", .body = s.KeyField("a")}).status, 200);
  EXPECT_THAT(SendHttp({.path = "/v3alpha/kv/range", .body = s.KeyField("a")}),
              IsText(404, "404 page not found\n"));
}

TEST(Gateway, SaysWhatKindOfMetadataItGot) {
  Corner s;
  EXPECT_EQ(Post("kv/range", s.KeyField("a")).Header("Grpc-Metadata-Content-Type"),
            "application/grpc");
}

TEST(Gateway, TakesNoParametersFromTheUrl) {
  EXPECT_THAT(Post("kv/range?key=Zm9v", "{}"), Refuses(400, 3, "etcdserver: key is not provided"));
}

TEST(Gateway, TakesARequestInChunks) {
  Corner s;
  s.Put("a", "1");
  const std::string body = s.KeyField("a");
  HttpConnection connection;
  connection.Send(
      "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
  char size[8];
  std::snprintf(size, sizeof(size), "%zx", body.size() - 1);
  connection.Send(size + ("\r\n" + body.substr(1)) + "\r\n0\r\n\r\n");
  EXPECT_THAT(Plain(connection.Read().body), HasSubstr(R"("value":"MQ==")"));
}

TEST(Gateway, AsksForABodyThatWaitsForIt) {
  Corner s;
  const std::string body = s.KeyField("a");
  HttpConnection connection;
  connection.Send(
      "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(connection.Read().status_line, "HTTP/1.1 100 Continue");
  connection.Send(body);
  EXPECT_EQ(connection.Read().status, 200);
}

TEST(Gateway, AnswersALargeRequestAndALargeResponse) {
  Corner s;
  const std::string value(1'000'000, 'v');
  EXPECT_EQ(
      Post("kv/put", R"({"key":)" + s.Key("a") + R"(,"value":")" + Base64(value) + R"("})").status,
      200);
  const HttpAnswer range = Post("kv/range", s.KeyField("a"));
  EXPECT_EQ(range.status, 200);
  EXPECT_NE(range.body.find(Base64(value)), std::string::npos);
}

}  // namespace
}  // namespace conformance
