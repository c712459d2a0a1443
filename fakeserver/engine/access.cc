#include "fakeserver/engine/access.h"

#include <string>
#include <variant>
#include <vector>

namespace fakeetcd {

absl::Status Access::CheckRange(const RangeRequest& request) const {
  return auth_.CheckRead(caller_, request.key, request.range_end);
}

absl::Status Access::CheckPut(const PutRequest& request) const {
  if (auto status = auth_.CheckWrite(caller_, request.key, {}); !status.ok()) return status;
  // Who may not write a key of the lease could not revoke it, but by this would tie a key to it.
  if (auto status = CheckWriteOfKeysOf(request.lease); !status.ok()) return status;
  return request.prev_kv ? auth_.CheckRead(caller_, request.key, {}) : absl::OkStatus();
}

absl::Status Access::CheckDeleteRange(const DeleteRangeRequest& request) const {
  auto status = auth_.CheckWrite(caller_, request.key, request.range_end);
  if (status.ok() && request.prev_kv) {
    status = auth_.CheckRead(caller_, request.key, request.range_end);
  }
  return status;
}

absl::Status Access::CheckTxn(const TxnRequest& request) const {
  if (!auth_.enabled()) return absl::OkStatus();
  for (const Compare& compare : request.compare) {
    auto status = auth_.CheckRead(caller_, compare.key, compare.range_end);
    if (!status.ok()) return status;
  }
  if (auto status = CheckOps(request.success); !status.ok()) return status;
  return CheckOps(request.failure);
}

absl::Status Access::CheckOps(const std::vector<RequestOp>& ops) const {
  for (const RequestOp& op : ops) {
    absl::Status status;
    if (const auto* range = std::get_if<RangeRequest>(&op.request)) {
      status = CheckRange(*range);
    } else if (const auto* put = std::get_if<PutRequest>(&op.request)) {
      status = CheckPutInTxn(*put);
    } else if (const auto* del = std::get_if<DeleteRangeRequest>(&op.request)) {
      status = CheckDeleteRange(*del);
    } else if (const auto* txn = std::get_if<TxnRequest>(&op.request)) {
      if (behavior_.nested_txn_is_checked) status = CheckTxn(*txn);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Access::CheckPutInTxn(const PutRequest& request) const {
  if (behavior_.txn_put_checks_keys_of_lease) return CheckPut(request);
  return auth_.CheckWrite(caller_, request.key, {});
}

bool Access::IsSpared() const {
  if (!auth_.enabled()) return true;
  return behavior_.admin_is_spared_lease_checks && auth_.CheckAdmin(caller_).ok();
}

absl::Status Access::CheckReadOfKeysOf(LeaseId id) const {
  const LeaseTable::Lease* lease = leases_.Find(id);
  if (lease == nullptr || IsSpared()) return absl::OkStatus();
  for (const std::string& key : lease->keys) {
    if (auto status = auth_.CheckRead(caller_, key, {}); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Access::CheckWriteOfKeysOf(LeaseId id) const {
  const LeaseTable::Lease* lease = leases_.Find(id);
  if (lease == nullptr || IsSpared()) return absl::OkStatus();
  for (const std::string& key : lease->keys) {
    if (auto status = auth_.CheckWrite(caller_, key, {}); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace fakeetcd
