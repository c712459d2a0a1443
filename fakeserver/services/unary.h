#pragma once

#include <array>
#include <string_view>

#include <google/protobuf/arena.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/services/decode.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/metadata.h"

namespace fakeetcd {

/// A unary call as gRPC hands it over, undecoded.
struct UnaryCall {
  grpc::CallbackServerContext* context;
  const grpc::ByteBuffer* request;
  grpc::ByteBuffer* response;
};

/// What of a call its decoded `message` does not hold; of a stream's, what holds for each.
Envelope EnvelopeOf(const Dispatcher& rules, const grpc::CallbackServerContext& context,
                    size_t bytes = 0);
inline Envelope EnvelopeOf(const Dispatcher& rules, const UnaryCall& call,
                           const google::protobuf::Message& message) {
  return EnvelopeOf(rules, *call.context, message.ByteSizeLong());
}

/// Decodes the request, answers with what `handler` makes of it, and ends the call. `handler` takes
/// a const Request& and returns absl::StatusOr<grpc::ByteBuffer>.
template <typename Request, typename Handler>
grpc::ServerUnaryReactor* AnswerUnary(const Dispatcher& rules, const UnaryCall& call,
                                      const Handler& handler) {
  // Most requests fit the first block, which costs no allocation.
  alignas(8) std::array<char, 1024> block;
  google::protobuf::Arena arena(block.data(), block.size());
  auto& request = *google::protobuf::Arena::CreateMessage<Request>(&arena);
  absl::Status status = Decode(*call.request, rules, MessageKind::kUnary, request);
  if (status.ok()) status = CheckMetadata(*call.context, rules.behavior());
  if (status.ok()) {
    absl::StatusOr<grpc::ByteBuffer> response = handler(const_cast<const Request&>(request));
    status = response.status();
    if (status.ok()) call.response->Swap(&*response);
  }
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

/// The same of a call that the dispatcher first has to admit.
template <typename Request, typename Handler>
grpc::ServerUnaryReactor* AnswerAdmitted(const Dispatcher& rules, const UnaryCall& call, Call what,
                                         const Handler& handler) {
  return AnswerUnary<Request>(rules, call,
                              [&](const Request& message) -> absl::StatusOr<grpc::ByteBuffer> {
                                auto status = rules.Admit(what, EnvelopeOf(rules, call, message));
                                if (!status.ok()) return status;
                                return handler(message);
                              });
}

/// Ends a call of a method that the emulated release does not have.
inline grpc::ServerUnaryReactor* RefuseUnary(const Dispatcher& rules, const UnaryCall& call,
                                             std::string_view path) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  reactor->Finish(ToGrpc(rules.Refusal(path)));
  return reactor;
}

}  // namespace fakeetcd
