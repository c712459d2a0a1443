#include "bench/load_client.h"

#include <deque>
#include <optional>

#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>

namespace bench {
namespace {

/// One call in flight, and when it is answered the next.
class Slot {
 public:
  Slot(grpc::GenericStub& stub, const std::string& method, grpc::CompletionQueue& queue)
      : stub_(stub), method_(method), queue_(queue) {}

  /// The queue gives this slot as the tag when the call is answered.
  void Call(const grpc::ByteBuffer& request) {
    context_.emplace();
    response_.Clear();
    call_ = stub_.PrepareUnaryCall(&*context_, method_, request, &queue_);
    call_->StartCall();
    call_->Finish(&response_, &status_, this);
  }

  const grpc::Status& status() const { return status_; }

 private:
  grpc::GenericStub& stub_;
  const std::string& method_;
  grpc::CompletionQueue& queue_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;  // lives on the context's call
  grpc::ByteBuffer response_;
  grpc::Status status_;
};

}  // namespace

LoadClient::LoadClient(const std::string& endpoint, int channels) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection each
  arguments.SetMaxReceiveMessageSize(-1);
  for (int i = 0; i < channels; ++i) {
    channels_.push_back(
        grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments));
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
  }
}

grpc::Status LoadClient::Run(const Calls& calls, int64_t count, int in_flight) {
  grpc::CompletionQueue queue;
  std::deque<Slot> slots;  // whose elements stay where they are
  grpc::Status failure;
  int64_t begun = 0;
  const auto begin = [&](Slot& slot) {
    slot.Call(calls.requests[static_cast<size_t>(begun++) % calls.requests.size()]);
  };
  for (int i = 0; i < in_flight && begun < count; ++i) {
    begin(slots.emplace_back(*stubs_[static_cast<size_t>(i) % stubs_.size()], calls.method, queue));
  }
  void* tag = nullptr;
  bool ok = false;
  for (auto open = slots.size(); open > 0 && queue.Next(&tag, &ok);) {
    Slot& slot = *static_cast<Slot*>(tag);
    if (failure.ok()) failure = slot.status();
    if (failure.ok() && begun < count) {
      begin(slot);
    } else {
      --open;
    }
  }
  return failure;
}

}  // namespace bench
