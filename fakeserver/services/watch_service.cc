#include "fakeserver/services/watch_service.h"

#include <memory>
#include <utility>

#include "fakeserver/services/convert.h"
#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/stream_call.h"

namespace fakeetcd {
namespace {

/// One client's watch stream.
///
/// Responses are pumped: a wake takes the stream's next response and writes it, and each write
/// done takes the one after, until there is none. The engine then wakes the stream again, and not
/// before; so there is one pump at a time, and what it touches needs no lock.
class WatchCall final : public StreamCall, public WatchSink {
 public:
  WatchCall(Dispatcher& dispatcher, OpenStreams& streams)
      : StreamCall(streams), dispatcher_(dispatcher) {}

  void Start(const std::shared_ptr<WatchCall>& self) {
    stream_ = dispatcher_.engine().WatchOpen(self);
    Begin(self);
  }

  void Wake() override { Pump(); }

 private:
  void OnMessage(const grpc::ByteBuffer& message) override {
    pb::WatchRequest request;
    const absl::Status status = Decode(message, dispatcher_, MessageKind::kStreamed, request);
    if (!status.ok()) return End(ToGrpc(status));
    Handle(request);
    Read();
  }

  void Handle(const pb::WatchRequest& request) {
    Engine& engine = dispatcher_.engine();
    switch (request.request_union_case()) {
      case pb::WatchRequest::kCreateRequest:
        return engine.WatchCreate(*stream_, ToEngine(request.create_request()));
      case pb::WatchRequest::kCancelRequest:
        return engine.WatchCancel(*stream_, request.cancel_request().watch_id());
      case pb::WatchRequest::kProgressRequest:
        return engine.WatchProgress(*stream_);
      case pb::WatchRequest::REQUEST_UNION_NOT_SET:
        return;
    }
  }

  void OnWritten() override { Pump(); }

  void Pump() {
    if (messages_.done()) {
      auto response = dispatcher_.engine().WatchNext(*stream_);
      if (!response) return;
      const auto header = MakeHeader(dispatcher_.engine(), response->revision);
      messages_ =
          WatchMessages(header, *std::move(response), dispatcher_.limits().max_message_bytes());
    }
    Write(messages_.Next());
  }

  void OnOver() override { dispatcher_.engine().WatchClose(*stream_); }

  Dispatcher& dispatcher_;
  std::shared_ptr<WatchStream> stream_;
  WatchMessages messages_;  // of the response being written
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* WatchService::Watch(
    grpc::CallbackServerContext* /*context*/) {
  const auto call = std::make_shared<WatchCall>(dispatcher_, streams_);
  call->Start(call);
  return call.get();
}

}  // namespace fakeetcd
