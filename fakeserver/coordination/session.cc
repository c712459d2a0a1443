#include "fakeserver/coordination/session.h"

#include "absl/strings/str_cat.h"

namespace fakeetcd {
namespace {

constexpr int64_t kSessionTtlSeconds = 60;

}  // namespace

absl::StatusOr<LeaseId> SessionLease(Requester& caller, LeaseId lease) {
  if (lease != 0) return lease;
  return caller.LeaseGrant(kSessionTtlSeconds);
}

std::string SessionKey(std::string_view prefix, LeaseId lease) {
  const auto bits = static_cast<uint64_t>(lease);
  std::string key(prefix);
  if (lease < 0) key += '-';
  absl::StrAppend(&key, absl::Hex(lease < 0 ? 0 - bits : bits));
  return key;
}

RangeRequest OldestOf(std::string_view prefix, std::string_view prefix_end) {
  return {.key = prefix,
          .range_end = prefix_end,
          .limit = 1,
          .sort_order = SortOrder::kAscend,
          .sort_target = SortTarget::kCreate};
}

Compare CreatedAt(std::string_view key, int64_t revision) {
  return {.result = CompareResult::kEqual,
          .target = CompareTarget::kCreate,
          .key = key,
          .number = revision};
}

}  // namespace fakeetcd
