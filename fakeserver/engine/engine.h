#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/auth/auth_store.h"
#include "fakeserver/auth/caller.h"
#include "fakeserver/base/clock.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/base/mutex.h"
#include "fakeserver/bbolt/reader.h"
#include "fakeserver/cluster/identity.h"
#include "fakeserver/cluster/membership.h"
#include "fakeserver/engine/backend.h"
#include "fakeserver/engine/counts.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/lease/lease_table.h"
#include "fakeserver/maintenance/alarm_table.h"
#include "fakeserver/mvcc/store.h"
#include "fakeserver/watch/watch_hub.h"

namespace fakeetcd {

/// The fake's state machine: every request is one call here, applied under one lock, so that
/// requests are totally ordered as they are behind etcd's log. Starts no thread and reads no
/// clock but the one it is given. Thread-safe.
///
/// Requests are checked for their shape (request_checks.h) before they come here.
class Engine {
 public:
  struct Options {
    Behavior behavior;
    MemberIdentity identity;
    Membership::Rules membership = {};
    std::chrono::seconds minimum_lease_ttl{2};
    Duration election_timeout = std::chrono::seconds(1);
    Duration progress_interval = std::chrono::minutes(10);
    Duration auth_token_ttl = std::chrono::minutes(5);
    uint64_t seed = 1;  // of the lease ids, tokens and salts made up here
    int64_t quota_backend_bytes = int64_t{2} << 30;  // negative: none
  };

  Engine(const Options& options, const Clock& clock);
  ~Engine();

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Fixed after construction, or changed by no request.
  const Behavior& behavior() const { return options_.behavior; }
  const MemberIdentity& identity() const { return options_.identity; }
  int64_t quota_backend_bytes() const { return options_.quota_backend_bytes; }

  // The key space. While auth is on, each request may also fail with UserEmpty, AuthOldRevision or
  // PermissionDenied, before anything else.
  // While an alarm is on, writes fail as AlarmTable says, even before that.

