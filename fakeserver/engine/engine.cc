#include "fakeserver/engine/engine.h"

#include <algorithm>
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/engine/engine_state.h"
#include "fakeserver/engine/quota.h"
#include "fakeserver/engine/request_checks.h"
#include "fakeserver/mvcc/hash.h"

namespace fakeetcd {
namespace {

constexpr uint64_t kFirstRaftTerm = 2;

// How much of the history a compaction has superseded is swept away at a time, and how long
// requests have the lock in between. A write sweeps a little too, more than it adds.
constexpr size_t kChangesPerSweep = 256;
constexpr size_t kChangesPerWrite = 2;
constexpr Duration kSweepPause = std::chrono::milliseconds(1);

constexpr int64_t kPage = 4096;
constexpr int64_t kEmptyBackendPages = 4;
constexpr int64_t kLeaseBytes = 48;

std::optional<TimePoint> Earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (!a) return b;
  return b && *b < *a ? b : a;
}

}  // namespace

void Engine::State::Commit() {
  if (store.Commit()) watches.Publish();
  store.Sweep(kChangesPerWrite);
}

void Engine::State::Sweep(size_t max, TimePoint now) {
  store.Sweep(max);
  next_sweep = store.unswept() ? std::optional(now + kSweepPause) : std::nullopt;
}

int64_t Engine::State::DbSizeInUse() const {
  return kPage * (kEmptyBackendPages + (store.bytes() + leases.size() * kLeaseBytes) / kPage);
}

// A write puts the last leaf of the tree to another place before the old one is free; with large
// values, of which a leaf holds up to four, that is much.
void Engine::State::GrowDb() {
  const int64_t moved = store.newest_bytes() > kPage ? 3 * store.newest_bytes() : 0;
  db_size = std::max(db_size, DbSizeInUse() + kPage * (1 + moved / kPage));
}

// Nothing expires while no write passes: a lease that has run out is revoked by one.
std::optional<TimePoint> Engine::State::NextDeadline() const {
  const auto expiry = alarms.corrupt() ? std::nullopt : leases.NextExpiry();
  return Earlier(Earlier(next_sweep, expiry),
                 Earlier(watches.NextDeadline(), cluster_version.next()));
}

void Engine::State::ExpireLeases(TimePoint now) {
  if (alarms.corrupt()) return;
  while (auto ended = leases.TakeExpired(now)) {
    ++raft_index;
    ++counts.leases_expired;
    ++counts.leases_revoked;
    keys.DeleteKeysOf(*ended);
    Commit();
  }
}

// etcd reads what was before each event, but a key's first (etcdserver/api/v3rpc/watch.go,
// sendLoop).
void Engine::State::Count(const WatchResponse& response) {
  if (response.events == nullptr) return;
  counts.events += static_cast<int64_t>(response.events->size());
  if (!response.prev_kv) return;
  for (const Change& change : *response.events) {
    const Version& now = *change.now;
    const bool is_first = !now.tombstone() && now.create_revision() == now.mod_revision();
    if (!is_first) OpTally(counts).Range();
  }
}

Engine::Locked::Locked(Engine& engine) : engine_(engine) {
  engine_.mu_.Lock();
  deadline_ = engine_.state_->NextDeadline();
}

Engine::Locked::~Locked() {
  const WatchHub::Sinks sinks = engine_.state_->watches.TakeSinksToWake();
  const auto deadline = engine_.state_->NextDeadline();
  engine_.state_->GrowDb();
  engine_.db_size_.store(engine_.state_->db_size, std::memory_order_relaxed);
  engine_.mu_.Unlock();
  for (const auto& sink : sinks) sink->Wake();
  const bool earlier = deadline && (!deadline_ || *deadline < *deadline_);
  if (earlier && engine_.deadline_listener_) engine_.deadline_listener_();
}

