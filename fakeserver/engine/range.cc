#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/engine/key_space.h"
#include "fakeserver/engine/request_checks.h"

namespace fakeetcd {
namespace {

bool InKeyOrder(const RangeRequest& request) {
  return request.sort_target == SortTarget::kKey && request.sort_order != SortOrder::kDescend;
}

// How many keys are enough to answer; 0 is all of them. One more than the limit tells whether
// there are more.
int64_t KeysNeeded(const RangeRequest& request) {
  const bool limited = request.limit > 0 && request.limit < INT64_MAX;
  if (!limited || HasRevisionBounds(request)) return 0;
  const bool sorted_after = request.sort_order == SortOrder::kNone;
  return sorted_after || InKeyOrder(request) ? request.limit + 1 : 0;
}

bool WithinBounds(const RangeRequest& request, const Version& version) {
  const auto within = [](int64_t value, int64_t min, int64_t max) {
    return (min == 0 || value >= min) && (max == 0 || value <= max);
  };
  return within(version.mod_revision(), request.min_mod_revision, request.max_mod_revision) &&
         within(version.create_revision(), request.min_create_revision,
                request.max_create_revision);
}

std::strong_ordering CompareBy(SortTarget target, const Version& a, const Version& b) {
  switch (target) {
    case SortTarget::kVersion:
      return a.version() <=> b.version();
    case SortTarget::kCreate:
      return a.create_revision() <=> b.create_revision();
    case SortTarget::kMod:
      return a.mod_revision() <=> b.mod_revision();
    case SortTarget::kValue:
      return a.value() <=> b.value();
    default:
      return a.key() <=> b.key();
  }
}

void Sort(const RangeRequest& request, std::vector<VersionPtr>& kvs) {
  const SortTarget target = request.sort_target;
  switch (request.sort_order) {
    case SortOrder::kNone:
    case SortOrder::kAscend:
      if (InKeyOrder(request)) return;
      std::stable_sort(kvs.begin(), kvs.end(), [target](const VersionPtr& a, const VersionPtr& b) {
        return CompareBy(target, *a, *b) < 0;
      });
      return;
    case SortOrder::kDescend:
      std::stable_sort(kvs.begin(), kvs.end(), [target](const VersionPtr& a, const VersionPtr& b) {
        return CompareBy(target, *a, *b) > 0;
      });
      return;
  }
  // An order etcd does not define sorts nothing.
}

}  // namespace

absl::StatusOr<RangeResponse> KeySpace::Range(const RangeRequest& request) const {
  OpTally(counts_).Range();
  if (request.revision > store_.revision()) return error::FutureRevision();
  if (request.revision > 0 && request.revision < store_.compacted()) return error::Compacted();
  return ExecuteRange(request);
}

RangeResponse KeySpace::ExecuteRange(const RangeRequest& request) const {
  const KeyRange range(request.key, request.range_end);
  // Reading the present through the index is quicker, but in a transaction that has changed
  // something a read of the revision before it must not see the changes.
  const bool now =
      request.revision <= 0 || (request.revision == store_.revision() && !store_.dirty());
  const std::optional<int64_t> at = now ? std::nullopt : std::optional(request.revision);
  RangeResponse response{.revision = RevisionSoFar(), .keys_only = request.keys_only};
  // From 3.7 on keys are read from the index alone, which knows no lease, unless the order needs
  // the values.
  response.without_lease = request.keys_only && behavior_.keys_only_leaves_out_lease &&
                           request.sort_target != SortTarget::kValue;
  if (request.count_only) {
    response.count = store_.Count(range, at);
    return response;
  }
  Store::Found found = store_.Range(range, at, KeysNeeded(request));
  response.kvs = std::move(found.versions);
  response.count = found.count;
  return response;
}

void FinishRange(const RangeRequest& request, RangeResponse& response) {
  if (HasRevisionBounds(request)) {
    std::erase_if(response.kvs, [&](const VersionPtr& kv) { return !WithinBounds(request, *kv); });
  }
  Sort(request, response.kvs);
  const auto size = static_cast<int64_t>(response.kvs.size());
  if (request.limit > 0 && size > request.limit) {
    response.kvs.resize(static_cast<size_t>(request.limit));
    response.more = true;
  }
}

}  // namespace fakeetcd
