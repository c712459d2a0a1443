#include "conformance/support/watch_stream.h"

#include <stdexcept>
#include <utility>

#include <grpcpp/channel.h>

#include "conformance/support/stream_recorder.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace conformance {
namespace {

// An id no case chooses. It is the client's choice, so the server's own count is not moved.
constexpr int64_t kFenceId = 0x7e0ce0000000;
constexpr char kFenceName[] = "the fence";

class WaitedInVain : public std::runtime_error {
 public:
  explicit WaitedInVain(const std::string& what)
      : std::runtime_error("waited in vain for " + what) {}
};

}  // namespace

struct WatchStream::Recorder : StreamRecorder<pb::WatchRequest, pb::WatchResponse> {
  using StreamRecorder::StreamRecorder;
};

pb::WatchCreateRequest WatchCreate(const std::string& key, const WatchOptions& options) {
  pb::WatchCreateRequest create;
  create.set_key(key);
  create.set_range_end(options.range_end);
  create.set_start_revision(options.start_revision);
  create.set_progress_notify(options.progress_notify);
  create.set_prev_kv(options.prev_kv);
  create.set_fragment(options.fragment);
  create.set_watch_id(options.watch_id);
  for (const int filter : options.filters) {
    create.add_filters(static_cast<pb::WatchCreateRequest::FilterType>(filter));
  }
  return create;
}

WatchStream::WatchStream(const Scratch& scratch, const CallOptions& options)
    : scratch_(scratch),
      recorder_(std::make_unique<Recorder>(
          "/etcdserverpb.Watch/Watch",
          [&options](grpc::ClientContext* context) { Prepare(options, context); },
          [&scratch](grpc::ClientContext* context) {
            return pb::Watch::NewStub(scratch.channel())->Watch(context);
          })) {}

WatchStream::~WatchStream() = default;

bool WatchStream::Send(const pb::WatchRequest& request) { return recorder_->Send(request); }

bool WatchStream::SendCreate(const pb::WatchCreateRequest& create) {
  pb::WatchRequest request;
  *request.mutable_create_request() = create;
  return Send(request);
}

bool WatchStream::SendCancel(int64_t watch_id) {
  pb::WatchRequest request;
  request.mutable_cancel_request()->set_watch_id(watch_id);
  return Send(request);
}

bool WatchStream::SendProgress() {
  pb::WatchRequest request;
  request.mutable_progress_request();
  return Send(request);
}

void WatchStream::HalfClose() { recorder_->HalfClose(); }

void WatchStream::Cancel() { recorder_->Cancel(); }

void WatchStream::StopReading() { recorder_->SetReading(false); }

void WatchStream::ResumeReading() { recorder_->SetReading(true); }

pb::WatchResponse WatchStream::Create(const pb::WatchCreateRequest& create) {
  SendCreate(create);
  auto created = recorder_->Next(kPatience, [](const pb::WatchResponse& r) { return r.created(); });
  if (!created) throw WaitedInVain("the created response of a watch");
  return *std::move(created);
}

pb::WatchResponse WatchStream::Next() {
  auto response = TryNext(kPatience);
  if (!response) throw WaitedInVain("a response of the watch stream");
  return *std::move(response);
}

pb::WatchResponse WatchStream::NextOf(int64_t watch_id) {
  auto response = recorder_->Next(
      kPatience, [watch_id](const pb::WatchResponse& r) { return r.watch_id() == watch_id; });
  if (!response) throw WaitedInVain("a response of watch " + std::to_string(watch_id));
  return *std::move(response);
}

std::optional<pb::WatchResponse> WatchStream::TryNext(std::chrono::milliseconds timeout) {
  return recorder_->Next(timeout, [](const pb::WatchResponse&) { return true; });
}

std::vector<mvccpb::Event> WatchStream::Events(int64_t watch_id, size_t count) {
  std::vector<mvccpb::Event> events;
  while (events.size() < count) {
    const pb::WatchResponse response = NextOf(watch_id);
    events.insert(events.end(), response.events().begin(), response.events().end());
  }
  return events;
}

std::vector<pb::WatchResponse> WatchStream::UntilFence() {
  std::vector<pb::WatchResponse> before;
  const auto is_fence = [](const pb::WatchResponse& r) { return r.watch_id() == kFenceId; };
  if (!std::exchange(fenced_, true)) {
    SendCreate(WatchCreate(scratch_(kFenceName), {.watch_id = kFenceId}));
    if (!recorder_->Next(kPatience, is_fence)) throw WaitedInVain("the fence to stand");
  }
  scratch_.Put(kFenceName, "");
  while (true) {
    pb::WatchResponse response = Next();
    if (is_fence(response)) return before;
    before.push_back(std::move(response));
  }
}

grpc::Status WatchStream::End() {
  const auto status = recorder_->End(kPatience);
  if (!status) throw WaitedInVain("the end of the watch stream");
  return *status;
}

}  // namespace conformance
