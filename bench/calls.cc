#include "bench/calls.h"

#include <cstdio>
#include <string>

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace bench {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

const std::string kValue(100, 'v');

// "bench/key/00000042".
std::string Key(const char* folder, int number) {
  char digits[9];
  std::snprintf(digits, sizeof(digits), "%08u", static_cast<unsigned>(number));
  return std::string("bench/") + folder + "/" + digits;
}

// In an order that jumps about.
std::string MixedKey(int number) { return Key("key", static_cast<int>(number * 7919LL % kKeys)); }

void Add(Calls& calls, const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  calls.requests.emplace_back(&slice, 1);
}

pb::PutRequest Put(const std::string& key) {
  pb::PutRequest put;
  put.set_key(key);
  put.set_value(kValue);
  return put;
}

}  // namespace

Calls Puts() {
  Calls calls{.method = "/etcdserverpb.KV/Put", .requests = {}};
  for (int i = 0; i < kKeys; ++i) Add(calls, Put(MixedKey(i)));
  return calls;
}

Calls Gets() {
  Calls calls{.method = "/etcdserverpb.KV/Range", .requests = {}};
  for (int i = 0; i < kKeys; ++i) {
    pb::RangeRequest get;
    get.set_key(MixedKey(i));
    Add(calls, get);
  }
  return calls;
}

Calls Txns() {
  Calls calls{.method = "/etcdserverpb.KV/Txn", .requests = {}};
  for (int i = 0; i < kKeys; ++i) {
    pb::TxnRequest txn;
    auto& compare = *txn.add_compare();
    compare.set_key(MixedKey(i));
    compare.set_target(pb::Compare::VERSION);
    compare.set_result(pb::Compare::GREATER);
    compare.set_version(0);
    *txn.add_success()->mutable_request_put() = Put(MixedKey(i));
    txn.add_failure()->mutable_request_range()->set_key(MixedKey(i));
    Add(calls, txn);
  }
  return calls;
}

Calls Ranges() {
  Calls calls{.method = "/etcdserverpb.KV/Range", .requests = {}};
  pb::RangeRequest range;
  range.set_key(Key("range", 0));
  range.set_range_end(Key("range", kRangeKeys));
  Add(calls, range);
  return calls;
}

Calls RangePuts() {
  Calls calls{.method = "/etcdserverpb.KV/Put", .requests = {}};
  for (int i = 0; i < kRangeKeys; ++i) Add(calls, Put(Key("range", i)));
  return calls;
}

Calls Status() {
  Calls calls{.method = "/etcdserverpb.Maintenance/Status", .requests = {}};
  Add(calls, pb::StatusRequest());
  return calls;
}

}  // namespace bench
