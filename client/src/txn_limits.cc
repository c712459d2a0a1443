#include "client/src/txn_limits.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace etcdpp {
namespace {

// For field tags, lengths and the numbers of an operation or condition.
constexpr size_t kOverhead = 48;

size_t SizeOf(const KeyRange& range) { return kOverhead + range.key().size() + range.end().size(); }

size_t SizeOf(const Compare& compare) {
  const auto* text = std::get_if<std::string>(&compare.operand);
  return SizeOf(compare.range) + (text == nullptr ? 0 : text->size());
}

size_t SizeOf(const TxnRequest& request) {
  size_t bytes = kOverhead;
  for (const Compare& compare : request.compares) bytes += SizeOf(compare);
  for (const Op& op : request.success) bytes += etcdpp::SizeOf(op);
  for (const Op& op : request.failure) bytes += etcdpp::SizeOf(op);
  return bytes;
}

Status CheckOps(const TxnRequest& request, int64_t ops_max) {
  const auto ops = static_cast<int64_t>(
      std::max({request.compares.size(), request.success.size(), request.failure.size()}));
  if (ops > ops_max) {
    return {Code::kInvalidArgument, Reason::kTooManyOps,
            "the transaction has " + std::to_string(ops) + " operations side by side where " +
                std::to_string(std::max(int64_t{0}, ops_max)) + " are allowed"};
  }
  for (const auto* branch : {&request.success, &request.failure}) {
    for (const Op& op : *branch) {
      const auto* nested = std::get_if<TxnRequest>(&op.request);
      if (nested == nullptr) continue;
      if (Status check = CheckOps(*nested, ops_max - ops); !check.ok()) return check;
    }
  }
  return {};
}

/// What a list of operations writes, gathered in the order in which etcd's checkIntervals does.
class Writes {
 public:
  /// Returns the first key found that is written twice, or nothing.
  std::optional<std::string> Gather(const std::vector<Op>& ops) {
    for (const Op& op : ops) {
      const auto* deletion = std::get_if<DeleteRequest>(&op.request);
      if (deletion != nullptr) deletes_.push_back(&deletion->range);
    }
    for (const Op& op : ops) {
      const auto* nested = std::get_if<TxnRequest>(&op.request);
      if (nested == nullptr) continue;
      if (auto twice = GatherNested(*nested)) return twice;
    }
    for (const Op& op : ops) {
      const auto* put = std::get_if<PutRequest>(&op.request);
      if (put == nullptr) continue;
      if (puts_.contains(put->key) || Deletes(put->key)) return put->key;
      puts_.insert(put->key);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> GatherNested(const TxnRequest& request) {
    Writes success;
    Writes failure;
    if (auto twice = success.Gather(request.success)) return twice;
    if (auto twice = failure.Gather(request.failure)) return twice;
    for (const std::string& key : success.puts_) {
      if (puts_.contains(key) || Deletes(key)) return key;
    }
    for (const std::string& key : failure.puts_) {
      if (puts_.contains(key) || Deletes(key)) return key;
    }
    // Only now: of the two branches one happens, so both may put the same key.
    for (Writes* branch : {&success, &failure}) {
      puts_.merge(branch->puts_);
      deletes_.insert(deletes_.end(), branch->deletes_.begin(), branch->deletes_.end());
    }
    return std::nullopt;
  }

  bool Deletes(const std::string& key) const {
    return std::any_of(deletes_.begin(), deletes_.end(),
                       [&key](const KeyRange* range) { return range->Contains(key); });
  }

  std::set<std::string> puts_;
  std::vector<const KeyRange*> deletes_;
};

Status CheckDuplicates(const TxnRequest& request) {
  for (const auto* branch : {&request.success, &request.failure}) {
    if (const auto twice = Writes().Gather(*branch)) {
      return {Code::kInvalidArgument, Reason::kDuplicateKey,
              "the transaction writes the key \"" + *twice + "\" twice"};
    }
  }
  return {};
}

}  // namespace

size_t SizeOf(const Op& op) {
  if (const auto* range = std::get_if<RangeRequest>(&op.request)) return SizeOf(range->range);
  if (const auto* deletion = std::get_if<DeleteRequest>(&op.request)) {
    return SizeOf(deletion->range);
  }
  if (const auto* put = std::get_if<PutRequest>(&op.request)) {
    return kOverhead + put->key.size() + put->value.size();
  }
  return SizeOf(std::get<TxnRequest>(op.request));
}

bool Conflicts(const std::vector<Op>& others, const Op& op) {
  const auto* put = std::get_if<PutRequest>(&op.request);
  const auto* deletion = std::get_if<DeleteRequest>(&op.request);
  return std::any_of(others.begin(), others.end(), [&](const Op& other) {
    if (const auto* earlier = std::get_if<PutRequest>(&other.request)) {
      return put != nullptr ? put->key == earlier->key : deletion->range.Contains(earlier->key);
    }
    const auto& deleted = std::get<DeleteRequest>(other.request).range;
    return put != nullptr && deleted.Contains(put->key);
  });
}

Status CheckLimits(const TxnRequest& request, const TxnLimits& limits) {
  if (Status check = CheckOps(request, limits.ops_max); !check.ok()) return check;
  if (Status check = CheckDuplicates(request); !check.ok()) return check;
  const size_t bytes = SizeOf(request);
  if (bytes <= limits.bytes_max) return {};
  return {Code::kInvalidArgument, Reason::kRequestTooLarge,
          "the transaction has about " + std::to_string(bytes) + " bytes where " +
              std::to_string(limits.bytes_max) + " are allowed"};
}

}  // namespace etcdpp
