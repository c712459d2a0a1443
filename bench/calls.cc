#include "bench/calls.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace bench {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

const std::string kValue(100, 'v');

// "bench/key/00000042".
std::string Key(int number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "bench/key/%08d", number);
  return text.data();
}

// The number of the key that the call `index` is about: each once before the first comes again, as
// the factor is a prime.
int Mixed(int index, int keys) { return static_cast<int>(index * int64_t{7919} % keys); }

int RequestCount(int keys) { return std::min(keys, 100'000); }

void Add(Calls& calls, const google::protobuf::MessageLite& message) {
  calls.requests.push_back(Framed(message.SerializeAsString()));
}

pb::PutRequest Put(const std::string& key) {
  pb::PutRequest put;
  put.set_key(key);
  put.set_value(kValue);
  return put;
}

Calls Ranges(int keys, int size) {
  Calls calls{.method = "/etcdserverpb.KV/Range", .requests = {}};
  for (int i = 0; i < std::min(keys - size + 1, 1000); ++i) {
    const int first = Mixed(i, keys - size + 1);
    pb::RangeRequest range;
    range.set_key(Key(first));
    range.set_range_end(Key(first + size));
    Add(calls, range);
  }
  return calls;
}

}  // namespace

Calls Puts(int keys) {
  Calls calls{.method = "/etcdserverpb.KV/Put", .requests = {}};
  for (int i = 0; i < RequestCount(keys); ++i) Add(calls, Put(Key(Mixed(i, keys))));
  return calls;
}

Calls Gets(int keys) {
  Calls calls{.method = "/etcdserverpb.KV/Range", .requests = {}};
  for (int i = 0; i < RequestCount(keys); ++i) {
    pb::RangeRequest get;
    get.set_key(Key(Mixed(i, keys)));
    Add(calls, get);
  }
  return calls;
}

Calls Txns(int keys) {
  Calls calls{.method = "/etcdserverpb.KV/Txn", .requests = {}};
  for (int i = 0; i < RequestCount(keys); ++i) {
    const std::string key = Key(Mixed(i, keys));
    pb::TxnRequest txn;
    auto& compare = *txn.add_compare();
    compare.set_key(key);
    compare.set_target(pb::Compare::VERSION);
    compare.set_result(pb::Compare::GREATER);
    compare.set_version(0);
    *txn.add_success()->mutable_request_put() = Put(key);
    txn.add_failure()->mutable_request_range()->set_key(key);
    Add(calls, txn);
  }
  return calls;
}

Calls RangesOf100(int keys) { return Ranges(keys, 100); }

Calls RangesOf1000(int keys) { return Ranges(keys, 1000); }

Calls Fill(int keys) {
  constexpr int kPutsOfCall = 100;
  Calls calls{.method = "/etcdserverpb.KV/Txn", .requests = {}};
  for (int i = 0; i < keys; i += kPutsOfCall) {
    pb::TxnRequest txn;
    for (int key = i; key < std::min(i + kPutsOfCall, keys); ++key) {
      *txn.add_success()->mutable_request_put() = Put(Key(key));
    }
    Add(calls, txn);
  }
  return calls;
}

Calls Status() {
  Calls calls{.method = "/etcdserverpb.Maintenance/Status", .requests = {}};
  Add(calls, pb::StatusRequest());
  return calls;
}

}  // namespace bench
