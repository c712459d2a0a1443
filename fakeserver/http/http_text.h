#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakeserver/http/http_message.h"

namespace fakeetcd {

/// What of a request decides the form of its answer.
struct AnswerForm {
  bool http_1_0 = false;
  bool head = false;   // to the method HEAD: no body follows
  bool close = false;  // the connection ends with this answer
};

/// Answers byte for byte as Go's net/http writes them: names sorted, then Date and framing.
std::string ReplyText(const HttpReply& reply, const AnswerForm& form);

/// The head of an answer in chunks, or up to the end of the connection for HTTP/1.0.
std::string StreamHeadText(const HttpReply& head, const AnswerForm& form);
std::string ChunkText(std::string_view piece, const AnswerForm& form);
std::string LastChunkText(const AnswerForm& form);

/// What is said to whom sends no HTTP, "400 Bad Request: why"; the connection ends after it.
std::string BadRequestText(int status, std::string_view why = "");

/// A text for people, as Go's http.Error writes it.
HttpReply PlainError(int status, std::string_view text);

/// "Not Found".
std::string StatusText(int status);

/// The value of `name` among the parameters of `query`, decoded; all of them where there are
/// several.
std::vector<std::string> QueryValues(std::string_view query, std::string_view name);

/// With %XX decoded; false where that cannot be.
bool DecodePercent(std::string_view text, std::string* decoded);

bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace fakeetcd
