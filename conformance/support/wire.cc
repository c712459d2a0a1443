#include "conformance/support/wire.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "conformance/support/exchange.h"
#include "conformance/target.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kConnectTime(2);

std::shared_ptr<grpc::Channel> Connect(
    const std::string& endpoint, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  const auto channel = grpc::CreateCustomChannel(endpoint, credentials, arguments);
  // A process's first connections may fail for no reason in older gRPC, which looks at errno late
  // (grpc/grpc#35064), and a call that does not wait fails with them.
  channel->WaitForConnected(std::chrono::system_clock::now() + kConnectTime);
  return channel;
}

}  // namespace

void Prepare(const CallOptions& options, grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + options.timeout);
  for (const auto& [key, value] : options.metadata) context->AddMetadata(key, value);
  context->set_wait_for_ready(options.wait_for_ready);
  if (options.gzip) context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

Wire::Wire() : Wire(target().endpoint) {}

Wire::Wire(const std::string& endpoint) : Wire(endpoint, grpc::InsecureChannelCredentials()) {}

Wire::Wire(const std::string& endpoint,
           const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : channel_(Connect(endpoint, credentials)) {}

Wire::~Wire() = default;

Reply<std::string> Wire::CallRaw(const std::string& path, const std::string& payload,
                                 const CallOptions& options) const {
  ExchangeLog& log = ExchangeLog::Current();
  log.Note("sent " + path + " " + std::to_string(payload.size()) + " bytes of no known message");
  Reply<std::string> reply = Exchange(*this, path, payload, options).Take();
  if (reply.status.ok()) log.Note("  got " + std::to_string(reply.message.size()) + " bytes");
  if (!reply.status.ok()) log.Ended(reply.status);
  return reply;
}

grpc::Status Wire::UnaryInto(const char* path, const google::protobuf::Message& request,
                             const CallOptions& options,
                             google::protobuf::Message* response) const {
  ExchangeLog::Current().Sent(path, request);
  const Reply<std::string> reply =
      Exchange(*this, path, request.SerializeAsString(), options).Take();
  if (!reply.status.ok()) {
    ExchangeLog::Current().Ended(reply.status);
    return reply.status;
  }
  if (!response->ParseFromString(reply.message)) {
    return {grpc::StatusCode::INTERNAL, "the answer is no " + response->GetTypeName()};
  }
  ExchangeLog::Current().Received(*response);
  return reply.status;
}

}  // namespace conformance
