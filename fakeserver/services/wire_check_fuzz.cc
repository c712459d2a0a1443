// libFuzzer's way into the decoding of requests. What the check finds nothing wrong with must be a
// message without what nobody knows; what protobuf has parsed is looked through for large numbers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/watch.pb.h"
#include "fakeserver/services/wire_check.h"

namespace {

namespace pb = etcdpp_proto::etcdserverpb;

void Check(google::protobuf::Message& message, std::string_view bytes) {
  const auto size = static_cast<int>(bytes.size());
  std::string known;
  if (!fakeetcd::FindWireError(*message.GetDescriptor(), bytes, known) &&
      !message.ParseFromString(known)) {
    std::abort();
  }
  if (message.ParseFromArray(bytes.data(), size)) {
    fakeetcd::HasNumberTooLarge(*message.GetDescriptor(), bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pb::TxnRequest txn;
  Check(txn, bytes);
  pb::PutRequest put;
  Check(put, bytes);
  pb::WatchRequest watch;
  Check(watch, bytes);
  return 0;
}
