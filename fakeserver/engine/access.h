#pragma once

#include "absl/status/status.h"

#include "fakeserver/auth/auth_store.h"
#include "fakeserver/auth/caller.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/lease/lease_table.h"

namespace fakeetcd {

/// What a request of the key space needs permission for, in etcd's order
/// (etcdserver/apply_auth.go). Not thread-safe: the engine's lock guards what it looks at.
class Access {
 public:
  /// Of a request that `caller` makes.
  Access(const Behavior& behavior, const AuthStore& auth, const LeaseTable& leases,
         const Caller& caller)
      : behavior_(behavior), auth_(auth), leases_(leases), caller_(caller) {}

  // Each fails with UserEmpty, AuthOldRevision or PermissionDenied.

  absl::Status CheckRange(const RangeRequest& request) const;
  absl::Status CheckPut(const PutRequest& request) const;
  absl::Status CheckDeleteRange(const DeleteRangeRequest& request) const;
  /// Of the compares and of both branches.
  absl::Status CheckTxn(const TxnRequest& request) const;

  /// Whether the keys attached to a lease may be read, or written; there is nothing against a lease
  /// that does not exist.
  absl::Status CheckReadOfKeysOf(LeaseId id) const;
  absl::Status CheckWriteOfKeysOf(LeaseId id) const;

 private:
  absl::Status CheckOps(const std::vector<RequestOp>& ops) const;
  absl::Status CheckPutInTxn(const PutRequest& request) const;
  bool IsSpared() const;

  const Behavior& behavior_;
  const AuthStore& auth_;
  const LeaseTable& leases_;
  const Caller& caller_;
};

}  // namespace fakeetcd
