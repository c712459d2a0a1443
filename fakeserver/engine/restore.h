#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "fakeserver/base/emulation.h"
#include "fakeserver/bbolt/reader.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/maintenance/alarm_table.h"
#include "fakeserver/mvcc/version.h"

namespace fakeetcd {

/// What an etcd's database says, decoded and checked.
struct RestoredState {
  struct Lease {
    LeaseId id = 0;
    int64_t ttl_seconds = 0;
  };

  std::vector<VersionPtr> versions;  // in order of revision
  int64_t compacted = -1;
  std::vector<Lease> leases;
  std::vector<Alarm> alarms;
};

/// Reads the buckets of an etcd of any release from 3.4 on, as `etcdctl snapshot restore` and the
/// start of a server after it do: of members, and of what raft had reached, nothing is taken over.
/// Fails with DataLoss where a bucket holds what etcd does not write, and with FailedPrecondition
/// where the release emulated would refuse the data of a newer one.
absl::StatusOr<RestoredState> ParseBackend(const BboltBuckets& buckets, const Behavior& behavior);

}  // namespace fakeetcd
