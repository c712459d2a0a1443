#include "client/src/raw_call.h"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include "client/src/call.h"

namespace etcdpp {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& message) {
  const grpc::Slice slice(message);
  return {&slice, 1};
}

std::string FromBuffer(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string message;
  if (!buffer.Dump(&slices).ok()) return message;
  message.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    message.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message;
}

/// What the call and its attempts stand on.
struct Prepared {
  explicit Prepared(const RawRequest& raw)
      : name(raw.method),
        kind{name, raw.read_only ? Idempotency::kRead : Idempotency::kWrite},
        request(ToBuffer(raw.message)) {}
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void Send(const Stubs& stubs, grpc::ClientContext* context, AsyncCall::AttemptDone done) {
    response.Clear();
    stubs.any->UnaryCall(context, name, grpc::StubOptions(), &request, &response, std::move(done));
  }

  const std::string name;
  const CallKind kind;
  const grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

class RawAttempt final : public Attempt {
 public:
  explicit RawAttempt(Prepared& prepared) : prepared_(prepared) {}

  grpc::Status Run(const Stubs& stubs, grpc::ClientContext* context) override {
    // Shared: whoever sets it may still be at it when this returns.
    const auto ended = std::make_shared<std::promise<grpc::Status>>();
    prepared_.Send(stubs, context,
                   [ended](grpc::Status status) { ended->set_value(std::move(status)); });
    return ended->get_future().get();
  }

 private:
  Prepared& prepared_;
};

// The name has to be there before the call that is told of it.
class RawCall final : private Prepared, public AsyncCall {
 public:
  RawCall(Transport& transport, RawParams params, Callback<RawResponse> done)
      : Prepared(params.request),
        AsyncCall(transport, kind, std::move(params.call)),
        done_(std::move(done)) {}

 private:
  void Run(const Stubs& stubs, grpc::ClientContext* context, AttemptDone done) override {
    Send(stubs, context, std::move(done));
  }
  void Deliver(Status status) override {
    const auto done = std::exchange(done_, nullptr);
    if (!status.ok()) return done(std::move(status));
    done(RawResponse{FromBuffer(response)});
  }

  Callback<RawResponse> done_;
};

}  // namespace

Status CheckMethod(const RawRequest& request) {
  const std::string& method = request.method;
  if (method.size() > 1 && method.front() == '/') return {};
  return {Code::kInvalidArgument, "not a method: \"" + method + "\""};
}

Result<RawResponse> CallRaw(Transport& transport, RawParams params) {
  Prepared prepared(params.request);
  RawAttempt attempt(prepared);
  if (Status status = Call(transport, prepared.kind, attempt, params.call); !status.ok()) {
    return status;
  }
  return RawResponse{FromBuffer(prepared.response)};
}

void StartRawCall(Transport& transport, RawParams params, Callback<RawResponse> done) {
  std::make_shared<RawCall>(transport, std::move(params), std::move(done))->Start();
}

}  // namespace etcdpp
