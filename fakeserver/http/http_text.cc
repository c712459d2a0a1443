#include "fakeserver/http/http_text.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

#include "fakeserver/http/concat.h"

namespace fakeetcd {
namespace {

constexpr size_t kBodyInOneMax = 2048;  // a longer one Go sends in chunks
constexpr char kContentType[] = "Content-Type";

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  const size_t size = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

void AppendHeader(std::string_view name, std::string_view value, std::string* text) {
  Append(text, name, ": ", value, "\r\n");
}

std::string StatusLine(int status, bool http_1_0) {
  return Concat("HTTP/1.", http_1_0 ? "0 " : "1 ", status, " ", StatusText(status), "\r\n");
}

// All that comes before the body's framing.
std::string HeadText(const HttpReply& reply, const AnswerForm& form) {
  std::string text = StatusLine(reply.status, form.http_1_0);
  auto headers = reply.headers;
  std::ranges::stable_sort(headers, {}, &HttpHeader::name);
  for (const HttpHeader& header : headers) AppendHeader(header.name, header.value, &text);
  if (!reply.trailers.empty()) {
    for (const HttpHeader& trailer : reply.trailers) AppendHeader("Trailer", trailer.name, &text);
  }
  AppendHeader("Date", Now(), &text);
  return text;
}

bool NamesContentType(const HttpReply& reply) {
  return std::ranges::any_of(reply.headers, [](const auto& h) { return h.name == kContentType; });
}

void AppendConnection(const AnswerForm& form, bool framed, std::string* text) {
  if (form.close && !form.http_1_0) AppendHeader("Connection", "close", text);
  if (!form.close && form.http_1_0 && framed) AppendHeader("Connection", "keep-alive", text);
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) return header.value;
  }
  return "";
}

std::string ReplyText(const HttpReply& reply, const AnswerForm& form) {
  const bool whole = reply.trailers.empty() && !reply.chunked && reply.body.size() <= kBodyInOneMax;
  if (!whole && !form.http_1_0) {
    std::string text = StreamHeadText(reply, form);
    if (form.head) return text;
    text += ChunkText(reply.body, form);
    if (reply.trailers.empty()) return text + LastChunkText(form);
    text += "0\r\n";
    for (const HttpHeader& trailer : reply.trailers) {
      AppendHeader(trailer.name, trailer.value, &text);
    }
    return text + "\r\n";
  }
  std::string text = HeadText(reply, form);
  AppendHeader("Content-Length", Concat(reply.body.size()), &text);
  // Go looks at the body to name its type, after it has counted its bytes.
  if (!reply.body.empty() && !NamesContentType(reply)) {
    AppendHeader(kContentType, "text/plain; charset=utf-8", &text);
  }
  AppendConnection(form, true, &text);
  text += "\r\n";
  return form.head ? text : text + reply.body;
}

std::string StreamHeadText(const HttpReply& head, const AnswerForm& form) {
  std::string text = HeadText(head, form);
  AppendConnection(form, false, &text);
  if (!form.http_1_0 && !form.head) AppendHeader("Transfer-Encoding", "chunked", &text);
  return text + "\r\n";
}

std::string ChunkText(std::string_view piece, const AnswerForm& form) {
  if (form.http_1_0) return std::string(piece);
  if (piece.empty()) return "";
  return Concat(Hex(piece.size()), "\r\n", piece, "\r\n");
}

std::string LastChunkText(const AnswerForm& form) { return form.http_1_0 ? "" : "0\r\n\r\n"; }

std::string BadRequestText(int status, std::string_view why) {
  const std::string line = Concat(status, " ", StatusText(status), why.empty() ? "" : ": ", why);
  return Concat("HTTP/1.1 ", line,
                "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n", line);
}

HttpReply PlainError(int status, std::string_view text) {
  return {.status = status,
          .headers = {{kContentType, "text/plain; charset=utf-8"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = Concat(text, "\n")};
}

std::string StatusText(int status) {
  constexpr std::pair<int, std::string_view> kTexts[] = {
      {200, "OK"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {307, "Temporary Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {412, "Precondition Failed"},
      {413, "Request Entity Too Large"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [code, text] : kTexts) {
    if (code == status) return std::string(text);
  }
  return Concat("status code ", status);
}

std::vector<std::string> QueryValues(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    std::string part(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
    std::ranges::replace(part, '+', ' ');
    const size_t equals = std::min(part.find('='), part.size());
    std::string key;
    std::string value;
    const std::string_view text = part;
    if (!DecodePercent(text.substr(0, equals), &key) || key != name) continue;
    if (equals < part.size() && !DecodePercent(text.substr(equals + 1), &value)) continue;
    values.push_back(std::move(value));
  }
  return values;
}

bool DecodePercent(std::string_view text, std::string* decoded) {
  decoded->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded->push_back(text[i]);
      continue;
    }
    const std::string digits(text.substr(i + 1, 2));
    const bool is_hex = digits.size() == 2 && absl::ascii_isxdigit(digits[0]) != 0 &&
                        absl::ascii_isxdigit(digits[1]) != 0;
    if (!is_hex) return false;
    *decoded += absl::HexStringToBytes(digits);
    i += 2;
  }
  return true;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return absl::ascii_tolower(static_cast<unsigned char>(x)) ==
           absl::ascii_tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace fakeetcd
