#include "fakeserver/http/http_parser.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace fakeetcd {
namespace {

namespace http = boost::beast::http;

constexpr size_t kHeadMax = (1 << 20) + 4096;  // Go's DefaultMaxHeaderBytes, and its slop
constexpr uint64_t kBodyMax = uint64_t{64} << 20;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool IsBodyError(const boost::system::error_code& error) {
  return error == http::error::bad_chunk || error == http::error::bad_chunk_extension ||
         error == http::error::bad_field || error == http::error::bad_line_ending;
}

}  // namespace

struct HttpParser::Impl {
  Impl() {
    parser.header_limit(kHeadMax);
    parser.body_limit(kBodyMax);
  }
  http::request_parser<http::string_body> parser;
};

HttpParser::HttpParser() : impl_(std::make_unique<Impl>()) {}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

size_t HttpParser::Put(std::string_view bytes) {
  auto& parser = impl_->parser;
  boost::system::error_code error;
  size_t taken = 0;
  const bool in_head = state_ == State::kHead;
  if (!parser.is_done()) {
    try {
      taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    } catch (const std::length_error&) {  // of a name or value that Beast cannot hold
      error = http::error::header_limit;
    }
  }
  if (error && error != http::error::need_more) {
    if (error == http::error::header_limit) {
      Fail(BadRequestText(431));
    } else if (error == http::error::body_limit) {
      Fail(BadRequestText(413));
    } else if (in_head || !IsBodyError(error)) {
      Fail(BadRequestText(400));
    } else {
      BreakBody("invalid byte in chunk length");
    }
    return taken;
  }
  if (in_head && parser.is_header_done()) {
    parser.eager(true);
    TakeHead();
  }
  if (state_ == State::kBody && parser.is_done()) {
    request_.body = std::move(parser.get().body());
    state_ = State::kDone;
  }
  return taken;
}

void HttpParser::PutEnd() {
  if (state_ == State::kHead) return Fail(BadRequestText(400));
  BreakBody("unexpected EOF");
}

void HttpParser::SkipBody() {
  state_ = State::kDone;
  form_.close = true;
}

void HttpParser::BreakBody(std::string why) {
  request_.body = std::move(impl_->parser.get().body());
  request_.body_error = std::move(why);
  state_ = State::kDone;
}

void HttpParser::Fail(std::string text) {
  error_text_ = std::move(text);
  state_ = State::kFailed;
}

void HttpParser::TakeHead() {
  const auto& head = impl_->parser.get();
  state_ = State::kBody;
  form_.http_1_0 = head.version() == 10;
  form_.close = !head.keep_alive();
  request_.method = std::string(head.method_string());
  form_.head = request_.method == "HEAD";
  for (const auto& field : head) {
    request_.headers.push_back(
        {std::string(View(field.name_string())), std::string(View(field.value()))});
  }
  TakeTarget(View(head.target()));
  const auto hosts = head.count(http::field::host);
  if (hosts == 0 && !form_.http_1_0)
    return Fail(BadRequestText(400, "missing required Host header"));
  if (hosts > 1) return Fail(BadRequestText(400));
  if (request_.Header("Host").find_first_of(" <>\"{}|\\^`") != std::string_view::npos) {
    return Fail(BadRequestText(400, "malformed Host header"));
  }
  const std::string_view coding = request_.Header("Transfer-Encoding");
  if (!coding.empty() && !EqualsIgnoringCase(coding, "chunked")) {
    return Fail(
        "HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Connection: close\r\n\r\nUnsupported transfer encoding");
  }
  const std::string_view expectation = request_.Header("Expect");
  expects_continue_ = EqualsIgnoringCase(expectation, "100-continue") && !form_.http_1_0;
  if (!expectation.empty() && !expects_continue_) {
    form_.close = true;
    Fail(ReplyText({.status = 417}, form_));
  }
}

// "/path?query", the same with a scheme and host in front, or "*".
void HttpParser::TakeTarget(std::string_view target) {
  if (const size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?")) {
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find('/'), target.size()));
  }
  const size_t question = std::min(target.find('?'), target.size());
  if (question < target.size()) request_.query = std::string(target.substr(question + 1));
  const bool rooted = target.starts_with('/') || target == "*";
  if (!rooted || !DecodePercent(target.substr(0, question), &request_.path)) {
    Fail(BadRequestText(400));
  }
}

}  // namespace fakeetcd
