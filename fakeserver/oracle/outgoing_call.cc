#include "fakeserver/oracle/outgoing_call.h"

#include <utility>
#include <vector>

#include <grpcpp/generic/generic_stub.h>

namespace fakeetcd {
namespace {

void AddMetadata(const CallMetadata& metadata, grpc::ClientContext* context) {
  for (const auto& [name, value] : metadata) context->AddMetadata(name, value);
}

}  // namespace

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

OutgoingCall::OutgoingCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                           const std::string& bytes, const CallMetadata& metadata)
    : request_(BufferOf(bytes)), ended_(end_.get_future()) {
  AddMetadata(metadata, &context_);
  grpc::GenericStub(channel).UnaryCall(
      &context_, method, grpc::StubOptions(), &request_, &response_,
      [this](grpc::Status status) { end_.set_value(std::move(status)); });
}

OutgoingCall::~OutgoingCall() {
  if (!ended_.valid()) return;
  context_.TryCancel();
  ended_.wait();
}

bool OutgoingCall::EndsWithin(std::chrono::milliseconds patience) const {
  return ended_.wait_for(patience) == std::future_status::ready;
}

CallReply OutgoingCall::Take() {
  CallReply reply{.status = ended_.get()};
  if (reply.status.ok()) reply.bytes = BytesOf(response_);
  return reply;
}

OutgoingStream::OutgoingStream(const std::shared_ptr<grpc::Channel>& channel,
                               const std::string& method, const CallMetadata& metadata)
    : method_(method) {
  AddMetadata(metadata, &context_);
  // As generated code makes its streams; the generic stub has only asynchronous ones.
  using Factory = grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>;
  const grpc::internal::RpcMethod rpc(method_.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING);
  stream_.reset(Factory::Create(channel.get(), rpc, &context_));
}

OutgoingStream::~OutgoingStream() { context_.TryCancel(); }

}  // namespace fakeetcd
