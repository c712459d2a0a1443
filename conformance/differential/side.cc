#include "conformance/differential/side.h"

#include <algorithm>

#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/channel.h>

#include "conformance/support/rpc.h"
#include "conformance/support/stream_recorder.h"
#include "conformance/support/wire.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace conformance {
namespace {

using Recorder = StreamRecorder<pb::WatchRequest, pb::WatchResponse>;

// What no two servers agree on: time that passes, and orders that depend on it.
void Mask(google::protobuf::Message& answer) {
  if (auto* lease = dynamic_cast<pb::LeaseTimeToLiveResponse*>(&answer)) {
    constexpr int64_t kSlack = 10;  // seconds
    if (lease->ttl() > 0) lease->set_ttl((lease->ttl() + 2) / kSlack);
    std::sort(lease->mutable_keys()->begin(), lease->mutable_keys()->end());
  } else if (auto* leases = dynamic_cast<pb::LeaseLeasesResponse*>(&answer)) {
    std::sort(leases->mutable_leases()->begin(), leases->mutable_leases()->end(),
              [](const auto& a, const auto& b) { return a.id() < b.id(); });
  }
  if (const auto* field = answer.GetDescriptor()->FindFieldByName("header")) {
    auto* header =
        static_cast<pb::ResponseHeader*>(answer.GetReflection()->MutableMessage(&answer, field));
    header->clear_cluster_id();
    header->clear_member_id();
    header->clear_raft_term();
  }
}

std::vector<std::string> NewsIn(const pb::WatchResponse& response) {
  std::vector<std::string> lines;
  const std::string at = std::to_string(response.header().revision());
  if (response.created()) lines.push_back("created at " + at);
  for (const auto& event : response.events()) lines.push_back(DescribeMessage(event));
  if (response.canceled()) {
    lines.push_back("canceled, compact_revision " + std::to_string(response.compact_revision()) +
                    ", \"" + response.cancel_reason() + "\"");
  }
  return lines;
}

}  // namespace

bool Outcome::Equals(const Outcome& other) const {
  if (status.error_code() != other.status.error_code()) return false;
  if (!status.ok()) return status.error_message() == other.status.error_message();
  return google::protobuf::util::MessageDifferencer::Equals(*answer, *other.answer);
}

std::string Outcome::ToString() const {
  return status.ok() ? answer->ShortDebugString() : DescribeStatus(status);
}

struct Side::Parts {
  explicit Parts(const std::string& endpoint)
      : wire(endpoint),
        stream(
            kWatchMethod, [](grpc::ClientContext* /*context*/) {},
            [this](grpc::ClientContext* context) {
              return pb::Watch::NewStub(wire.channel())->Watch(context);
            }) {}

  const Wire wire;
  Recorder stream;
};

Side::Side(const std::string& endpoint) : parts_(std::make_unique<Parts>(endpoint)) {}

Side::~Side() = default;

Outcome Side::Call(const Step& step) {
  const Reply<std::string> reply =
      parts_->wire.CallRaw(step.method, step.request->SerializeAsString());
  Outcome outcome{.status = reply.status, .answer = NewResponse(step.method)};
  if (!outcome.status.ok()) return outcome;
  if (!outcome.answer->ParseFromString(reply.message)) {
    outcome.status = {grpc::StatusCode::INTERNAL, "the answer is no message"};
    return outcome;
  }
  Mask(*outcome.answer);
  return outcome;
}

void Side::Watch(const Step& step) {
  parts_->stream.Send(dynamic_cast<const pb::WatchRequest&>(*step.request));
}

bool Side::AwaitNews(std::chrono::milliseconds patience,
                     const std::function<bool(const WatchNews&)>& done) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done(news_)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const auto response = parts_->stream.Next(std::max(left, std::chrono::milliseconds(0)),
                                              [](const auto& /*any*/) { return true; });
    if (!response) return false;
    std::vector<std::string>& lines = news_[response->watch_id()];
    for (std::string& line : NewsIn(*response)) lines.push_back(std::move(line));
  }
  return true;
}

}  // namespace conformance
