#include "fakeserver/lease/lease_table.h"

#include <algorithm>
#include <cassert>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

// lease/lessor.go, MaxLeaseTTL.
constexpr int64_t kTtlSecondsMax = 9'000'000'000;

}  // namespace

LeaseTable::Seconds LeaseTable::Lease::Remaining(TimePoint now) const {
  if (expiry <= now) return Seconds(0);
  return std::chrono::floor<Seconds>(expiry - now);
}

absl::StatusOr<LeaseTable::Seconds> LeaseTable::Grant(LeaseId id, int64_t ttl_seconds,
                                                      TimePoint now) {
  assert(id != 0);
  if (ttl_seconds > kTtlSecondsMax) return error::LeaseTtlTooLarge();
  if (leases_.contains(id)) return error::LeaseExists();
  Lease& lease = leases_[id];
  lease.granted = std::max(Seconds(ttl_seconds), minimum_ttl_);
  lease.expiry = now + lease.granted;
  by_expiry_.emplace(lease.expiry, id);
  return lease.granted;
}

std::optional<LeaseTable::Seconds> LeaseTable::KeepAlive(LeaseId id, TimePoint now) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return std::nullopt;
  SetExpiry(id, found->second, now + found->second.granted);
  return found->second.granted;
}

absl::StatusOr<LeaseTable::Ended> LeaseTable::Revoke(LeaseId id) {
  if (!leases_.contains(id)) return error::LeaseNotFound();
  return Remove(id);
}

std::optional<LeaseTable::Ended> LeaseTable::TakeExpired(TimePoint now) {
  if (by_expiry_.empty() || by_expiry_.begin()->first > now) return std::nullopt;
  return Remove(by_expiry_.begin()->second);
}

std::optional<TimePoint> LeaseTable::NextExpiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

void LeaseTable::RenewAll(TimePoint now, Duration extra) {
  for (auto& [id, lease] : leases_) SetExpiry(id, lease, now + lease.granted + extra);
}

void LeaseTable::Attach(LeaseId id, std::string_view key) {
  const auto found = leases_.find(id);
  if (found != leases_.end()) found->second.keys.insert(std::string(key));
}

void LeaseTable::Detach(LeaseId id, std::string_view key) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return;
  const auto held = found->second.keys.find(key);
  if (held != found->second.keys.end()) found->second.keys.erase(held);
}

const LeaseTable::Lease* LeaseTable::Find(LeaseId id) const {
  const auto found = leases_.find(id);
  return found == leases_.end() ? nullptr : &found->second;
}

std::vector<LeaseId> LeaseTable::Ids() const {
  std::vector<LeaseId> ids;
  ids.reserve(by_expiry_.size());
  for (const auto& entry : by_expiry_) ids.push_back(entry.second);
  return ids;
}

LeaseTable::Ended LeaseTable::Remove(LeaseId id) {
  const auto found = leases_.find(id);
  Lease& lease = found->second;
  Ended ended{id, std::vector<std::string>(lease.keys.begin(), lease.keys.end())};
  by_expiry_.erase({lease.expiry, id});
  leases_.erase(found);
  return ended;
}

void LeaseTable::SetExpiry(LeaseId id, Lease& lease, TimePoint expiry) {
  by_expiry_.erase({lease.expiry, id});
  lease.expiry = expiry;
  by_expiry_.emplace(expiry, id);
}

}  // namespace fakeetcd
