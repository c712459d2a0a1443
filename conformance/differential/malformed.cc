#include "conformance/differential/malformed.h"

namespace conformance {
namespace {

// Of these all values are refused or harmless, whatever the bytes come to say.
bool MayChange(const std::string& method) {
  return method == "/etcdserverpb.KV/Put" || method == "/etcdserverpb.KV/DeleteRange" ||
         method == "/etcdserverpb.Lease/LeaseRevoke" ||
         method == "/etcdserverpb.Lease/LeaseTimeToLive";
}

// Cut short, it may ask for a lease with an id of etcd's choosing, or for a compaction that is not
// waited for.
bool MayEndEarly(const std::string& method) {
  return method != "/etcdserverpb.Lease/LeaseGrant" && method != "/etcdserverpb.KV/Compact";
}

std::string Bytes(Dice& dice, int64_t size) {
  std::string bytes;
  for (int64_t i = 0; i < size; ++i) bytes += static_cast<char>(dice.Number(0, 255));
  return bytes;
}

}  // namespace

Step Malform(Step step, Dice& dice) {
  if (IsStream(step)) return step;
  std::string bytes = step.request->SerializeAsString();
  const auto place = [&] {
    return static_cast<size_t>(dice.Number(0, static_cast<int64_t>(bytes.size())));
  };
  if (dice.Chance(4)) {
    step.method = dice.OneOf<std::string>({"/etcdserverpb.KV/Nothing", "/etcdserverpb.Nothing/Put",
                                           "/Put", "/etcdserverpb.KV/", "/v3/kv/put"});
  } else if (MayChange(step.method) && dice.Chance(50)) {
    bytes.insert(place(), Bytes(dice, dice.Number(1, 4)));
  } else if (MayChange(step.method) && !bytes.empty() && dice.Chance(60)) {
    bytes[place() % bytes.size()] = static_cast<char>(dice.Number(0, 255));
  } else if (MayEndEarly(step.method)) {
    bytes.resize(place());
  }
  step.bytes = std::move(bytes);
  return step;
}

}  // namespace conformance
