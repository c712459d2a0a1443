// Which JSON the gateway accepts, and what it says of the rest. Up to 3.5 that is Go's jsonpb, from
// 3.6 on protojson; both stand on encoding/json, whose complaints about malformed JSON come first.
#include <ostream>
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/gateway.h"
#include "conformance/target.h"

namespace conformance {
namespace {

bool Protojson() { return target().version.AtLeast(3, 6); }

const char* const kNoKey = "etcdserver: key is not provided";
const char* const kAccepted = "";

// A body for Range, and what is said of it.
struct Body {
  const char* name;
  const char* json;
  const char* jsonpb;
  const char* protojson;
};

void PrintTo(const Body& body, std::ostream* out) { *out << body.json; }

class GatewayRange : public testing::TestWithParam<Body> {};

TEST_P(GatewayRange, OfThisBody) {
  const std::string text = Protojson() ? GetParam().protojson : GetParam().jsonpb;
  const HttpAnswer answer = Post("kv/range", GetParam().json);
  if (text.empty()) {
    EXPECT_EQ(answer.status, 200) << answer;
  } else {
    EXPECT_THAT(answer, Refuses(400, 3, text));
  }
}

std::string NameOf(const testing::TestParamInfo<Body>& row) { return row.param.name; }

// Not JSON: the same words in every release.
constexpr Body Malformed(const char* name, const char* json, const char* text) {
  return {name, json, text, text};
}

const Body kMalformed[] = {
    Malformed("Nothing", "", kNoKey),
    Malformed("WhiteSpace", " \t\r\n", kNoKey),
    Malformed("AnOpenObject", "{", "unexpected EOF"),
    Malformed("AnOpenName", R"({"key)", "unexpected EOF"),
    Malformed("ANameAlone", R"({"key")", "unexpected EOF"),
    Malformed("AnOpenString", R"({"key":"Zm)", "unexpected EOF"),
    Malformed("AValueWithoutEnd", R"({"key":"Zm9v")", "unexpected EOF"),
    Malformed("HalfALiteral", "nul", "unexpected EOF"),
    Malformed("ANameWithoutQuotes", "{bad}",
              "invalid character 'b' looking for beginning of object key string"),
    Malformed("ANameInSingleQuotes", "{'key':1}",
              R"(invalid character '\'' looking for beginning of object key string)"),
    Malformed("ACommaAtTheEnd", R"({"key":"Zm9v",})",
              "invalid character '}' looking for beginning of object key string"),
    Malformed("ACommaFirst", "{,}",
              "invalid character ',' looking for beginning of object key string"),
    Malformed("AWordForAValue", R"({"key":bad})",
              "invalid character 'b' looking for beginning of value"),
    Malformed("NoColon", R"({"key" "Zm9v"})", R"(invalid character '"' after object key)"),
    Malformed("NoComma", R"({"key":"Zm9v" "x"})",
              R"(invalid character '"' after object key:value pair)"),
    Malformed("NoCommaInAnArray", "[1 2]", "invalid character '2' after array element"),
    Malformed("ACommaAtTheEndOfAnArray", "[1,]",
              "invalid character ']' looking for beginning of value"),
    Malformed("TrueMisspelt", R"({"a":tru})",
              "invalid character '}' in literal true (expecting 'e')"),
    Malformed("NullMisspelt", R"({"a":nulx})",
              "invalid character 'x' in literal null (expecting 'l')"),
    Malformed("FalseMisspelt", R"({"a":falsx})",
              "invalid character 'x' in literal false (expecting 'e')"),
    Malformed("ALineBreakInAString", "{\"key\":\"Zm9\nv\"}",
              R"(invalid character '\n' in string literal)"),
    Malformed("AnEscapeThatIsNone", R"({"key":"\q"})",
              "invalid character 'q' in string escape code"),
    Malformed("AShortUnicodeEscape", R"({"key":"\u12"})",
              R"(invalid character '"' in \u hexadecimal character escape)"),
    Malformed("ALeadingZero", R"({"key":01})", "invalid character '1' after object key:value pair"),
    Malformed("AMinusAlone", R"({"key":-})", "invalid character '}' in numeric literal"),
    Malformed("APlus", R"({"key":+1})", "invalid character '+' looking for beginning of value"),
    Malformed("APointAtTheEnd", R"({"key":1.})",
              "invalid character '}' after decimal point in numeric literal"),
    Malformed("AnEmptyExponent", R"({"key":1e})",
              "invalid character '}' in exponent of numeric literal"),
    Malformed("AByteOrderMark", "\xEF\xBB\xBF{}",
              "invalid character '\u00ef' looking for beginning of value"),
    Malformed("AComment", "//", "invalid character '/' looking for beginning of value"),
};
INSTANTIATE_TEST_SUITE_P(Malformed, GatewayRange, testing::ValuesIn(kMalformed), NameOf);

const Body kTyped[] = {
    {"Null", "null", kNoKey, "proto: syntax error (line 1:1): unexpected token null"},
    {"AnArray", "[]",
     "json: cannot unmarshal array into Go value of type map[string]json.RawMessage",
     "proto: syntax error (line 1:1): unexpected token ["},
    {"AString", R"("x")",
     "json: cannot unmarshal string into Go value of type map[string]json.RawMessage",
     R"(proto: syntax error (line 1:1): unexpected token "x")"},
    {"ANumber", "5",
     "json: cannot unmarshal number into Go value of type map[string]json.RawMessage",
     "proto: syntax error (line 1:1): unexpected token 5"},
    {"ABool", "true",
     "json: cannot unmarshal bool into Go value of type map[string]json.RawMessage",
     "proto: syntax error (line 1:1): unexpected token true"},
    {"BytesNotBase64", R"({"key":"!!!"})", "illegal base64 data at input byte 0",
     R"(proto: (line 1:8): invalid value for bytes field key: "!!!")"},
    {"BytesWithoutPadding", R"({"key":"Zm9"})", "illegal base64 data at input byte 0", kAccepted},
    {"BytesWithTooMuchPadding", R"({"key":"Zm9v=="})", "illegal base64 data at input byte 4",
     R"(proto: (line 1:8): invalid value for bytes field key: "Zm9v==")"},
    {"BytesOfUrls", R"({"key":"Zm-_"})", "illegal base64 data at input byte 2", kAccepted},
    {"BytesWithALineBreak", R"({"key":"Zm9v\n"})", kAccepted, kAccepted},
    {"BytesAsNumber", R"({"key":5})", "json: cannot unmarshal number into Go value of type []uint8",
     "proto: (line 1:8): invalid value for bytes field key: 5"},
    {"BytesAsBool", R"({"key":true})", "json: cannot unmarshal bool into Go value of type []uint8",
     "proto: (line 1:8): invalid value for bytes field key: true"},
    {"BytesAsObject", R"({"key":{}})",
     "json: cannot unmarshal object into Go value of type []uint8",
     "proto: (line 1:8): invalid value for bytes field key: {"},
    {"BytesAsEmptyArray", R"({"key":[]})", kNoKey,
     "proto: (line 1:8): invalid value for bytes field key: ["},
    {"BytesAsArrayOfNumbers", R"({"key":[102,111,111]})", kAccepted,
     "proto: (line 1:8): invalid value for bytes field key: ["},
    {"BytesAsNull", R"({"key":null})", kNoKey, kNoKey},
    {"HalfASurrogatePair", R"({"key":"\ud800"})", "illegal base64 data at input byte 0",
     "proto: unexpected EOF"},
    {"AnIntInQuotes", R"({"key":"Zm9v","limit":"5"})", kAccepted, kAccepted},
    {"AnIntAsNumber", R"({"key":"Zm9v","limit":5})", kAccepted, kAccepted},
    {"ANegativeInt", R"({"key":"Zm9v","limit":"-5"})", kAccepted, kAccepted},
    {"AMinusZero", R"({"key":"Zm9v","limit":-0})", kAccepted, kAccepted},
    {"AnIntWithAPoint", R"({"key":"Zm9v","limit":5.0})",
     "json: cannot unmarshal number 5.0 into Go value of type int64", kAccepted},
    {"AnIntWithAnExponent", R"({"key":"Zm9v","limit":1e2})",
     "json: cannot unmarshal number 1e2 into Go value of type int64", kAccepted},
    {"AFraction", R"({"key":"Zm9v","limit":5.5})",
     "json: cannot unmarshal number 5.5 into Go value of type int64",
     "proto: (line 1:23): invalid value for int64 field limit: 5.5"},
    {"TooLargeAnInt", R"({"key":"Zm9v","limit":9223372036854775808})",
     "json: cannot unmarshal number 9223372036854775808 into Go value of type int64",
     "proto: (line 1:23): invalid value for int64 field limit: 9223372036854775808"},
    {"AWordForAnInt", R"({"key":"Zm9v","limit":"x"})",
     "invalid character 'x' looking for beginning of value",
     R"(proto: (line 1:23): invalid value for int64 field limit: "x")"},
    {"AnEmptyInt", R"({"key":"Zm9v","limit":""})", "unexpected end of JSON input",
     R"(proto: (line 1:23): invalid value for int64 field limit: "")"},
    {"AnIntBehindASpace", R"({"key":"Zm9v","limit":" 5"})", kAccepted,
     R"(proto: (line 1:23): invalid value for int64 field limit: " 5")"},
    {"AHexadecimalInt", R"({"key":"Zm9v","limit":"0x5"})",
     "invalid character 'x' after top-level value",
     R"(proto: (line 1:23): invalid value for int64 field limit: "0x5")"},
    {"AnIntAsBool", R"({"key":"Zm9v","limit":true})",
     "json: cannot unmarshal bool into Go value of type int64",
     "proto: (line 1:23): invalid value for int64 field limit: true"},
    {"AnIntAsNull", R"({"key":"Zm9v","limit":null})", kAccepted, kAccepted},
    {"ABoolInQuotes", R"({"key":"Zm9v","serializable":"true"})",
     "json: cannot unmarshal string into Go value of type bool",
     R"(proto: (line 1:30): invalid value for bool field serializable: "true")"},
    {"ABoolAsNumber", R"({"key":"Zm9v","serializable":1})",
     "json: cannot unmarshal number into Go value of type bool",
     "proto: (line 1:30): invalid value for bool field serializable: 1"},
    {"AnEnumByName", R"({"key":"Zm9v","sort_order":"ASCEND"})", kAccepted, kAccepted},
    {"AnEnumByNumber", R"({"key":"Zm9v","sort_order":1})", kAccepted, kAccepted},
    {"ANameInLowerCamelCase", R"({"key":"Zm9v","rangeEnd":"Z28="})", kAccepted, kAccepted},
    {"ANameInOtherCase", R"({"Key":"Zm9v"})", kNoKey, kNoKey},
    {"AnEscapedName", R"({"\u006bey":"Zm9v"})", kAccepted, kAccepted},
    {"AnUnknownName", R"({"key":"Zm9v","unknown":{"a":[1,2,{"b":null}]}})", kAccepted, kAccepted},
    {"ANameTwice", R"({"key":"Zm9v","key":"Zm9w"})", kAccepted,
     R"(proto: (line 1:15): duplicate field "key")"},
    {"ANameInBothForms", R"({"key":"Zm9v","range_end":"Z28=","rangeEnd":"Zw=="})", kAccepted,
     R"(proto: (line 1:34): duplicate field "rangeEnd")"},
    {"SomethingBehindIt", R"({"key":"Zm9v"} garbage)", kAccepted, kAccepted},
    {"APlaceInALaterLine", "{\n \"key\":\n  \"!\"}", "illegal base64 data at input byte 0",
     R"(proto: (line 3:3): invalid value for bytes field key: "!")"},
};
INSTANTIATE_TEST_SUITE_P(Typed, GatewayRange, testing::ValuesIn(kTyped), NameOf);

TEST(GatewayJson, AnEnumsUnknownNameIsAnErrorUpTo35) {
  const HttpAnswer answer = Post("kv/range", R"({"key":"Zm9v","sort_order":"foo"})");
  if (Protojson()) {
    EXPECT_EQ(answer.status, 200) << answer;
  } else if (target().version.AtLeast(3, 5)) {
    EXPECT_THAT(answer, Refuses(400, 3,
                                R"(unknown value "\"foo\"" for enum )"
                                "etcdserverpb.RangeRequest.SortOrder"));
  } else {
    EXPECT_THAT(
        answer,
        Refuses(400, 3, R"(unknown value "foo" for enum etcdserverpb.RangeRequest_SortOrder)"));
  }
}

TEST(GatewayJson, AListMustBeOne) {
  EXPECT_THAT(
      Post("kv/txn", R"({"compare":5})"),
      Refuses(400, 3,
              Protojson()
                  ? "proto: syntax error (line 1:12): unexpected token 5"
                  : "json: cannot unmarshal number into Go value of type []json.RawMessage"));
}

TEST(GatewayJson, AMessageInAListMustBeOne) {
  EXPECT_THAT(Post("kv/txn", R"({"compare":[5]})"),
              Refuses(400, 3,
                      Protojson() ? "proto: syntax error (line 1:13): unexpected token 5"
                                  : "json: cannot unmarshal number into Go value of type "
                                    "map[string]json.RawMessage"));
}

TEST(GatewayJson, AStringInAListMustBeOne) {
  EXPECT_THAT(Post("cluster/member/add", R"({"peerURLs":[5]})"),
              Refuses(400, 3,
                      Protojson() ? "proto: (line 1:14): invalid value for string field peerURLs: 5"
                                  : "json: cannot unmarshal number into Go value of type string"));
}

TEST(GatewayJson, TwoOfAOneofAreAnErrorSince36) {
  const HttpAnswer answer = Post("kv/txn", R"({"compare":[{"version":"5","value":"MQ=="}]})");
  if (Protojson()) {
    EXPECT_THAT(answer, Refuses(400, 3,
                                R"(proto: (line 1:28): error parsing "value", oneof )"
                                "etcdserverpb.Compare.target_union is already set"));
  } else {
    EXPECT_THAT(answer, Refuses(400, 3, kNoKey));
  }
}

TEST(GatewayJson, ABadValueDeepInsideIsFound) {
  EXPECT_THAT(Post("kv/txn", R"({"success":[{"request_range":{"key":"!"}}]})"),
              Refuses(400, 3,
                      Protojson() ? R"(proto: (line 1:37): invalid value for bytes field key: "!")"
                                  : "illegal base64 data at input byte 0"));
}

}  // namespace
}  // namespace conformance
