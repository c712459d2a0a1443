#include "conformance/differential/side.h"

#include <algorithm>

#include <grpcpp/channel.h>

#include "conformance/differential/streams.h"
#include "conformance/support/requests.h"
#include "conformance/support/stream_recorder.h"
#include "conformance/support/wire.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace conformance {
namespace {

using Recorder = StreamRecorder<pb::WatchRequest, pb::WatchResponse>;

// Up to 3.5 a change of the members that comes right behind another may get lost, and its answer
// never comes (etcd's issue 15528). A read in between, which the same loop of etcd's has to take
// on, mostly keeps it from that; otherwise it is asked for again.
constexpr int kAttempts = 5;

bool ChangesMembers(const Step& step) {
  return step.method.starts_with("/etcdserverpb.Cluster/") &&
         step.method != "/etcdserverpb.Cluster/MemberList";
}

}  // namespace

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

Side::Side(const std::string& endpoint)
    : parts_(std::make_unique<Parts>(endpoint)),
      mask_(*parts_->wire.Call(pb::MemberListRequest())) {}

Side::~Side() = default;

CallOptions Side::OptionsOf(const Step& step) const {
  CallOptions options;
  if (ChangesMembers(step)) options.timeout = std::chrono::seconds(3);
  if (step.method == kLockMethod || step.method == kCampaignMethod) {
    options.timeout = std::chrono::minutes(10);
  }
  if (step.caller.empty()) return options;
  const auto found = tokens_.find(step.caller);
  options.metadata.emplace("token", found == tokens_.end() ? "bad" : found->second);
  return options;
}

std::unique_ptr<Exchange> Side::Begin(const Step& step) const {
  std::string bytes;
  if (step.bytes) {
    bytes = *step.bytes;
  } else {
    const std::unique_ptr<google::protobuf::Message> request(step.request->New());
    request->CopyFrom(*step.request);
    mask_.Unmask(*request);
    bytes = request->SerializeAsString();
  }
  if (ChangesMembers(step)) static_cast<void>(parts_->wire.Call(Range(kZeroByte)));
  return std::make_unique<Exchange>(parts_->wire, step.method, bytes, OptionsOf(step));
}

Outcome Side::End(const Step& step, Exchange& exchange) {
  Reply<std::string> reply = exchange.Take();
  for (int attempt = 1; attempt < kAttempts && ChangesMembers(step) &&
                        reply.status.error_code() == grpc::DEADLINE_EXCEEDED;
       ++attempt) {
    reply = Begin(step)->Take();
  }
  Outcome outcome = comparison::OutcomeOf(step.method, reply.status, reply.message);
  if (!outcome.status.ok()) return outcome;
  if (const auto* login = dynamic_cast<const pb::AuthenticateResponse*>(outcome.answer.get())) {
    tokens_[dynamic_cast<const pb::AuthenticateRequest&>(*step.request).name()] = login->token();
  }
  mask_.Learn(*outcome.answer);
  mask_.Apply(*outcome.answer);
  return outcome;
}

pb::RangeResponse Side::Look(const pb::RangeRequest& range, const std::string& caller) const {
  return *parts_->wire.Call(range, OptionsOf(StepOf(range, caller)));
}

std::vector<std::string> Side::TakeStream(const Step& step) const {
  return conformance::TakeStream(parts_->wire, step, OptionsOf(step), mask_);
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
    News& news = news_[response->watch_id()];
    for (std::string& line : comparison::NewsIn(*response)) news.lines.push_back(std::move(line));
    news.open = !response->canceled();
  }
  return true;
}

void Side::ForgetNews() {
  for (auto& [id, news] : news_) {
    news.earlier += news.lines.size();
    news.lines.clear();
  }
}

}  // namespace conformance
