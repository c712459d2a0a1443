#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "fakeserver/http/http_message.h"
#include "fakeserver/http/http_text.h"

namespace fakeetcd {

/// Reads one request off a connection's bytes. Not thread-safe.
class HttpParser {
 public:
  HttpParser();
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  enum class State {
    kHead,    // its head is not all there
    kBody,    // its head is, its body is not
    kDone,    // request() is complete, or its body is broken
    kFailed,  // it is no HTTP; error_text() is the answer
  };

  /// Takes bytes off the front of `bytes` and returns how many: those it left come again, in front
  /// of more. Stops behind the head, and behind the request.
  size_t Put(std::string_view bytes);
  /// No more bytes will come. REQUIRES: state() is kHead or kBody.
  void PutEnd();
  /// Leaves the body where it is: the request is done without it.
  void SkipBody();

  State state() const { return state_; }
  /// Of kFailed: what to send before the connection ends.
  const std::string& error_text() const { return error_text_; }
  /// From kBody on.
  HttpRequest& request() { return request_; }
  AnswerForm form() const { return form_; }
  /// Whether the client sends the body only when it is told to.
  bool expects_continue() const { return expects_continue_; }

 private:
  struct Impl;
  void TakeHead();
  void TakeTarget(std::string_view target);
  void Fail(std::string text);
  void BreakBody(std::string why);

  std::unique_ptr<Impl> impl_;
  State state_ = State::kHead;
  std::string error_text_;
  HttpRequest request_;
  AnswerForm form_;
  bool expects_continue_ = false;
};

}  // namespace fakeetcd
