#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fakeserver/auth/auth_store.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/cluster/cluster_version.h"
#include "fakeserver/cluster/membership.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/maintenance/alarm_table.h"
#include "fakeserver/mvcc/store.h"

namespace fakeetcd {

/// What etcd's backend, its database on disk, holds at one moment.
struct Backend {
  using Entries = std::vector<std::pair<std::string, std::string>>;

  /// The buckets by name with their entries in key order; of "key", which is the key space, only
  /// the name, for its entries are by far the most.
  std::map<std::string, Entries> buckets;
  /// They are these, in order of revision, and share the store's versions.
  std::vector<Store::Collection::Entry> versions;
};

/// What the state is made of that the backend holds.
struct BackendSource {
  const Behavior& behavior;
  const Membership& membership;
  const Store& store;
  const LeaseTable& leases;
  const AuthStore& auth;
  const ClusterVersion& cluster_version;
  const AlarmTable& alarms;
  uint64_t raft_index = 0;
  uint64_t raft_term = 0;
};

/// The backend but for the versions, which Store::Collect takes bit by bit.
Backend MakeBackend(const BackendSource& source);

/// etcd's Hash: over every bucket's name, keys and values but for what may differ between members
/// (mvcc/backend/backend.go, Hash; mvcc/kvstore.go, DefaultIgnores).
uint32_t HashOf(const Backend& backend);

}  // namespace fakeetcd
