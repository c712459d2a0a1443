#include <algorithm>
#include <compare>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/engine/key_space.h"
#include "fakeserver/engine/request_checks.h"

namespace fakeetcd {
namespace {

bool Relates(CompareResult wanted, std::strong_ordering stored_to_operand) {
  switch (wanted) {
    case CompareResult::kEqual:
      return stored_to_operand == 0;
    case CompareResult::kGreater:
      return stored_to_operand > 0;
    case CompareResult::kLess:
      return stored_to_operand < 0;
    case CompareResult::kNotEqual:
      return stored_to_operand != 0;
  }
  return true;
}

// Compares `stored`, or a key that does not exist where it is null. REQUIRES: a target other
// than the value where there is no key.
std::strong_ordering CompareStored(const Compare& compare, const Version* stored) {
  const auto number = [&](int64_t value) { return value <=> compare.number; };
  switch (compare.target) {
    case CompareTarget::kVersion:
      return number(stored != nullptr ? stored->version() : 0);
    case CompareTarget::kCreate:
      return number(stored != nullptr ? stored->create_revision() : 0);
    case CompareTarget::kMod:
      return number(stored != nullptr ? stored->mod_revision() : 0);
    case CompareTarget::kLease:
      return number(stored != nullptr ? stored->lease() : 0);
    case CompareTarget::kValue:
      return stored->value() <=> compare.value;
  }
  return std::strong_ordering::equal;
}

}  // namespace

struct KeySpace::Path {
  bool succeeded = false;
  const std::vector<RequestOp>* ops = nullptr;
  std::vector<Path> nested;  // of the transactions among `ops`, in order
};

bool KeySpace::Holds(const Compare& compare) const {
  const auto holds = [&](const Version* stored) {
    return Relates(compare.result, CompareStored(compare, stored));
  };
  std::vector<VersionPtr> stored;
  const KeyRange range(compare.key, compare.range_end);
  if (range.single()) {
    if (VersionPtr version = store_.Get(compare.key)) stored.push_back(std::move(version));
  } else {
    stored = store_.Range(range, std::nullopt, 0).versions;
  }
  if (stored.empty()) return compare.target != CompareTarget::kValue && holds(nullptr);
  return std::all_of(stored.begin(), stored.end(),
                     [&](const VersionPtr& version) { return holds(version.get()); });
}

// Every compare of the whole tree looks at the state before the transaction.
KeySpace::Path KeySpace::Decide(const TxnRequest& request, OpTally& tally) const {
  Path path;
  path.succeeded =
      std::all_of(request.compare.begin(), request.compare.end(), [&](const Compare& compare) {
        tally.Range();
        return Holds(compare);
      });
  path.ops = path.succeeded ? &request.success : &request.failure;
  for (const RequestOp& op : *path.ops) {
    if (const auto* txn = std::get_if<TxnRequest>(&op.request))
      path.nested.push_back(Decide(*txn, tally));
  }
  return path;
}

absl::Status KeySpace::CheckPutInTxn(const PutRequest& request, OpTally& tally) const {
  const bool no_lease = request.lease != 0 && !leases_.Contains(request.lease);
  if (no_lease && behavior_.txn_put_checks_lease_first) return error::LeaseNotFound();
  const bool keeps = request.ignore_value || request.ignore_lease;
  if (keeps || (request.prev_kv && behavior_.txn_put_reads_prev_kv_first)) tally.Range();
  if (keeps && !store_.Get(request.key)) return error::KeyNotFound();
  return no_lease ? error::LeaseNotFound() : absl::OkStatus();
}

// Unlike a range on its own, a negative revision counts: on a store that was never compacted -1
// is the oldest allowed.
absl::Status KeySpace::CheckRangeInTxn(const RangeRequest& request) const {
  if (request.revision == 0) return absl::OkStatus();
  if (request.revision > store_.revision()) return error::FutureRevision();
  if (request.revision < store_.compacted()) return error::Compacted();
  return absl::OkStatus();
}

absl::Status KeySpace::CheckPath(const Path& path, Check what, OpTally& tally) const {
  auto nested = path.nested.begin();
  for (const RequestOp& op : *path.ops) {
    absl::Status status;
    if (const auto* put = std::get_if<PutRequest>(&op.request)) {
      if (what != Check::kRanges) status = CheckPutInTxn(*put, tally);
    } else if (const auto* range = std::get_if<RangeRequest>(&op.request)) {
      if (what != Check::kPuts) status = CheckRangeInTxn(*range);
    } else if (std::holds_alternative<TxnRequest>(op.request)) {
      status = CheckPath(*nested++, what, tally);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Whether a key that was there before the transaction still is after its operations so far.
bool KeySpace::IsLeft(std::string_view key, const std::vector<const RequestOp*>& done) {
  for (auto op = done.rbegin(); op != done.rend(); ++op) {
    const auto* put = std::get_if<PutRequest>(&(*op)->request);
    if (put != nullptr && put->key == key) return true;
    const auto* del = std::get_if<DeleteRangeRequest>(&(*op)->request);
    if (del != nullptr && KeyRange(del->key, del->range_end).Contains(key)) return false;
  }
  return true;
}

// A put that keeps a value or lease of a key that the transaction itself has deleted. etcd looks
// only at the state before it, and then its server ends itself (server/etcdserver/txn, the panic of
// txn); here nothing is done.
absl::Status KeySpace::CheckKept(const Path& path, std::vector<const RequestOp*>& done) const {
  auto nested = path.nested.begin();
  for (const RequestOp& op : *path.ops) {
    if (std::holds_alternative<TxnRequest>(op.request)) {
      if (auto status = CheckKept(*nested++, done); !status.ok()) return status;
      continue;
    }
    const auto* put = std::get_if<PutRequest>(&op.request);
    const bool keeps = put != nullptr && (put->ignore_value || put->ignore_lease);
    if (keeps && !IsLeft(put->key, done)) return error::KeyNotFound();
    done.push_back(&op);
  }
  return absl::OkStatus();
}

absl::Status KeySpace::Choose(const TxnRequest& request, Path* path, OpTally& tally) const {
  *path = Decide(request, tally);
  absl::Status status;
  if (behavior_.txn_checks_in_order) {
    status = CheckPath(*path, Check::kAll, tally);
  } else {
    status = CheckPath(*path, Check::kPuts, tally);
    if (status.ok()) status = CheckPath(*path, Check::kRanges, tally);
  }
  std::vector<const RequestOp*> done;
  return status.ok() ? CheckKept(*path, done) : status;
}

absl::StatusOr<TxnResponse> KeySpace::Txn(const TxnRequest& request) {
  Path path;
  OpTally tally(counts_);
  if (auto status = Choose(request, &path, tally); !status.ok()) return status;
  if (!IsReadOnly(request)) tally.End();  // a writer looks before it begins
  TxnResponse response = Execute(path, tally);
  response.revision = RevisionSoFar();
  return response;
}

TxnResponse KeySpace::Execute(const Path& path, OpTally& tally) {
  TxnResponse response{.succeeded = path.succeeded};
  response.responses.reserve(path.ops->size());
  auto nested = path.nested.begin();
  for (const RequestOp& op : *path.ops) {
    ResponseOp& answer = response.responses.emplace_back();
    if (const auto* range = std::get_if<RangeRequest>(&op.request)) {
      tally.Range();
      RangeResponse found = ExecuteRange(*range);
      FinishRange(*range, found);
      answer.response = std::move(found);
    } else if (const auto* put = std::get_if<PutRequest>(&op.request)) {
      answer.response = ExecutePut(*put, tally);
    } else if (const auto* del = std::get_if<DeleteRangeRequest>(&op.request)) {
      answer.response = ExecuteDeleteRange(*del, tally);
    } else {
      answer.response = Execute(*nested++, tally);
    }
  }
  return response;
}

}  // namespace fakeetcd
