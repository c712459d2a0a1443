#include "conformance/support/exchange.h"

#include <utility>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

namespace conformance {
namespace {

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

struct Exchange::State {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
};

Exchange::Exchange(const Wire& wire, const std::string& path, const std::string& payload,
                   const CallOptions& options)
    : state_(std::make_unique<State>()), done_(state_->done.get_future()) {
  State& state = *state_;
  Prepare(options, &state.context);
  state.request = ToBuffer(payload);
  grpc::GenericStub(wire.channel())
      .UnaryCall(&state.context, path, grpc::StubOptions(), &state.request, &state.response,
                 [&state](grpc::Status status) { state.done.set_value(std::move(status)); });
}

Exchange::~Exchange() {
  if (!done_.valid()) return;
  state_->context.TryCancel();
  done_.wait();
}

void Exchange::Cancel() { state_->context.TryCancel(); }

bool Exchange::DoneWithin(std::chrono::milliseconds time) const {
  return done_.wait_for(time) == std::future_status::ready;
}

Reply<std::string> Exchange::Take() {
  Reply<std::string> reply;
  reply.status = done_.get();
  if (reply.status.ok()) reply.message = ToString(state_->response);
  return reply;
}

}  // namespace conformance
