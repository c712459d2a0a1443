#include "conformance/support/scratch.h"

#include "conformance/support/unique_prefix.h"

namespace conformance {
namespace {

const std::string kFarEnd(16, '\xff');

}  // namespace

Scratch::Scratch(Where where)
    : prefix_((where == Where::kLast ? kFarEnd : "") + UniquePrefix()),
      end_(EndOfPrefix(prefix_)) {}

Scratch::~Scratch() {
  // What a case deliberately broke, such as a lease already revoked, may fail here: that is fine.
  for (const int64_t lease : leases_) static_cast<void>(Call(LeaseRevoke(lease)));
  static_cast<void>(Call(conformance::Delete(prefix_, {.range_end = end_})));
}

std::string Scratch::Name(std::string_view key) const {
  return std::string(key.starts_with(prefix_) ? key.substr(prefix_.size()) : key);
}

std::vector<std::string> Scratch::Names(const pb::RangeResponse& range) const {
  std::vector<std::string> names;
  for (const mvccpb::KeyValue& kv : range.kvs()) names.push_back(Name(kv.key()));
  return names;
}

pb::PutResponse Scratch::Put(std::string_view name, const std::string& value,
                             const PutOptions& options) const {
  return *Call(conformance::Put((*this)(name), value, options));
}

void Scratch::PutThree() const {
  for (const char* name : {"a", "b", "c"}) Put(name, std::string("value of ") + name);
}

pb::RangeResponse Scratch::Get(std::string_view name, const RangeOptions& options) const {
  return *Call(Range((*this)(name), options));
}

pb::RangeResponse Scratch::All(RangeOptions options) const {
  options.range_end = end_;
  return *Call(Range(prefix_, options));
}

pb::DeleteRangeResponse Scratch::Delete(std::string_view name) const {
  return *Call(conformance::Delete((*this)(name)));
}

int64_t Scratch::Revision() const { return Get("", {.count_only = true}).header().revision(); }

int64_t Scratch::Grant(int64_t ttl, int64_t id) {
  const int64_t granted = Call(LeaseGrant(ttl, id))->id();
  RevokeAtEnd(granted);
  return granted;
}

std::vector<std::string> Scratch::KeysOf(int64_t lease) const {
  const auto answer = *Call(TimeToLive(lease, true));
  std::vector<std::string> names;
  for (const std::string& key : answer.keys()) names.push_back(Name(key));
  return names;
}

}  // namespace conformance