Engine::Engine(const Options& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      raft_term_(kFirstRaftTerm),
      state_(std::make_unique<State>(options_)) {
  const Locked lock(*this);  // tells how large the empty backend is
}

Engine::~Engine() = default;

absl::StatusOr<RangeResponse> Engine::Range(const RangeRequest& request, const Caller& caller) {
  absl::StatusOr<RangeResponse> response = [&]() -> absl::StatusOr<RangeResponse> {
    const MutexLock lock(mu_);  // a read concerns nobody else
    auto access = state_->AccessOf(caller).CheckRange(request);
    if (access.ok() && state_->auth.IsStale(caller)) access = error::AuthOldRevision();
    if (!access.ok()) return access;
    return state_->keys.Range(request);
  }();
  if (response.ok()) FinishRange(request, *response);
  return response;
}

absl::StatusOr<PutResponse> Engine::Put(const PutRequest& request, const Caller& caller) {
  const Locked lock(*this);
  ++state_->raft_index;
  if (auto status = state_->alarms.CheckAddition(); !status.ok()) return status;
  if (auto access = state_->AccessOf(caller).CheckPut(request); !access.ok()) return access;
  auto response = state_->keys.Put(request);
  state_->Commit();
  return response;
}

absl::StatusOr<DeleteRangeResponse> Engine::DeleteRange(const DeleteRangeRequest& request,
                                                        const Caller& caller) {
  const Locked lock(*this);
  ++state_->raft_index;
  if (auto status = state_->alarms.CheckWrite(); !status.ok()) return status;
  if (!state_->alarms.bypasses_permissions()) {
    auto access = state_->AccessOf(caller).CheckDeleteRange(request);
    if (!access.ok()) return access;
  }
  auto response = state_->keys.DeleteRange(request);
  state_->Commit();
  return response;
}

absl::StatusOr<TxnResponse> Engine::Txn(const TxnRequest& request, const Caller& caller) {
  const bool writes = !IsReadOnly(request);
  const bool adds = writes && CostOf(request, options_.behavior) > 0;
  const Locked lock(*this);
  const AlarmTable& alarms = state_->alarms;
  auto status = adds ? alarms.CheckAddition() : writes ? alarms.CheckWrite() : absl::OkStatus();
  if (!status.ok()) return status;
  const bool asks = !writes || !alarms.bypasses_permissions();
  auto access = asks ? state_->AccessOf(caller).CheckTxn(request) : absl::OkStatus();
  // One that only reads is checked again when it has been done, even where it asked for nothing.
  if (access.ok() && state_->auth.IsStale(caller) && !writes) {
    access = error::AuthOldRevision();
  }
  if (!access.ok()) return access;
  auto response = state_->keys.Txn(request);
  state_->raft_index += state_->store.dirty() ? 1 : 0;
  state_->Commit();
  return response;
}

absl::StatusOr<int64_t> Engine::Compact(int64_t revision, bool physical) {
  const Locked lock(*this);
  Store& store = state_->store;
  ++state_->raft_index;
  if (auto status = state_->alarms.CheckWrite(); !status.ok()) return status;
  if (revision <= store.compacted()) return error::Compacted();
  if (revision > store.revision()) return error::FutureRevision();
  store.Compact(revision);
  OpTally(state_->counts).Range();  // any key, for the header's revision (etcdserver/apply.go)
  state_->Sweep(physical ? SIZE_MAX : kChangesPerSweep, clock_.Now());
  return store.revision();
}

absl::StatusOr<Engine::Lease> Engine::LeaseGrant(LeaseId id, int64_t ttl_seconds) {
  const Locked lock(*this);
  ++state_->raft_index;
  while (id == 0) {
    // etcd's shape: sixteen bits of the member's id, then a counter (pkg/idutil).
    const uint64_t counter = ++state_->next_lease & 0xffff'ffff'ffff;
    const uint64_t next = ((options_.identity.member_id & 0xffff) << 48 | counter) & INT64_MAX;
    if (!state_->leases.Contains(static_cast<LeaseId>(next))) id = static_cast<LeaseId>(next);
  }
  if (auto status = state_->alarms.CheckAddition(); !status.ok()) return status;
  const auto ttl = state_->leases.Grant(id, ttl_seconds, clock_.Now());
  if (!ttl.ok()) return ttl.status();
  ++state_->counts.leases_granted;
  return Lease{state_->store.revision(), id, ttl->count(), ttl->count(), {}};
}

absl::StatusOr<int64_t> Engine::LeaseRevoke(LeaseId id, const Caller& caller) {
  const Locked lock(*this);
  ++state_->raft_index;
  if (auto status = state_->alarms.CheckWrite(); !status.ok()) return status;
  if (!state_->alarms.bypasses_permissions()) {
    auto access = state_->AccessOf(caller).CheckWriteOfKeysOf(id);
    if (!access.ok()) return access;
  }
  const auto ended = state_->leases.Revoke(id);
  if (!ended.ok()) return ended.status();
  ++state_->counts.leases_revoked;
  state_->keys.DeleteKeysOf(*ended);
  state_->Commit();
  return state_->store.revision();
}

Engine::Lease Engine::LeaseKeepAlive(LeaseId id) {
  const Locked lock(*this);
  const TimePoint now = clock_.Now();
  // The header is of before the renewal; a lease that has run out is not renewed but ended.
  Lease lease{.revision = state_->store.revision(), .id = id};
  state_->ExpireLeases(now);
  if (const auto ttl = state_->leases.KeepAlive(id, now)) {
    lease.ttl_seconds = ttl->count();
    ++state_->counts.leases_renewed;
  }
  return lease;
}

Engine::Lease Engine::LeaseTimeToLive(LeaseId id, bool keys) {
  const Locked lock(*this);
  Lease answer{.revision = state_->store.revision(), .id = id, .ttl_seconds = -1};
  const LeaseTable::Lease* lease = state_->leases.Find(id);
  if (lease == nullptr) return answer;
  answer.ttl_seconds = lease->Remaining(clock_.Now()).count();
  answer.granted_seconds = lease->granted.count();
  if (keys) answer.keys.assign(lease->keys.begin(), lease->keys.end());
  return answer;
}

Engine::LeaseList Engine::LeaseLeases() {
  const Locked lock(*this);
  return {state_->store.revision(), state_->leases.Ids()};
}

std::shared_ptr<WatchStream> Engine::WatchOpen(std::shared_ptr<WatchSink> sink) {
  const Locked lock(*this);
  return state_->watches.Open(std::move(sink), clock_.Now());
}

void Engine::WatchCreate(WatchStream& stream, WatchCreateRequest request,
                         const absl::StatusOr<Caller>& caller) {
  const Locked lock(*this);
  if (request.key.empty()) request.key.assign(1, '\0');  // all keys have it before or at them
  absl::Status access = caller.status();
  if (access.ok()) {
    // Older releases have by then forgotten that the watch is of all keys from there on.
    const bool from_key = KeyRange(request.key, request.range_end).from_key();
    const bool single = from_key && !options_.behavior.watch_from_key_is_checked_as_range;
    access = state_->auth.CheckRead(*caller, request.key, single ? "" : request.range_end);
  }
  state_->watches.Create(stream, std::move(request), clock_.Now(), access);
}

void Engine::WatchCancel(WatchStream& stream, WatchId id) {
  const Locked lock(*this);
  state_->watches.Cancel(stream, id);
}

void Engine::WatchProgress(WatchStream& stream) {
  const Locked lock(*this);
  state_->watches.Progress(stream);
}

size_t Engine::WatchUnreadAnswers(const WatchStream& stream) {
  const Locked lock(*this);
  return WatchHub::UnreadAnswers(stream);
}

std::optional<WatchResponse> Engine::WatchNext(WatchStream& stream) {
  while (true) {
    const Locked lock(*this);
    auto response = state_->watches.Next(stream);
    if (response) state_->Count(*response);
    if (response || !WatchHub::Behind(stream)) return response;
  }
}

void Engine::WatchClose(WatchStream& stream) {
  const Locked lock(*this);
  state_->watches.Close(stream);
}

int64_t Engine::revision() {
  const Locked lock(*this);
  return state_->store.revision();
}

void Engine::Restart() {
  const Locked lock(*this);
  raft_term_.fetch_add(1);
  state_->watches.CloseAll();
  state_->counts = {};
  state_->alarms.Restart();
  state_->leases.RenewAll(clock_.Now(), options_.election_timeout);
  state_->auth.ForgetTokens();
}

void Engine::Reset() {
  const Locked lock(*this);
  raft_term_.store(kFirstRaftTerm);
  state_->watches.CloseAll();
  state_ = std::make_unique<State>(options_);
  PublishAuthEnabled();
}

std::optional<TimePoint> Engine::NextDeadline() {
  const Locked lock(*this);
  return state_->NextDeadline();
}

void Engine::RunDue() {
  std::vector<Store::HashInput> to_hash;
  {
    const Locked lock(*this);
    const TimePoint now = clock_.Now();
    state_->ExpireLeases(now);
    state_->watches.RunDue(now);
    state_->cluster_version.RunDue(now);
    if (!state_->next_sweep || *state_->next_sweep > now) return;
    state_->Sweep(kChangesPerSweep, now);
    if (!state_->next_sweep) to_hash = state_->store.HashesWanted();
  }
  for (const Store::HashInput& input : to_hash) {
    const uint32_t hash = fakeetcd::HashKv(input, options_.behavior);
    const Locked lock(*this);
    state_->store.SetHash(input.revision, hash);
  }
}

}  // namespace fakeetcd
