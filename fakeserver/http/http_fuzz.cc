// libFuzzer's way into what an HTTP client may send: first bytes are sorted out, requests are read
// the same in whatever pieces they come, and a JSON body that is understood is written and read
// again without a change.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fuzzer/FuzzedDataProvider.h>

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/watch.pb.h"
#include "fakeserver/http/http_parser.h"
#include "fakeserver/http/json_message.h"
#include "fakeserver/http/sniff.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;
using google::protobuf::Message;

void Require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);  // which nobody catches
}

struct Parsed {
  HttpParser::State state;
  std::string method;
  std::string body;
  std::string error;
  bool operator==(const Parsed&) const = default;
};

// Hands the text over `piece` bytes at a time; what is left lying comes again with the next ones.
Parsed Parse(std::string_view text, size_t piece) {
  HttpParser parser;
  const auto is_over = [&parser] {
    return parser.state() == HttpParser::State::kDone ||
           parser.state() == HttpParser::State::kFailed;
  };
  size_t begin = 0;
  size_t end = 0;
  while (!is_over() && end < text.size()) {
    end = std::min(text.size(), end + piece);
    for (size_t taken = 1; !is_over() && taken > 0 && begin < end; begin += taken) {
      taken = parser.Put(text.substr(begin, end - begin));
    }
  }
  if (!is_over()) parser.PutEnd();
  Parsed parsed{.state = parser.state(), .method = {}, .body = {}, .error = parser.error_text()};
  if (parsed.state == HttpParser::State::kDone) {
    parsed.method = parser.request().method;
    parsed.body = parser.request().body;
  }
  return parsed;
}

void ReadJson(std::string_view text, JsonDialect dialect, Message& message) {
  JsonReader reader(text, "", dialect);
  while (reader.Next(&message) == JsonReader::Outcome::kMessage) {
    const std::string written = WriteJson(message, false);
    JsonReader again(written, "", dialect);
    Require(again.Next(&message) == JsonReader::Outcome::kMessage, "what is written can be read");
    Require(WriteJson(message, false) == written, "and is the same then");
  }
}

void Take(FuzzedDataProvider& input) {
  const size_t piece = input.ConsumeIntegralInRange<size_t>(1, 64);
  const auto dialect = static_cast<JsonDialect>(input.ConsumeIntegralInRange(0, 2));
  const std::string text = input.ConsumeRemainingBytesAsString();
  if (!text.empty()) {
    (void)SniffPlain(text);
    (void)SniffTls(text);
    (void)OffersTls13(text);
  }
  Require(Parse(text, piece) == Parse(text, SIZE_MAX), "pieces make no difference");
  pb::TxnRequest txn;
  ReadJson(text, dialect, txn);
  pb::WatchRequest watch;
  ReadJson(text, dialect, watch);
}

}  // namespace
}  // namespace fakeetcd

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  fakeetcd::Take(input);
  return 0;
}
