#include "etcdpp/txn.h"

#include <algorithm>

#include "etcdpp/connection.h"

namespace etcdpp {

bool IsReadOnly(const TxnRequest& request) {
  const auto reads = [](const Op& op) {
    const auto* nested = std::get_if<TxnRequest>(&op.request);
    return nested != nullptr ? IsReadOnly(*nested)
                             : std::holds_alternative<RangeRequest>(op.request);
  };
  return std::all_of(request.success.begin(), request.success.end(), reads) &&
         std::all_of(request.failure.begin(), request.failure.end(), reads);
}

Result<TxnResponse> TxnBuilder::Commit(const CallOptions& call) {
  if (limits_) {
    if (Status check = CheckLimits(request_, *limits_); !check.ok()) return check;
  }
  return connection_->Txn({request_, call});
}

}  // namespace etcdpp
