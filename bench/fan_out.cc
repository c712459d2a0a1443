#include "bench/fan_out.h"

#include <condition_variable>
#include <mutex>

#include <grpcpp/client_context.h>

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace bench {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

constexpr int kWatchersPerStream = 10;
constexpr char kKey[] = "bench/watched";

Calls PutOfKey() {
  pb::PutRequest put;
  put.set_key(kKey);
  put.set_value(std::string(100, 'v'));
  const grpc::Slice slice(put.SerializeAsString());
  return {.method = "/etcdserverpb.KV/Put", .requests = {grpc::ByteBuffer(&slice, 1)}};
}

}  // namespace

/// Counts, and waits for the count.
class FanOut::Tally {
 public:
  void Add(int count) {
    const std::lock_guard<std::mutex> lock(mu_);
    count_ += count;
    changed_.notify_one();
  }

  /// Waits for `count`, and begins again at zero.
  void Await(int count) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] { return count_ >= count; });
    count_ -= count;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  int count_ = 0;
};

class FanOut::Stream final : public grpc::ClientBidiReactor<pb::WatchRequest, pb::WatchResponse> {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, Tally& tally)
      : stub_(pb::Watch::NewStub(channel)), tally_(tally) {
    request_.mutable_create_request()->set_key(kKey);
    stub_->async()->Watch(&context_, this);
    StartWrite(&request_);
    StartRead(&response_);
    StartCall();
  }

  ~Stream() override {
    context_.TryCancel();
    done_.Await(1);
  }

  void OnWriteDone(bool ok) override {
    if (ok && ++written_ < kWatchersPerStream) StartWrite(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    tally_.Add(response_.created() ? 1 : response_.events_size());
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& /*status*/) override { done_.Add(1); }

 private:
  const std::unique_ptr<pb::Watch::Stub> stub_;
  Tally& tally_;
  Tally done_;
  grpc::ClientContext context_;
  pb::WatchRequest request_;
  pb::WatchResponse response_;
  int written_ = 0;
};

FanOut::FanOut(LoadClient& client, int watchers)
    : client_(client), tally_(std::make_unique<Tally>()), put_(PutOfKey()), watchers_(watchers) {
  for (int i = 0; i < watchers / kWatchersPerStream; ++i) {
    streams_.push_back(std::make_unique<Stream>(client.channel(static_cast<size_t>(i)), *tally_));
  }
  tally_->Await(watchers_);
}

FanOut::~FanOut() = default;

void FanOut::PutAndAwait() {
  if (client_.Run(put_, 1, 1).ok()) tally_->Await(watchers_);
}

}  // namespace bench
