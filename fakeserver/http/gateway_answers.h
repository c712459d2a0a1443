#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include "fakeserver/base/emulation.h"
#include "fakeserver/http/http_message.h"
#include "fakeserver/http/json_message.h"

namespace fakeetcd {

/// How grpc-gateway words answers, in the version that a release of etcd is built with.
class GatewayAnswers {
 public:
  explicit GatewayAnswers(const Behavior& behavior) : behavior_(behavior) {}

  JsonDialect dialect() const;
  /// Whether a stream whose first request cannot be read is refused; else it is as one without
  /// requests.
  bool bad_first_request_fails_stream() const { return !behavior_.gateway_is_v2; }
  /// Whether a stream that runs out of time before its first message is told so as a unary call.
  bool early_deadline_is_plain(const grpc::Status& status) const;

  HttpReply Message(const google::protobuf::Message& message, const HttpRequest& request) const;
  /// Of a call that the server failed.
  HttpReply Error(const grpc::Status& status, const HttpRequest& request) const;
  /// Of one that did not get as far.
  HttpReply LocalError(const grpc::Status& status) const;
  HttpReply NotFound() const;
  HttpReply MethodNotAllowed() const;

  HttpReply StreamHead() const;
  std::string StreamMessage(const google::protobuf::Message& message) const;
  /// Of a stream that ended well and without a message.
  HttpReply EmptyStreamHead() const;
  HttpReply StreamErrorHead(const grpc::Status& status) const;
  std::string StreamError(const grpc::Status& status) const;

 private:
  int HttpStatus(grpc::StatusCode code) const;

  const Behavior behavior_;
};

/// "grpc-metadata-foo" as Go writes it: "Grpc-Metadata-Foo".
std::string CanonicalHeaderName(std::string_view name);

}  // namespace fakeetcd
