#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "etcdpp_proto/kv.pb.h"
#include "fakeserver/http/base64.h"
#include "fakeserver/http/json_message.h"
#include "fakeserver/http/json_scan.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;
using Outcome = JsonReader::Outcome;

std::string ErrorOf(const std::string& text, JsonDialect dialect) {
  pb::TxnRequest request;
  JsonReader reader(text, "", dialect);
  EXPECT_EQ(reader.Next(&request), Outcome::kFailed) << text;
  return reader.error();
}

TEST(JsonTest, WritesWhatItReads) {
  const std::string json =
      R"({"compare":[{"result":"GREATER","target":"MOD","key":"YQ==","mod_revision":"-7"}],)"
      R"("success":[{"request_range":{"key":"Yg==","limit":"9","serializable":true}}]})";
  for (const auto dialect :
       {JsonDialect::kOldJsonpb, JsonDialect::kJsonpb, JsonDialect::kProtojson}) {
    pb::TxnRequest request;
    JsonReader reader(json, "", dialect);

    EXPECT_EQ(reader.Next(&request), Outcome::kMessage) << reader.error();
    EXPECT_EQ(WriteJson(request, true), json);
    EXPECT_EQ(reader.Next(&request), Outcome::kEnd);
  }
}

TEST(JsonTest, ReadsOneValueAfterTheOther) {
  JsonReader reader(" {\"key\":\"YQ==\"}\n{\"key\":\"Yg==\"}{bad", "", JsonDialect::kJsonpb);
  for (const char* key : {"a", "b"}) {
    pb::RangeRequest request;
    EXPECT_EQ(reader.Next(&request), Outcome::kMessage);
    EXPECT_EQ(request.key(), key);
  }
  pb::RangeRequest request;
  EXPECT_EQ(reader.Next(&request), Outcome::kFailed);
}

TEST(JsonTest, ATextThatBreaksOffFailsForItsOwnReason) {
  pb::RangeRequest request;
  JsonReader reader(R"({"key")", "invalid byte in chunk length", JsonDialect::kProtojson);

  EXPECT_EQ(reader.Next(&request), Outcome::kFailed);
  EXPECT_EQ(reader.error(), "invalid byte in chunk length");
}

TEST(JsonTest, NestingHasALimit) {
  const std::string deep(10'100, '[');
  EXPECT_EQ(ErrorOf(deep, JsonDialect::kJsonpb), "exceeded max depth");
  EXPECT_EQ(ErrorOf(deep, JsonDialect::kProtojson), "exceeded max depth");
}

TEST(JsonTest, ProtojsonChecksTextsThatItDrops) {
  EXPECT_EQ(ErrorOf(R"({"x":"\ud800 and more"})", JsonDialect::kProtojson),
            R"(proto: syntax error (line 1:6): invalid escape code " and m" in string)");
  EXPECT_EQ(ErrorOf("{\"x\":[\"\xff\"]}", JsonDialect::kProtojson),
            "proto: syntax error (line 1:7): invalid UTF-8 in string");
}

TEST(JsonTest, TextsAreEscapedAsGoDoes) {
  EXPECT_EQ(QuoteJson("a\"\\\n\x01<&>\u2028\u00e9", true),
            R"("a\"\\\n\u0001\u003c\u0026\u003e\u2028)"
            "\u00e9\"");
  EXPECT_EQ(QuoteJson("<&>\u2028", false), "\"<&>\u2028\"");
}

TEST(JsonTest, EscapesStandForCharacters) {
  EXPECT_EQ(UnquoteJson(R"("\u0041\n\/\ud83d\ude00\ud800x")"), "A\n/\U0001F600\uFFFDx");
}

TEST(Base64Test, NamesTheByteThatGoDoes) {
  const struct {
    const char* text;
    Base64Form form;
    size_t illegal;
  } cases[] = {{"Zm9v", {}, std::string::npos},
               {"Zm9", {}, 0},
               {"Zm9vZg", {}, 4},
               {"Zg==", {}, std::string::npos},
               {"Zg=", {}, 3},
               {"Zg=x", {}, 2},
               {"Zg==x", {}, 4},
               {"Z===", {}, 1},
               {"Zm-_", {}, 2},
               {"Zm-_", {.url = true}, std::string::npos},
               {"Zg", {.padding = false}, std::string::npos},
               {"Z\nm9\r\nv", {}, std::string::npos}};
  for (const auto& c : cases) {
    std::string bytes;
    EXPECT_EQ(DecodeBase64(c.text, c.form, &bytes), c.illegal) << c.text;
  }
}

}  // namespace
}  // namespace fakeetcd
