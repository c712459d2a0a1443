#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "conformance/support/wire.h"

namespace conformance {

/// A unary call that is under way: bytes sent, and bytes that may take their time to come back.
class Exchange {
 public:
  Exchange(const Wire& wire, const std::string& path, const std::string& payload,
           const CallOptions& options);
  /// Cancels the call, and waits for its end.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void Cancel();
  /// Waits that long for the end at most; true when it came.
  bool DoneWithin(std::chrono::milliseconds time) const;
  /// Waits for the end, which the deadline of every call bounds. To be called once.
  Reply<std::string> Take();

 private:
  struct State;

  std::unique_ptr<State> state_;
  std::future<grpc::Status> done_;
};

/// The same with messages: a call that is expected to wait.
///
///   const auto waiting = Begin(s, Lock(s("name"), lease));
///   …
///   EXPECT_THAT(waiting->Take(), IsOk());
template <typename Response>
class Pending {
 public:
  Pending(const Wire& wire, const char* path, const std::string& payload,
          const CallOptions& options)
      : exchange_(wire, path, payload, options) {}

  void Cancel() { exchange_.Cancel(); }
  bool DoneWithin(std::chrono::milliseconds time) const { return exchange_.DoneWithin(time); }

  Reply<Response> Take() {
    const Reply<std::string> bytes = exchange_.Take();
    Reply<Response> reply;
    reply.status = bytes.status;
    if (!reply.status.ok()) {
      ExchangeLog::Current().Ended(reply.status);
      return reply;
    }
    if (!reply.message.ParseFromString(bytes.message)) {
      reply.status = {grpc::StatusCode::INTERNAL, "the answer is not of the expected type"};
    }
    ExchangeLog::Current().Received(reply.message);
    return reply;
  }

 private:
  Exchange exchange_;
};

template <typename Response>
std::unique_ptr<Pending<Response>> BeginMethod(const Wire& wire, Method<Response> method,
                                               const google::protobuf::Message& request,
                                               const CallOptions& options) {
  ExchangeLog::Current().Sent(method.path, request);
  return std::make_unique<Pending<Response>>(wire, method.path, request.SerializeAsString(),
                                             options);
}

/// Sends `request` to the method that takes it, and does not wait for the answer.
template <typename Request>
auto Begin(const Wire& wire, const Request& request, const CallOptions& options = {}) {
  return BeginMethod(wire, MethodOf(request), request, options);
}

}  // namespace conformance
