// libFuzzer's way into what the client makes of a server's answers: the input is a message of the
// kind that its first byte says, or a status.
#include <cstddef>
#include <cstdint>
#include <string>

#include <fuzzer/FuzzedDataProvider.h>

#include "client/src/convert.h"
#include "client/src/convert_admin.h"

namespace etcdpp {
namespace {

template <typename Message>
void Take(const std::string& bytes) {
  Message message;
  if (message.ParseFromString(bytes)) (void)FromProto(std::move(message));
}

void TakeStatus(FuzzedDataProvider& input) {
  const auto code = static_cast<grpc::StatusCode>(input.ConsumeIntegralInRange(0, 20));
  const Status status = FromGrpc({code, input.ConsumeRemainingBytesAsString()});
  (void)status.ToString();
}

void TakeAnswer(int kind, const std::string& bytes) {
  switch (kind) {
    case 0:
      return Take<pb::RangeResponse>(bytes);
    case 1:
      return Take<pb::PutResponse>(bytes);
    case 2:
      return Take<pb::DeleteRangeResponse>(bytes);
    case 3:
      return Take<pb::TxnResponse>(bytes);
    case 4:
      return Take<pb::WatchResponse>(bytes);
    case 5:
      return Take<pb::LeaseTimeToLiveResponse>(bytes);
    case 6:
      return Take<pb::LeaseKeepAliveResponse>(bytes);
    case 7:
      return Take<pb::AuthRoleGetResponse>(bytes);
    case 8:
      return Take<pb::MemberListResponse>(bytes);
    case 9:
      return Take<pb::StatusResponse>(bytes);
    default:
      return Take<pb::AlarmResponse>(bytes);
  }
}

}  // namespace
}  // namespace etcdpp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  const int kind = input.ConsumeIntegralInRange(0, 11);
  if (kind == 11) {
    etcdpp::TakeStatus(input);
  } else {
    etcdpp::TakeAnswer(kind, input.ConsumeRemainingBytesAsString());
  }
  return 0;
}
