#include "fakeserver/engine/request_checks.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"

#include "fakeserver/base/errors.h"
#include "fakeserver/cluster/peer_urls.h"

namespace fakeetcd {
namespace {

// The union of half-open ranges of keys, kept as disjoint pieces.
class Intervals {
 public:
  void Add(std::string begin, std::string end) {
    if (end <= begin) return;  // inverted: holds nothing
    auto piece = pieces_.upper_bound(begin);
    if (piece != pieces_.begin() && std::prev(piece)->second >= begin) --piece;
    while (piece != pieces_.end() && piece->first <= end) {
      begin = std::min(begin, piece->first);
      end = std::max(end, piece->second);
      piece = pieces_.erase(piece);
    }
    pieces_.emplace(std::move(begin), std::move(end));
  }

  void Add(const Intervals& other) {
    for (const auto& [begin, end] : other.pieces_) Add(begin, end);
  }

  bool Contains(std::string_view key) const {
    const auto after = pieces_.upper_bound(key);
    return after != pieces_.begin() && key < std::prev(after)->second;
  }

 private:
  absl::btree_map<std::string, std::string, std::less<>> pieces_;  // begin to end
};

// The keys that a list of operations, nested ones included, puts and deletes.
struct Touched {
  absl::flat_hash_set<std::string_view> puts;
  Intervals deletes;
};

absl::Status FindOverlap(const std::vector<RequestOp>& ops, Touched& touched);

// Adds a nested transaction's puts, of either branch, to what the list touches. A key may be put
// in both branches, of which one runs.
absl::Status AddNested(const TxnRequest& nested, Touched& touched) {
  Touched then;
  Touched otherwise;
  if (auto status = FindOverlap(nested.success, then); !status.ok()) return status;
  if (auto status = FindOverlap(nested.failure, otherwise); !status.ok()) return status;
  for (const std::string_view key : then.puts) {
    if (touched.deletes.Contains(key) || !touched.puts.insert(key).second) {
      return error::DuplicateKey();
    }
  }
  for (const std::string_view key : otherwise.puts) {
    if (touched.deletes.Contains(key)) return error::DuplicateKey();
    if (!touched.puts.insert(key).second && !then.puts.contains(key)) return error::DuplicateKey();
  }
  touched.deletes.Add(then.deletes);
  touched.deletes.Add(otherwise.deletes);
  return absl::OkStatus();
}

// etcdserver/api/v3rpc/key.go, checkIntervals. The order matters: deletes of this level first,
// then nested transactions, then this level's puts. A range_end of "\0" is not expanded there.
absl::Status FindOverlap(const std::vector<RequestOp>& ops, Touched& touched) {
  for (const RequestOp& op : ops) {
    const auto* request = std::get_if<DeleteRangeRequest>(&op.request);
    if (request == nullptr) continue;
    std::string begin(request->key);
    std::string end = request->range_end.empty() ? begin + '\0' : std::string(request->range_end);
    touched.deletes.Add(std::move(begin), std::move(end));
  }
  for (const RequestOp& op : ops) {
    const auto* request = std::get_if<TxnRequest>(&op.request);
    if (request == nullptr) continue;
    if (auto status = AddNested(*request, touched); !status.ok()) return status;
  }
  for (const RequestOp& op : ops) {
    const auto* request = std::get_if<PutRequest>(&op.request);
    if (request == nullptr) continue;
    if (touched.deletes.Contains(request->key) || !touched.puts.insert(request->key).second) {
      return error::DuplicateKey();
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTxnShape(const TxnRequest& request, const Behavior& behavior, int64_t ops_left);

absl::Status CheckOps(const std::vector<RequestOp>& ops, const Behavior& behavior,
                      int64_t ops_left) {
  for (const RequestOp& op : ops) {
    absl::Status status = error::KeyNotFound();  // an operation without any
    if (const auto* range = std::get_if<RangeRequest>(&op.request)) {
      status = CheckRange(*range, behavior);
    } else if (const auto* put = std::get_if<PutRequest>(&op.request)) {
      status = CheckPut(*put);
    } else if (const auto* del = std::get_if<DeleteRangeRequest>(&op.request)) {
      status = CheckDeleteRange(*del);
    } else if (const auto* txn = std::get_if<TxnRequest>(&op.request)) {
      status = CheckTxnShape(*txn, behavior, ops_left);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckTxnShape(const TxnRequest& request, const Behavior& behavior, int64_t ops_left) {
  const auto ops = static_cast<int64_t>(
      std::max({request.compare.size(), request.success.size(), request.failure.size()}));
  if (ops > ops_left) return error::TooManyOps();
  for (const Compare& compare : request.compare) {
    if (compare.key.empty()) return error::EmptyKey();
  }
  auto status = CheckOps(request.success, behavior, ops_left - ops);
  if (status.ok()) status = CheckOps(request.failure, behavior, ops_left - ops);
  return status;
}

bool IsDefined(SortOrder order) {
  return order == SortOrder::kNone || order == SortOrder::kAscend || order == SortOrder::kDescend;
}

bool IsDefined(SortTarget target) {
  return target >= SortTarget::kKey && target <= SortTarget::kValue;
}

}  // namespace

absl::Status CheckRange(const RangeRequest& request, const Behavior& behavior) {
  if (request.key.empty()) return error::EmptyKey();
  if (behavior.undefined_sort_is_refused &&
      (!IsDefined(request.sort_order) || !IsDefined(request.sort_target))) {
    return error::InvalidSortOption();
  }
  return absl::OkStatus();
}

absl::Status CheckPut(const PutRequest& request) {
  if (request.key.empty()) return error::EmptyKey();
  if (request.ignore_value && !request.value.empty()) return error::ValueProvided();
  if (request.ignore_lease && request.lease != 0) return error::LeaseProvided();
  return absl::OkStatus();
}

absl::Status CheckDeleteRange(const DeleteRangeRequest& request) {
  return request.key.empty() ? error::EmptyKey() : absl::OkStatus();
}

absl::Status CheckTxn(const TxnRequest& request, const Behavior& behavior, int64_t max_txn_ops) {
  if (auto status = CheckTxnShape(request, behavior, max_txn_ops); !status.ok()) return status;
  for (const auto* branch : {&request.success, &request.failure}) {
    Touched touched;
    if (auto status = FindOverlap(*branch, touched); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> CheckMemberUrls(const std::vector<std::string>& peer_urls,
                                                         const Behavior& behavior) {
  auto urls = ParsePeerUrls(peer_urls, behavior);
  if (!urls) return error::MemberUrlsInvalid();
  return *std::move(urls);
}

bool IsInKeyOrder(const RangeRequest& request) {
  return request.sort_order == SortOrder::kNone ||
         (request.sort_target == SortTarget::kKey && request.sort_order == SortOrder::kAscend);
}

bool HasRevisionBounds(const RangeRequest& request) {
  return request.min_mod_revision != 0 || request.max_mod_revision != 0 ||
         request.min_create_revision != 0 || request.max_create_revision != 0;
}

bool IsReadOnly(const TxnRequest& request) {
  const auto reads = [](const RequestOp& op) {
    return std::holds_alternative<RangeRequest>(op.request);
  };
  return std::all_of(request.success.begin(), request.success.end(), reads) &&
         std::all_of(request.failure.begin(), request.failure.end(), reads);
}

}  // namespace fakeetcd
