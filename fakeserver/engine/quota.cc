#include "fakeserver/engine/quota.h"

#include <algorithm>
#include <variant>

namespace fakeetcd {
namespace {

constexpr int64_t kPutOverhead = 256;

int64_t CostOf(const std::vector<RequestOp>& ops, const Behavior& behavior) {
  int64_t cost = 0;
  for (const RequestOp& op : ops) {
    if (const auto* put = std::get_if<PutRequest>(&op.request)) cost += CostOf(*put);
    const auto* txn = std::get_if<TxnRequest>(&op.request);
    if (txn != nullptr && behavior.quota_counts_nested_txns) cost += CostOf(*txn, behavior);
  }
  return cost;
}

}  // namespace

int64_t CostOf(const PutRequest& request) {
  return kPutOverhead + static_cast<int64_t>(request.key.size() + request.value.size());
}

int64_t CostOf(const TxnRequest& request, const Behavior& behavior) {
  return std::max(CostOf(request.success, behavior), CostOf(request.failure, behavior));
}

}  // namespace fakeetcd