  /// Fails with FutureRevision or Compacted.
  absl::StatusOr<RangeResponse> Range(const RangeRequest& request, const Caller& caller = {})
      ABSL_LOCKS_EXCLUDED(mu_);
  /// Fails with LeaseNotFound, or with KeyNotFound where the key's value or lease is to be kept.
  absl::StatusOr<PutResponse> Put(const PutRequest& request, const Caller& caller = {})
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request,
                                                  const Caller& caller = {})
      ABSL_LOCKS_EXCLUDED(mu_);
  /// Fails as the operations of the branch taken would, and then has done nothing.
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request, const Caller& caller = {})
      ABSL_LOCKS_EXCLUDED(mu_);
  /// Returns the current revision. What is compacted cannot be read from then on; it is gone from
  /// memory too when this returns if `physical`, and bit by bit otherwise.
  /// Fails with Compacted or FutureRevision.
  absl::StatusOr<int64_t> Compact(int64_t revision, bool physical) ABSL_LOCKS_EXCLUDED(mu_);

  struct HashKvResponse {
    int64_t revision = 0;
    uint32_t hash = 0;
    int64_t compact_revision = 0;
    int64_t hash_revision = 0;
  };
  /// Fails with Compacted or FutureRevision.
  absl::StatusOr<HashKvResponse> HashKv(int64_t revision) ABSL_LOCKS_EXCLUDED(mu_);

  struct HashResponse {
    int64_t revision = 0;
    uint32_t hash = 0;
  };
  HashResponse Hash() ABSL_LOCKS_EXCLUDED(mu_);

  /// What etcd's backend would hold now. Collected bit by bit: writes go on meanwhile, and are not
  /// in it.
  Backend TakeBackend() ABSL_LOCKS_EXCLUDED(mu_);
  /// Starts from what an etcd's backend holds, as a server does on a restored data directory, in
  /// place of all data there are. Fails where etcd's would, and then has done nothing.
  absl::Status Load(const BboltBuckets& buckets) ABSL_LOCKS_EXCLUDED(mu_);

  // Leases.

  struct Lease {
    int64_t revision = 0;
    LeaseId id = 0;
    int64_t ttl_seconds = 0;
    int64_t granted_seconds = 0;
    std::vector<std::string> keys;
  };
  /// An `id` of 0 asks for a free one. Fails with LeaseTtlTooLarge or LeaseExists.
  absl::StatusOr<Lease> LeaseGrant(LeaseId id, int64_t ttl_seconds) ABSL_LOCKS_EXCLUDED(mu_);
  /// Returns the revision after. Fails with LeaseNotFound; while auth is on, as Put would of one of
  /// its keys.
  absl::StatusOr<int64_t> LeaseRevoke(LeaseId id, const Caller& caller = {})
      ABSL_LOCKS_EXCLUDED(mu_);
  /// The TTL is 0 when there is no such lease.
  Lease LeaseKeepAlive(LeaseId id) ABSL_LOCKS_EXCLUDED(mu_);
  /// The TTL is -1 when there is no such lease.
  Lease LeaseTimeToLive(LeaseId id, bool keys) ABSL_LOCKS_EXCLUDED(mu_);
  struct LeaseList {
    int64_t revision = 0;
    std::vector<LeaseId> ids;  // the one that runs out first at the front
  };
  LeaseList LeaseLeases() ABSL_LOCKS_EXCLUDED(mu_);

  // Watches. A stream is opened with a sink that is woken when there is something to take; from
  // then on, until WatchNext has returned nothing, it is not woken again, so one caller at a time
  // pumps a stream. No call waits.

  /// A stream holds its sink until it is closed. Sinks are woken outside the engine's lock, by
  /// whatever thread made the change, and must not block.
  std::shared_ptr<WatchStream> WatchOpen(std::shared_ptr<WatchSink> sink) ABSL_LOCKS_EXCLUDED(mu_);
  /// `caller` may be why nobody is known to call: the watch is then refused for it.
  void WatchCreate(WatchStream& stream, WatchCreateRequest request,
                   const absl::StatusOr<Caller>& caller = Caller()) ABSL_LOCKS_EXCLUDED(mu_);
  void WatchCancel(WatchStream& stream, WatchId id) ABSL_LOCKS_EXCLUDED(mu_);
  void WatchProgress(WatchStream& stream) ABSL_LOCKS_EXCLUDED(mu_);
  /// The stream's next response, or nullopt: then the sink will be woken for the one after.
  std::optional<WatchResponse> WatchNext(WatchStream& stream) ABSL_LOCKS_EXCLUDED(mu_);
  /// How many responses wait to be taken that answer what the client asked, and hold no events.
  size_t WatchUnreadAnswers(const WatchStream& stream) ABSL_LOCKS_EXCLUDED(mu_);
  /// Ends the stream's watches; the sink is not woken after this returns, but for a wake that is
  /// under way. Closing twice is allowed.
  void WatchClose(WatchStream& stream) ABSL_LOCKS_EXCLUDED(mu_);

  // The cluster. Reconfigurations fail as those of Membership do.

  using Members = std::vector<Member>;  // by id
  Members MemberList() ABSL_LOCKS_EXCLUDED(mu_);
  struct MemberAddResponse {
    Member member;
    Members members;
  };
  absl::StatusOr<MemberAddResponse> MemberAdd(const std::vector<std::string>& peer_urls,
                                              bool learner) ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<Members> MemberRemove(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<Members> MemberUpdate(uint64_t id, const std::vector<std::string>& peer_urls)
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<Members> MemberPromote(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);
  /// Hands leadership to a member. Fails with BadLeaderTransferee for who may not lead, and with
  /// LeaderTransferTimedOut for who has not started.
  absl::Status MoveLeader(uint64_t target_id) ABSL_LOCKS_EXCLUDED(mu_);

  // Authentication.

  /// Whether a caller has to be known. Takes no lock.
  bool auth_enabled() const { return auth_enabled_.load(std::memory_order_relaxed); }
  uint64_t auth_revision() ABSL_LOCKS_EXCLUDED(mu_);
  /// The clock's, counted from 1970.
  std::chrono::seconds time_of_day() const { return clock_.SinceEpoch(); }

  using AuthRequest = absl::FunctionRef<absl::Status(AuthStore& auth)>;
  /// A request to look at or to change users and roles, which says itself who may make it. Returns
  /// the revision of the key space; fails as the request does.
  absl::StatusOr<int64_t> Auth(const AuthRequest& request) ABSL_LOCKS_EXCLUDED(mu_);

  /// What a password has to match, which is slow and for the caller to find out, and the auth
  /// revision it is of.
  struct Login {
    std::string password_hash;
    uint64_t auth_revision = 0;
  };
  /// Fails with AuthNotEnabled, AuthFailed or NoPasswordUser.
  absl::StatusOr<Login> AuthFindLogin(std::string_view user) ABSL_LOCKS_EXCLUDED(mu_);

  enum class SessionToken { kNone, kSimple };
  struct Session {
    int64_t revision = 0;
    uint64_t auth_revision = 0;  // unlike the login's: something changed in between
    std::string token;           // a simple one, where that was asked for
  };
  /// Fails as AuthFindLogin does.
  absl::StatusOr<Session> AuthOpenSession(std::string_view user, SessionToken token)
      ABSL_LOCKS_EXCLUDED(mu_);
  /// Whose the simple token is, which from now on has its whole time to live again.
  std::optional<Caller> AuthUseToken(std::string_view token) ABSL_LOCKS_EXCLUDED(mu_);
  /// As many random bytes.
  std::string AuthSalt(size_t bytes) ABSL_LOCKS_EXCLUDED(mu_);

  // What else a caller may do. All of it while auth is off.

  /// Fails with UserEmpty, UserNotFound or PermissionDenied.
  absl::Status CheckAdmin(const Caller& caller) ABSL_LOCKS_EXCLUDED(mu_);
  /// Of the keys attached to a lease, and to all leases. Each fails as a Range or Put of one would.
  absl::Status CheckReadOfKeysOf(LeaseId id, const Caller& caller) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status CheckWriteOfKeysOf(LeaseId id, const Caller& caller) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status CheckReadOfKeysOfLeases(const Caller& caller) ABSL_LOCKS_EXCLUDED(mu_);

  // The member itself.

  struct Status {
    int64_t revision = 0;
    int64_t compact_revision = 0;
    uint64_t raft_term = 0;
    uint64_t raft_index = 0;
    int64_t db_size = 0;
    int64_t db_size_in_use = 0;
    std::vector<Alarm> alarms;
    EtcdVersion cluster_version;   // and the storage's
    std::string downgrade_target;  // empty while no downgrade is under way
  };
  Status GetStatus() ABSL_LOCKS_EXCLUDED(mu_);

  /// What clients have done since the start, and have open; for the metrics.
  struct Activity {
    Counts counts;
    int64_t keys = 0;
    WatchHub::Load watches;
    uint64_t auth_revision = 0;
  };
  Activity GetActivity() ABSL_LOCKS_EXCLUDED(mu_);

  /// Gives back what the backend's file has too much.
  void Defragment() ABSL_LOCKS_EXCLUDED(mu_);

  struct AlarmResponse {
    int64_t revision = 0;
    std::vector<Alarm> alarms;
  };
  /// Those of a type, or all for kNone.
  AlarmResponse Alarms(AlarmType type) ABSL_LOCKS_EXCLUDED(mu_);
  /// The alarm, or nothing when it is none to raise or was not on.
  AlarmResponse RaiseAlarm(const Alarm& alarm) ABSL_LOCKS_EXCLUDED(mu_);
  AlarmResponse ClearAlarm(const Alarm& alarm) ABSL_LOCKS_EXCLUDED(mu_);
  /// Asks whether the backend has room for `cost` bytes more. Fails with NoSpace, and raises this
  /// member's alarm.
  absl::Status CheckQuota(int64_t cost) ABSL_LOCKS_EXCLUDED(mu_);

  enum class DowngradeAction { kValidate, kEnable, kCancel };
  struct DowngradeResponse {
    int64_t revision = 0;
    std::string version;  // of the cluster
  };
  /// Fails as ClusterVersion does.
  absl::StatusOr<DowngradeResponse> Downgrade(DowngradeAction action, const std::string& target)
      ABSL_LOCKS_EXCLUDED(mu_);

  int64_t revision() ABSL_LOCKS_EXCLUDED(mu_);
  uint64_t raft_term() const { return raft_term_.load(std::memory_order_relaxed); }

  /// As a member that was stopped and started: the data stay, the raft term grows, every lease
  /// has its whole TTL again, and all watch streams are closed.
  void Restart() ABSL_LOCKS_EXCLUDED(mu_);
  /// As a member with an empty data directory. All watch streams are closed.
  void Reset() ABSL_LOCKS_EXCLUDED(mu_);

  // Time.

  /// When something falls due next without a request: a lease runs out, a progress notification
  /// is to be sent, more of a compacted history is to be swept away.
  std::optional<TimePoint> NextDeadline() ABSL_LOCKS_EXCLUDED(mu_);
  /// Does all that is due by the clock.
  void RunDue() ABSL_LOCKS_EXCLUDED(mu_);
  /// Calls `listener`, outside the lock, whenever NextDeadline may have become earlier. Set once,
  /// before the first request.
  void OnEarlierDeadline(std::function<void()> listener) {
    deadline_listener_ = std::move(listener);
  }

 private:
  class Locked;
  struct State;

  void PublishAuthEnabled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  const Clock& clock_;
  std::function<void()> deadline_listener_;
  std::atomic<uint64_t> raft_term_{2};
  std::atomic<bool> auth_enabled_{false};  // what state_ says, for all to see
  std::atomic<int64_t> db_size_{0};        // the state's, for those who do not hold the lock
  Mutex mu_;
  std::unique_ptr<State> state_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fakeetcd
