#include "fakeserver/services/dispatcher.h"

#include <string>

#include "fakeserver/base/errors.h"
#include "fakeserver/engine/request_checks.h"
#include "fakeserver/services/methods.h"

namespace fakeetcd {
namespace {

size_t VarintSize(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

// What a proposal adds to the request in it: InternalRaftRequest's header with the proposal's id,
// and the request's own tag and length. The high bits of the id are the low ones of the member's
// (pkg/idutil).
size_t ProposalBytes(uint64_t member_id, size_t request_bytes) {
  constexpr size_t kHeaderTagAndLength = 3;
  constexpr size_t kTag = 1;
  const uint64_t id = member_id << 48 | 1;
  return kHeaderTagAndLength + kTag + VarintSize(id) + kTag + VarintSize(request_bytes) +
         request_bytes;
}

}  // namespace

absl::Status Dispatcher::CheckSize(size_t request_bytes) const {
  const size_t bytes = ProposalBytes(engine_.identity().member_id, request_bytes);
  return bytes > limits_.max_request_bytes ? error::RequestTooLarge() : absl::OkStatus();
}

absl::StatusOr<RangeResponse> Dispatcher::Range(const RangeRequest& request) {
  if (auto status = CheckRange(request, behavior()); !status.ok()) return status;
  return engine_.Range(request);
}

absl::StatusOr<PutResponse> Dispatcher::Put(const PutRequest& request, size_t request_bytes) {
  if (auto status = CheckPut(request); !status.ok()) return status;
  if (auto status = CheckSize(request_bytes); !status.ok()) return status;
  return engine_.Put(request);
}

absl::StatusOr<DeleteRangeResponse> Dispatcher::DeleteRange(const DeleteRangeRequest& request,
                                                            size_t request_bytes) {
  if (auto status = CheckDeleteRange(request); !status.ok()) return status;
  if (auto status = CheckSize(request_bytes); !status.ok()) return status;
  return engine_.DeleteRange(request);
}

absl::StatusOr<TxnResponse> Dispatcher::Txn(const TxnRequest& request, size_t request_bytes) {
  if (auto status = CheckTxn(request, behavior(), limits_.max_txn_ops); !status.ok()) {
    return status;
  }
  if (!IsReadOnly(request)) {
    if (auto status = CheckSize(request_bytes); !status.ok()) return status;
  }
  return engine_.Txn(request);
}

absl::Status Dispatcher::Refusal(std::string_view path) const {
  // As grpc-go splits it: the method is what follows the last slash.
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) {
    const std::string text = "malformed method name: \"" + std::string(path) + "\"";
    return behavior().malformed_path_is_unimplemented ? absl::UnimplementedError(text)
                                                      : absl::ResourceExhaustedError(text);
  }
  const std::string service(path.substr(1, slash - 1));
  const std::string method(path.substr(slash + 1));
  switch (FindMethod(service, method, behavior())) {
    case MethodState::kUnknownService:
      return absl::UnimplementedError("unknown service " + service);
    case MethodState::kUnknownMethod:
      return absl::UnimplementedError("unknown method " + method + " for service " + service);
    case MethodState::kInRelease:
      break;
  }
  const std::string short_name = service.substr(service.rfind('.') + 1);
  return absl::UnimplementedError("fake-etcd: " + short_name + "/" + method + " is not supported");
}

}  // namespace fakeetcd
