#pragma once

#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "conformance/support/http.h"
#include "conformance/support/scratch.h"

namespace conformance {

/// What the gateway's answers consist of, in the JSON of the release under test.

/// A header that is like `header` but for the revision.
std::string JsonHeader(const pb::ResponseHeader& header, int64_t revision);

/// Of a call that failed: `code` is gRPC's.
std::string JsonError(int code, std::string_view text);

/// `name` of the corner as it stands in JSON, in quotes.
std::string JsonKey(const Scratch& s, std::string_view name);

/// Of an HttpAnswer: it is 200, and its body is `body` (Plain).
MATCHER_P(IsJson, body, std::string(negation ? "is not " : "is ") + std::string(body)) {
  *result_listener << arg;
  return arg.status == 200 && arg.Header("Content-Type") == "application/json" &&
         Plain(arg.body) == std::string(body);
}

/// Of an HttpAnswer: the gateway refuses with gRPC's `code`, as `status` of HTTP.
MATCHER_P3(Refuses, status, code, text,
           std::string(negation ? "does not refuse" : "refuses") + " with " +
               JsonError(code, text)) {
  *result_listener << arg;
  return arg.status == status && arg.Header("Content-Type") == "application/json" &&
         Plain(arg.body) == JsonError(code, text);
}

/// Of an HttpAnswer: a text for people.
MATCHER_P2(IsText, status, text,
           std::string(negation ? "is not" : "is") + " " + std::to_string(status) + " " +
               std::string(text)) {
  *result_listener << arg;
  return arg.status == status && arg.Header("Content-Type") == "text/plain; charset=utf-8" &&
         arg.body == std::string(text);
}

}  // namespace conformance
