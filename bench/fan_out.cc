#include "bench/fan_out.h"

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/watch.pb.h"

namespace bench {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

constexpr int kWatchersPerStream = 10;
constexpr char kKey[] = "bench/watched";

Calls PutOfKey() {
  pb::PutRequest put;
  put.set_key(kKey);
  put.set_value(std::string(100, 'v'));
  return {.method = "/etcdserverpb.KV/Put", .requests = {Framed(put.SerializeAsString())}};
}

}  // namespace

FanOut::FanOut(const std::string& endpoint, int watchers)
    : client_(endpoint), put_(PutOfKey()), watchers_(watchers) {}

absl::Status FanOut::Begin() {
  pb::WatchRequest request;
  request.mutable_create_request()->set_key(kKey);
  std::string requests;
  for (int i = 0; i < kWatchersPerStream; ++i) requests += Framed(request.SerializeAsString());
  for (int i = 0; i < watchers_ / kWatchersPerStream; ++i) {
    auto status = client_.OpenStream("/etcdserverpb.Watch/Watch", requests);
    if (!status.ok()) return status;
  }
  return client_.AwaitMessages(watchers_);
}

absl::Status FanOut::PutAndAwait() {
  if (auto status = client_.Run(put_, 1, 1); !status.ok()) return status;
  return client_.AwaitMessages(watchers_);  // of one event each
}

}  // namespace bench
