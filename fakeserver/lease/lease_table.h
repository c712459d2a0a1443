#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/base/clock.h"

namespace fakeetcd {

using LeaseId = int64_t;

/// The leases, when each runs out, and the keys each holds; etcd's lessor.
///
/// Knows nothing of the key space: Revoke and TakeExpired hand back the keys to delete and the
/// engine deletes them, as one transaction per lease. Time is an argument. Not thread-safe: the
/// engine's lock guards it.
class LeaseTable {
 public:
  using Seconds = std::chrono::seconds;

  /// A lease as TimeToLive tells of it.
  struct Lease {
    Seconds granted{0};
    TimePoint expiry;
    absl::btree_set<std::string, std::less<>> keys;

    /// Whole seconds left at `now`, 0 once it has run out.
    Seconds Remaining(TimePoint now) const;
  };

  /// What is left to do for a lease that is gone.
  struct Ended {
    LeaseId id = 0;
    std::vector<std::string> keys;  // in key order, so that deletions are repeatable
  };

  /// No lease is shorter than `minimum_ttl`.
  explicit LeaseTable(Seconds minimum_ttl) : minimum_ttl_(minimum_ttl) {}

  /// Creates a lease and returns its TTL. Fails with LeaseTtlTooLarge or LeaseExists.
  /// REQUIRES: `id` is not 0.
  absl::StatusOr<Seconds> Grant(LeaseId id, int64_t ttl_seconds, TimePoint now);

  /// Gives the lease its whole TTL again and returns it; nullopt when there is no such lease.
  std::optional<Seconds> KeepAlive(LeaseId id, TimePoint now);

  /// Removes the lease. Fails with LeaseNotFound.
  absl::StatusOr<Ended> Revoke(LeaseId id);

  /// Removes the lease that ran out first, if one has at `now`.
  std::optional<Ended> TakeExpired(TimePoint now);

  /// When the next lease runs out.
  std::optional<TimePoint> NextExpiry() const;

  /// Gives every lease its whole TTL and `extra` again, as a new leader does (lessor.Promote).
  void RenewAll(TimePoint now, Duration extra);

  /// Ties `key` to the lease `id`, or lets it go. Id 0, and ids of no lease, are ignored.
  void Attach(LeaseId id, std::string_view key);
  void Detach(LeaseId id, std::string_view key);

  int64_t size() const { return static_cast<int64_t>(leases_.size()); }
  bool Contains(LeaseId id) const { return leases_.contains(id); }
  /// The lease, or null. Valid until the table changes.
  const Lease* Find(LeaseId id) const;
  /// All leases, the one that runs out first at the front.
  std::vector<LeaseId> Ids() const;

 private:
  Ended Remove(LeaseId id);
  void SetExpiry(LeaseId id, Lease& lease, TimePoint expiry);

  const Seconds minimum_ttl_;
  absl::flat_hash_map<LeaseId, Lease> leases_;
  absl::btree_set<std::pair<TimePoint, LeaseId>> by_expiry_;
};

}  // namespace fakeetcd
