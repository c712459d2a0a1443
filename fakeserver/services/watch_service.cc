#include "fakeserver/services/watch_service.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/mutex.h"
#include "fakeserver/services/convert.h"
#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/metadata.h"
#include "fakeserver/services/stream_call.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

// How many answers to a client's requests may wait until it reads: then its next request does. As
// many as etcd's channel of them holds (ctrlStreamBufLen in etcdserver/api/v3rpc/watch.go).
constexpr size_t kUnreadAnswersMax = 16;

/// One client's watch stream.
///
/// Responses are pumped: a wake takes the stream's next response and writes it, and each write
/// done takes the one after, until there is none. One response is taken ahead, to know whether the
/// one before it may wait to be sent together with it; a wake that finds the pump running, because
/// of that, leaves it a note.
class WatchCall final : public StreamCall, public WatchSink {
 public:
  WatchCall(Dispatcher& dispatcher, const grpc::CallbackServerContext& context,
            OpenStreams& streams)
      : StreamCall(streams), dispatcher_(dispatcher), context_(context) {}

  void Start(const std::shared_ptr<WatchCall>& self) {
    Begin(self);
    stream_ = dispatcher_.engine().WatchOpen(self);
    Read();
  }

  void Wake() override ABSL_LOCKS_EXCLUDED(mu_) {
    {
      const MutexLock lock(mu_);
      woken_ = pumping_;
      if (std::exchange(pumping_, true)) return;
    }
    Pump();
  }

 private:
  void OnMessage(const grpc::ByteBuffer& message) override {
    pb::WatchRequest request;
    const absl::Status status = Decode(message, dispatcher_, MessageKind::kStreamed, request);
    if (!status.ok()) return End(ToGrpc(status));
    Handle(request);
    waiting_to_read_ = true;
    ReadUnlessFull();
  }

  void ReadUnlessFull() {
    if (dispatcher_.engine().WatchUnreadAnswers(*stream_) >= kUnreadAnswersMax) return;
    if (waiting_to_read_.exchange(false)) Read();
  }

  void Handle(const pb::WatchRequest& request) {
    Engine& engine = dispatcher_.engine();
    switch (request.request_union_case()) {
      case pb::WatchRequest::kCreateRequest:
        return dispatcher_.WatchCreate(*stream_, ToEngine(request.create_request()),
                                       EnvelopeOf(dispatcher_, context_));
      case pb::WatchRequest::kCancelRequest:
        return engine.WatchCancel(*stream_, request.cancel_request().watch_id());
      case pb::WatchRequest::kProgressRequest:
        return engine.WatchProgress(*stream_);
      case pb::WatchRequest::REQUEST_UNION_NOT_SET:
        return;
    }
  }

  void OnWritten() override { Pump(); }

  // Called by whoever set pumping_; what only the pump touches needs no lock.
  void Pump() ABSL_LOCKS_EXCLUDED(mu_) {
    while (messages_.done()) {
      if (!ahead_) ahead_ = dispatcher_.engine().WatchNext(*stream_);
      if (!ahead_) {
        if (StopUnlessWoken()) return;
        continue;
      }
      const auto header = MakeHeader(dispatcher_.engine(), ahead_->revision);
      messages_ =
          WatchMessages(header, *std::move(ahead_), dispatcher_.limits().max_message_bytes());
      ahead_ = dispatcher_.engine().WatchNext(*stream_);
      if (waiting_to_read_) ReadUnlessFull();
    }
    grpc::ByteBuffer message = messages_.Next();
    Write(std::move(message), ahead_ || !messages_.done());
  }

  bool StopUnlessWoken() ABSL_LOCKS_EXCLUDED(mu_) {
    const MutexLock lock(mu_);
    if (std::exchange(woken_, false)) return false;
    pumping_ = false;
    return true;
  }

  void OnOver() override { dispatcher_.engine().WatchClose(*stream_); }

  Dispatcher& dispatcher_;
  const grpc::CallbackServerContext& context_;
  std::shared_ptr<WatchStream> stream_;
  WatchMessages messages_;              // of the response being written
  std::optional<WatchResponse> ahead_;  // the one after it
  // The next message of the client. Set before the answers are counted, looked at after some were
  // taken: one of the two notices.
  std::atomic<bool> waiting_to_read_{false};
  Mutex mu_;
  bool pumping_ ABSL_GUARDED_BY(mu_) = false;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* WatchService::Watch(
    grpc::CallbackServerContext* context) {
  const auto call = std::make_shared<WatchCall>(dispatcher_, *context, streams_);
  call->Start(call);
  const absl::Status status = CheckMetadata(*context, dispatcher_.behavior());
  if (!status.ok()) call->End(ToGrpc(status));
  return call.get();
}

}  // namespace fakeetcd
