#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "absl/base/thread_annotations.h"

#include "fakeserver/auth/auth_store.h"
#include "fakeserver/cluster/cluster_version.h"
#include "fakeserver/cluster/membership.h"
#include "fakeserver/engine/access.h"
#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/key_space.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/maintenance/alarm_table.h"
#include "fakeserver/mvcc/store.h"
#include "fakeserver/watch/watch_hub.h"

namespace fakeetcd {

// Private to the engine, whose methods are in several files by what they are about.

/// All that a request can change.
struct Engine::State {
  explicit State(const Options& options)
      : behavior(options.behavior),
        store(options.behavior),
        leases(options.minimum_lease_ttl),
        keys(options.behavior, store, leases, counts),
        watches(options.behavior, store, options.progress_interval),
        auth(options.behavior, options.auth_token_ttl),
        random(options.seed),
        membership(options.behavior, options.identity, options.membership),
        cluster_version(options.behavior),
        alarms(options.behavior),
        raft_index(options.behavior.first_raft_index),
        next_lease(options.seed << 8) {}

  const Behavior& behavior;
  Counts counts;
  Store store;
  LeaseTable leases;
  KeySpace keys;
  WatchHub watches;
  AuthStore auth;
  std::mt19937_64 random;  // of tokens and of what passwords are salted with
  Membership membership;
  ClusterVersion cluster_version;
  AlarmTable alarms;
  uint64_t raft_index;
  int64_t db_size = 0;  // of the backend's file, which shrinks only when it is defragmented
  uint64_t next_lease;
  std::optional<TimePoint> next_sweep;

  Access AccessOf(const Caller& caller) const { return {behavior, auth, leases, caller}; }

  /// Ends a write: one revision, told to every watcher.
  void Commit();

  void Sweep(size_t max, TimePoint now);
  void SweepAll(TimePoint now) { Sweep(SIZE_MAX, now); }

  /// Bytes of the backend that are not free.
  int64_t DbSizeInUse() const;
  /// Lets the backend's file grow to what it has to hold.
  void GrowDb();

  std::optional<TimePoint> NextDeadline() const;
  void ExpireLeases(TimePoint now);
  void Count(const WatchResponse& response);
};

/// Holds the engine's lock for one request, and wakes afterwards whom the request concerns.
class ABSL_SCOPED_LOCKABLE Engine::Locked {
 public:
  explicit Locked(Engine& engine) ABSL_EXCLUSIVE_LOCK_FUNCTION(engine.mu_);
  ~Locked() ABSL_UNLOCK_FUNCTION();

  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  Engine& engine_;
  std::optional<TimePoint> deadline_;
};

}  // namespace fakeetcd
