#include "conformance/support/wire.h"

#include <future>
#include <vector>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "conformance/target.h"

namespace conformance {
namespace {

std::shared_ptr<grpc::Channel> Connect(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

void Prepare(const CallOptions& options, grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + options.timeout);
  for (const auto& [key, value] : options.metadata) context->AddMetadata(key, value);
  context->set_wait_for_ready(options.wait_for_ready);
  if (options.gzip) context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

Wire::Wire() : Wire(target().endpoint) {}

Wire::Wire(const std::string& endpoint) : channel_(Connect(endpoint)) {}

Wire::~Wire() = default;

Reply<std::string> Wire::CallRaw(const std::string& path, const std::string& payload,
                                 const CallOptions& options) const {
  ExchangeLog& log = ExchangeLog::Current();
  log.Note("sent " + path + " " + std::to_string(payload.size()) + " bytes of no known message");
  Reply<std::string> reply = Exchange(path, payload, options);
  if (reply.status.ok()) log.Note("  got " + std::to_string(reply.message.size()) + " bytes");
  if (!reply.status.ok()) log.Ended(reply.status);
  return reply;
}

grpc::Status Wire::UnaryInto(const char* path, const google::protobuf::Message& request,
                             const CallOptions& options,
                             google::protobuf::Message* response) const {
  ExchangeLog::Current().Sent(path, request);
  const Reply<std::string> reply = Exchange(path, request.SerializeAsString(), options);
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

// Waits for the callback: the deadline of every call bounds the wait.
Reply<std::string> Wire::Exchange(const std::string& path, const std::string& payload,
                                  const CallOptions& options) const {
  grpc::ClientContext context;
  Prepare(options, &context);
  const grpc::ByteBuffer request = ToBuffer(payload);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  grpc::GenericStub(channel_).UnaryCall(
      &context, path, grpc::StubOptions(), &request, &response,
      [&done](grpc::Status status) { done.set_value(std::move(status)); });
  Reply<std::string> reply;
  reply.status = done.get_future().get();
  if (reply.status.ok()) reply.message = ToString(response);
  return reply;
}

}  // namespace conformance
