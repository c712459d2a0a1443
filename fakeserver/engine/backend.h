#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fakeserver/base/emulation.h"
#include "fakeserver/cluster/membership.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/mvcc/store.h"

namespace fakeetcd {

/// What etcd's backend would hold: buckets by name, each a list of keys and values in key order.
/// Left out is what etcd's own hash leaves out: the raft index and term and the storage version.
using Backend = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;

Backend MakeBackend(const Behavior& behavior, const Membership& membership, const Store& store,
                    const LeaseTable& leases);

/// etcd's Hash: over every bucket's name, keys and values (mvcc/backend/backend.go, Hash).
uint32_t HashOf(const Backend& backend);

}  // namespace fakeetcd
