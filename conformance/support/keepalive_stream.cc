#include "conformance/support/keepalive_stream.h"

#include <stdexcept>
#include <utility>

#include <grpcpp/channel.h>

#include "conformance/support/stream_recorder.h"
#include "etcdpp_proto/lease.grpc.pb.h"

namespace conformance {

struct KeepAliveStream::Recorder
    : StreamRecorder<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> {
  using StreamRecorder::StreamRecorder;
};

KeepAliveStream::KeepAliveStream(const Wire& wire, const CallOptions& options)
    : recorder_(std::make_unique<Recorder>(
          "/etcdserverpb.Lease/LeaseKeepAlive",
          [&options](grpc::ClientContext* context) { Prepare(options, context); },
          [&wire](grpc::ClientContext* context) {
            return pb::Lease::NewStub(wire.channel())->LeaseKeepAlive(context);
          })) {}

KeepAliveStream::~KeepAliveStream() = default;

bool KeepAliveStream::Send(int64_t lease) {
  pb::LeaseKeepAliveRequest request;
  request.set_id(lease);
  return recorder_->Send(request);
}

void KeepAliveStream::HalfClose() { recorder_->HalfClose(); }

void KeepAliveStream::Cancel() { recorder_->Cancel(); }

pb::LeaseKeepAliveResponse KeepAliveStream::Next() {
  auto response = TryNext(kPatience);
  if (!response) throw std::runtime_error("waited in vain for a keepalive response");
  return *std::move(response);
}

std::optional<pb::LeaseKeepAliveResponse> KeepAliveStream::TryNext(
    std::chrono::milliseconds timeout) {
  return recorder_->Next(timeout, [](const pb::LeaseKeepAliveResponse&) { return true; });
}

pb::LeaseKeepAliveResponse KeepAliveStream::KeepAlive(int64_t lease) {
  Send(lease);
  return Next();
}

grpc::Status KeepAliveStream::End() {
  const auto status = recorder_->End(kPatience);
  if (!status) throw std::runtime_error("waited in vain for the end of the keepalive stream");
  return *status;
}

}  // namespace conformance
