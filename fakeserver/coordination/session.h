#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "fakeserver/coordination/requester.h"

namespace fakeetcd {

/// What locks and elections have in common: whoever takes part has a lease, and under the name's
/// prefix a key that is named after it; the oldest key wins (client/v3/concurrency).

/// `lease`, or a new one of etcd's default session TTL where that is 0.
absl::StatusOr<LeaseId> SessionLease(Requester& caller, LeaseId lease);

inline std::string SessionPrefix(std::string_view name) { return std::string(name) + "/"; }

/// The lease is in hexadecimal, a negative one with a sign.
std::string SessionKey(std::string_view prefix, LeaseId lease);

/// The oldest key of [`prefix`, `prefix_end`).
RangeRequest OldestOf(std::string_view prefix, std::string_view prefix_end);

/// Holds where `key` was created at `revision`; 0: where it does not exist.
Compare CreatedAt(std::string_view key, int64_t revision);

}  // namespace fakeetcd
