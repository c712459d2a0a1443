#include "fakeserver/http/gateway_answers.h"

#include "absl/strings/ascii.h"

#include "fakeserver/http/concat.h"
#include "fakeserver/http/http_text.h"

namespace fakeetcd {
namespace {

using grpc::Status;
using grpc::StatusCode;

const HttpHeader kJson = {"Content-Type", "application/json"};
// The metadata that came with the response; there is never any but this.
const HttpHeader kMetadata = {"Grpc-Metadata-Content-Type", "application/grpc"};
const HttpHeader kTrailer = {"Grpc-Trailer-Content-Type", "application/grpc"};

bool AcceptsTrailers(const HttpRequest& request) {
  return absl::AsciiStrToLower(std::string(request.Header("TE"))).find("trailers") !=
         std::string::npos;
}

}  // namespace

JsonDialect GatewayAnswers::dialect() const {
  if (behavior_.gateway_is_v2) return JsonDialect::kProtojson;
  return behavior_.gateway_predates_1_10 ? JsonDialect::kOldJsonpb : JsonDialect::kJsonpb;
}

bool GatewayAnswers::early_deadline_is_plain(const Status& status) const {
  return behavior_.gateway_predates_1_10 && status.error_code() == StatusCode::DEADLINE_EXCEEDED;
}

int GatewayAnswers::HttpStatus(StatusCode code) const {
  switch (code) {
    case StatusCode::OK:
      return 200;
    case StatusCode::CANCELLED:
      return behavior_.gateway_is_v2 ? 499 : 408;
    case StatusCode::INVALID_ARGUMENT:
    case StatusCode::OUT_OF_RANGE:
      return 400;
    case StatusCode::FAILED_PRECONDITION:
      return behavior_.gateway_predates_1_10 ? 412 : 400;
    case StatusCode::DEADLINE_EXCEEDED:
      return 504;
    case StatusCode::NOT_FOUND:
      return 404;
    case StatusCode::ALREADY_EXISTS:
    case StatusCode::ABORTED:
      return 409;
    case StatusCode::PERMISSION_DENIED:
      return 403;
    case StatusCode::UNAUTHENTICATED:
      return 401;
    case StatusCode::RESOURCE_EXHAUSTED:
      return 429;
    case StatusCode::UNIMPLEMENTED:
      return 501;
    case StatusCode::UNAVAILABLE:
      return 503;
    default:
      return 500;
  }
}

HttpReply GatewayAnswers::Message(const google::protobuf::Message& message,
                                  const HttpRequest& request) const {
  HttpReply reply{.headers = {kJson, kMetadata},
                  .body = WriteJson(message, !behavior_.gateway_is_v2)};
  reply.chunked = behavior_.gateway_is_v2 && AcceptsTrailers(request);
  return reply;
}

HttpReply GatewayAnswers::Error(const Status& status, const HttpRequest& request) const {
  HttpReply reply = LocalError(status);
  if (behavior_.gateway_predates_1_10 || AcceptsTrailers(request)) reply.trailers = {kTrailer};
  return reply;
}

HttpReply GatewayAnswers::LocalError(const Status& status) const {
  const std::string text = QuoteJson(status.error_message(), !behavior_.gateway_is_v2);
  const auto code = static_cast<int>(status.error_code());
  HttpReply reply{.status = HttpStatus(status.error_code()), .headers = {kJson}};
  if (behavior_.gateway_is_v2) {
    reply.body = Concat(R"({"code":)", code, R"(,"message":)", text, "}");
    if (status.error_code() == StatusCode::UNAUTHENTICATED) {
      reply.headers.push_back({"Www-Authenticate", status.error_message()});
    }
  } else if (behavior_.gateway_predates_1_10) {
    reply.body = Concat(R"({"error":)", text, R"(,"message":)", text, R"(,"code":)", code, "}");
  } else {
    reply.body = Concat(R"({"error":)", text, R"(,"code":)", code, R"(,"message":)", text, "}");
  }
  return reply;
}

HttpReply GatewayAnswers::NotFound() const {
  if (!behavior_.gateway_is_v2) return PlainError(404, "Not Found");
  return LocalError({StatusCode::NOT_FOUND, "Not Found"});
}

HttpReply GatewayAnswers::MethodNotAllowed() const {
  if (!behavior_.gateway_is_v2) return PlainError(405, "Method Not Allowed");
  return LocalError({StatusCode::UNIMPLEMENTED, "Method Not Allowed"});
}

HttpReply GatewayAnswers::StreamHead() const { return {.headers = {kJson, kMetadata}}; }

std::string GatewayAnswers::StreamMessage(const google::protobuf::Message& message) const {
  return Concat(R"({"result":)", WriteJson(message, true), "}\n");
}

HttpReply GatewayAnswers::EmptyStreamHead() const {
  if (behavior_.gateway_is_v2) return {};
  return {.headers = {kJson}};
}

HttpReply GatewayAnswers::StreamErrorHead(const Status& status) const {
  return {.status = HttpStatus(status.error_code()), .headers = {kJson}};
}

std::string GatewayAnswers::StreamError(const Status& status) const {
  const std::string text = QuoteJson(status.error_message(), true);
  const auto code = static_cast<int>(status.error_code());
  if (behavior_.gateway_is_v2) {
    return Concat(R"({"error":{"code":)", code, R"(,"message":)", text, "}}\n");
  }
  const int http = HttpStatus(status.error_code());
  return Concat(R"({"error":{"grpc_code":)", code, R"(,"http_code":)", http, R"(,"message":)", text,
                R"(,"http_status":)", QuoteJson(StatusText(http), true), "}}");
}

std::string CanonicalHeaderName(std::string_view name) {
  std::string canonical;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool first = canonical.empty() || canonical.back() == '-';
    canonical.push_back(first ? absl::ascii_toupper(byte) : absl::ascii_tolower(byte));
  }
  return canonical;
}

}  // namespace fakeetcd
