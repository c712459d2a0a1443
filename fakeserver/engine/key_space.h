#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/base/emulation.h"
#include "fakeserver/engine/counts.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/mvcc/store.h"

namespace fakeetcd {

/// What requests do to the store and to the leases together: a write attaches its key, a lease's
/// end deletes its keys. Writes leave their changes to be committed, so that a transaction is
/// several of them. Not thread-safe: the engine's lock guards it.
class KeySpace {
 public:
  /// Counts in `counts` what it does.
  KeySpace(const Behavior& behavior, Store& store, LeaseTable& leases, Counts& counts)
      : behavior_(behavior), store_(store), leases_(leases), counts_(counts) {}

  /// Collects what a range holds. Needs FinishRange, which needs no lock.
  /// Fails with FutureRevision or Compacted.
  absl::StatusOr<RangeResponse> Range(const RangeRequest& request) const;

  /// Fails with LeaseNotFound or KeyNotFound.
  absl::StatusOr<PutResponse> Put(const PutRequest& request);

  DeleteRangeResponse DeleteRange(const DeleteRangeRequest& request);

  /// Fails as an operation of the branch taken would, and then nothing has changed.
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request);

  /// Deletes the keys that an ended lease held.
  void DeleteKeysOf(const LeaseTable::Ended& lease);

 private:
  /// The branches that a transaction and those nested in it take.
  struct Path;

  Path Decide(const TxnRequest& request, OpTally& tally) const;
  bool Holds(const Compare& compare) const;

  enum class Check { kPuts, kRanges, kAll };
  /// Sets `path` to the one taken, unless something on it is to be refused.
  absl::Status Choose(const TxnRequest& request, Path* path, OpTally& tally) const;
  absl::Status CheckPath(const Path& path, Check what, OpTally& tally) const;
  absl::Status CheckPutInTxn(const PutRequest& request, OpTally& tally) const;
  absl::Status CheckRangeInTxn(const RangeRequest& request) const;
  absl::Status CheckKept(const Path& path, std::vector<const RequestOp*>& done) const;
  static bool IsLeft(std::string_view key, const std::vector<const RequestOp*>& done);

  TxnResponse Execute(const Path& path, OpTally& tally);
  RangeResponse ExecuteRange(const RangeRequest& request) const;
  PutResponse ExecutePut(const PutRequest& request, OpTally& tally);
  DeleteRangeResponse ExecuteDeleteRange(const DeleteRangeRequest& request, OpTally& tally);
  /// The revision that this moment's changes, if any, will have.
  int64_t RevisionSoFar() const { return store_.revision() + (store_.dirty() ? 1 : 0); }

  const Behavior& behavior_;
  Store& store_;
  LeaseTable& leases_;
  Counts& counts_;
};

/// Applies to `response` what a range's options ask beyond which keys and when: bounds on
/// revisions, order, limit. etcd's order of doing so is part of the contract: without an order
/// the limit has already cut the keys when they are sorted (etcdserver/apply.go, Range).
void FinishRange(const RangeRequest& request, RangeResponse& response);

}  // namespace fakeetcd
