// The engine's methods about what etcd keeps on disk: hashes of it, snapshots, and starting from
// one.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/engine/engine_state.h"
#include "fakeserver/engine/restore.h"
#include "fakeserver/mvcc/hash.h"

namespace fakeetcd {
namespace {

// How many keys of a backend are collected before requests get their turn.
constexpr size_t kKeysPerPiece = 1024;

std::vector<AuthStore::Entry> AuthEntriesOf(const BboltBuckets& buckets) {
  std::vector<AuthStore::Entry> entries;
  for (const char* const name : {"auth", "authRoles", "authUsers"}) {
    const auto bucket = buckets.find(name);
    if (bucket == buckets.end()) continue;
    for (const auto& [key, value] : bucket->second) {
      entries.push_back({name, std::string(key), std::string(value)});
    }
  }
  return entries;
}

}  // namespace

absl::StatusOr<Engine::HashKvResponse> Engine::HashKv(int64_t revision) {
  HashKvResponse response;
  Store::HashInput input;
  {
    const Locked lock(*this);
    const Store& store = state_->store;
    const bool compacted = options_.behavior.hash_kv_at_compacted_revision
                               ? revision < store.compacted()
                               : revision <= store.compacted();
    if (revision > 0 && compacted && !store.RemembersCompactionAt(revision)) {
      return error::Compacted();
    }
    if (revision > store.revision()) return error::FutureRevision();
    state_->SweepAll(clock_.Now());
    input = store.InputOfHashKv(revision);
    response.revision = store.revision();
  }
  response.compact_revision = input.compacted;
  if (options_.behavior.hash_kv_tells_revision) response.hash_revision = input.revision;
  response.hash = fakeetcd::HashKv(input, options_.behavior);
  return response;
}

Engine::HashResponse Engine::Hash() {
  HashResponse response;
  {
    const Locked lock(*this);
    state_->SweepAll(clock_.Now());
    response.revision = state_->store.revision();
  }
  response.hash = HashOf(TakeBackend());
  return response;
}

Backend Engine::TakeBackend() {
  while (true) {
    Backend backend;
    Store::Collection collection;
    {
      const Locked lock(*this);
      backend = MakeBackend({.behavior = options_.behavior,
                             .membership = state_->membership,
                             .store = state_->store,
                             .leases = state_->leases,
                             .auth = state_->auth,
                             .cluster_version = state_->cluster_version,
                             .alarms = state_->alarms,
                             .raft_index = state_->raft_index,
                             .raft_term = raft_term()});
      collection = state_->store.BeginCollection();
    }
    const auto collect = [&] {
      const Locked lock(*this);
      return state_->store.Collect(kKeysPerPiece, collection);
    };
    while (!collection.done && collect()) std::this_thread::yield();
    if (!collection.done) continue;  // all data were forgotten meanwhile: again, of the new ones
    backend.versions = std::move(collection.entries);
    std::sort(backend.versions.begin(), backend.versions.end(),
              [](const auto& a, const auto& b) { return a.at < b.at; });
    return backend;
  }
}

absl::Status Engine::Load(const BboltBuckets& buckets) {
  const auto restored = ParseBackend(buckets, options_.behavior);
  if (!restored.ok()) return restored.status();
  const TimePoint now = clock_.Now();
  auto state = std::make_unique<State>(options_);
  state->store.Load(restored->versions, restored->compacted);
  for (const RestoredState::Lease& lease : restored->leases) {
    const auto granted = state->leases.Grant(lease.id, lease.ttl_seconds, now);
    if (!granted.ok()) return granted.status();
  }
  state->leases.RenewAll(now, options_.election_timeout);
  state->alarms.Restore(restored->alarms);
  const KeyRange everything(std::string_view(), std::string_view("\0", 1));
  for (const VersionPtr& version : state->store.Range(everything, std::nullopt, 0).versions) {
    state->leases.Attach(version->lease(), version->key());
  }
  if (auto status = state->auth.Load(AuthEntriesOf(buckets)); !status.ok()) return status;
  const Locked lock(*this);
  state_->watches.CloseAll();
  state_ = std::move(state);
  PublishAuthEnabled();
  return absl::OkStatus();
}

}  // namespace fakeetcd
