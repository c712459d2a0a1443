#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/call.h"
#include "etcdpp/cluster.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

enum class AlarmType {
  kNone = 0,     // in a request: of any type
  kNoSpace = 1,  // the backend has reached its quota: only reads and deletes are served
  kCorrupt = 2,  // the members' data differ: nothing is served
};

struct Alarm {
  MemberId member_id = 0;
  AlarmType type = AlarmType::kNone;

  friend bool operator==(const Alarm&, const Alarm&) = default;
};

struct AlarmRequest {
  enum class Action { kGet = 0, kActivate = 1, kDeactivate = 2 };

  Action action = Action::kGet;
  MemberId member_id = 0;  // kGet: 0 means of all members
  AlarmType type = AlarmType::kNone;

  friend bool operator==(const AlarmRequest&, const AlarmRequest&) = default;
};

/// The alarms that are raised; after a change those it was about.
struct AlarmResponse {
  ResponseHeader header = {};
  std::vector<Alarm> alarms = {};

  friend bool operator==(const AlarmResponse&, const AlarmResponse&) = default;
};

/// How one member is. Sizes are bytes; what an older etcd does not tell is empty or 0.
struct MemberStatus {
  ResponseHeader header = {};
  std::string version = {};    // of the member's program: "3.6.14"
  int64_t db_size = 0;         // of the file
  int64_t db_size_in_use = 0;  // what a defragmentation would leave of it
  int64_t db_size_quota = 0;   // since 3.6
  MemberId leader = 0;         // 0: the member knows of none
  bool is_learner = false;
  uint64_t raft_index = 0;
  uint64_t raft_term = 0;
  uint64_t raft_applied_index = 0;
  std::vector<std::string> errors = {};  // alarms, corruption, no leader
  std::string storage_version = {};      // since 3.6
  bool downgrade_enabled = false;        // since 3.6
  std::string downgrade_target = {};     // since 3.6

  friend bool operator==(const MemberStatus&, const MemberStatus&) = default;
};

struct DefragmentResponse {
  ResponseHeader header = {};

  friend bool operator==(const DefragmentResponse&, const DefragmentResponse&) = default;
};

struct HashResponse {
  ResponseHeader header = {};
  uint32_t hash = 0;  // of the whole backend

  friend bool operator==(const HashResponse&, const HashResponse&) = default;
};

struct HashKvRequest {
  int64_t revision = 0;  // 0: now

  friend bool operator==(const HashKvRequest&, const HashKvRequest&) = default;
};

struct HashKvResponse {
  ResponseHeader header = {};
  uint32_t hash = 0;             // of the key space up to the revision
  int64_t compact_revision = 0;  // -1: never compacted
  int64_t hash_revision = 0;     // what was hashed; since 3.6

  friend bool operator==(const HashKvResponse&, const HashKvResponse&) = default;
};

struct MoveLeaderRequest {
  MemberId target = 0;

  friend bool operator==(const MoveLeaderRequest&, const MoveLeaderRequest&) = default;
};

struct MoveLeaderResponse {
  ResponseHeader header = {};

  friend bool operator==(const MoveLeaderResponse&, const MoveLeaderResponse&) = default;
};

struct DowngradeRequest {
  enum class Action { kValidate = 0, kEnable = 1, kCancel = 2 };

  Action action = Action::kValidate;
  std::string version = {};  // the target: "3.5"

  friend bool operator==(const DowngradeRequest&, const DowngradeRequest&) = default;
};

struct DowngradeResponse {
  ResponseHeader header = {};
  std::string version = {};  // of the cluster

  friend bool operator==(const DowngradeResponse&, const DowngradeResponse&) = default;
};

/// How much of a snapshot has come.
struct SnapshotProgress {
  uint64_t received_bytes = 0;
  uint64_t remaining_bytes = 0;
};

/// An exception that leaves either ends the program.
struct SnapshotRequest {
  /// Takes the snapshot piece by piece. A failure ends the call, with that status.
  std::function<Status(std::string_view piece)> sink = {};
  /// Told after each piece, where given.
  std::function<void(const SnapshotProgress& progress)> progress = {};
};

/// etcd sends no header with it.
struct SnapshotResponse {
  uint64_t size_bytes = 0;   // with the SHA-256 digest of the rest, which is the last 32
  std::string version = {};  // of the storage; since 3.6

  friend bool operator==(const SnapshotResponse&, const SnapshotResponse&) = default;
};

using AlarmParams = Params<AlarmRequest>;
using HashKvParams = Params<HashKvRequest>;
using MoveLeaderParams = Params<MoveLeaderRequest>;
using DowngradeParams = Params<DowngradeRequest>;
using SnapshotParams = Params<SnapshotRequest>;

/// The RPCs of etcd's service Maintenance, as a Connection has them; see there. Most are about the
/// one member that is asked: say which with CallOptions::endpoint.
class MaintenanceService {
 public:
  virtual ~MaintenanceService() = default;

  virtual Result<AlarmResponse> Alarm(AlarmParams params) = 0;
  virtual Result<MemberStatus> GetStatus(CallParams params) = 0;
  virtual Result<DefragmentResponse> Defragment(CallParams params) = 0;
  virtual Result<HashResponse> Hash(CallParams params) = 0;
  virtual Result<HashKvResponse> HashKv(HashKvParams params) = 0;
  virtual Result<MoveLeaderResponse> MoveLeader(MoveLeaderParams params) = 0;
  virtual Result<DowngradeResponse> Downgrade(DowngradeParams params) = 0;

  /// Fails with kDataLoss where the digest is not that of what came. Has no deadline unless
  /// `call.timeout` is given. The sink is called by the thread that calls.
  virtual Result<SnapshotResponse> Snapshot(SnapshotParams params) = 0;

  virtual void AsyncAlarm(AlarmParams params, Callback<AlarmResponse> done) = 0;
  virtual void AsyncGetStatus(CallParams params, Callback<MemberStatus> done) = 0;
  virtual void AsyncDefragment(CallParams params, Callback<DefragmentResponse> done) = 0;
  virtual void AsyncHash(CallParams params, Callback<HashResponse> done) = 0;
  virtual void AsyncHashKv(HashKvParams params, Callback<HashKvResponse> done) = 0;
  virtual void AsyncMoveLeader(MoveLeaderParams params, Callback<MoveLeaderResponse> done) = 0;
  virtual void AsyncDowngrade(DowngradeParams params, Callback<DowngradeResponse> done) = 0;

  /// The sink is called by threads of the connection, one piece after the other.
  virtual void AsyncSnapshot(SnapshotParams params, Callback<SnapshotResponse> done) = 0;
};

/// Running a cluster: Client::maintenance(). Thread-safe.
///
/// What concerns one member goes to any of the endpoints unless the call says which:
///
///   client.maintenance().GetStatus({.endpoint = "10.0.0.7:2379"});
class Maintenance {
 public:
  explicit Maintenance(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<AlarmResponse> ListAlarms(const CallOptions& call = {});
  Result<AlarmResponse> ActivateAlarm(const etcdpp::Alarm& alarm, const CallOptions& call = {});
  Result<AlarmResponse> DisarmAlarm(const etcdpp::Alarm& alarm, const CallOptions& call = {});

  Result<MemberStatus> GetStatus(const CallOptions& call = {});

  /// Gives the space of deleted data back to the disk. The member serves nothing meanwhile.
  Result<DefragmentResponse> Defragment(const CallOptions& call = {});
  Result<HashResponse> Hash(const CallOptions& call = {});
  /// Fails with Reason::kCompacted or kFutureRevision where there is no such revision.
  Result<HashKvResponse> HashKv(int64_t revision = 0, const CallOptions& call = {});

  /// Has another member lead. Must go to the leader: else fails with Reason::kNotLeader.
  Result<MoveLeaderResponse> MoveLeader(MemberId target, const CallOptions& call = {});

  // Since 3.5. A version is "3.5".
  Result<DowngradeResponse> ValidateDowngrade(std::string_view version,
                                              const CallOptions& call = {});
  Result<DowngradeResponse> EnableDowngrade(std::string_view version, const CallOptions& call = {});
  Result<DowngradeResponse> CancelDowngrade(const CallOptions& call = {});

  /// Hands a snapshot of one member to `request.sink`. Has no deadline unless `call.timeout` is
  /// given. Fails with kDataLoss where its digest is not that of what came.
  Result<SnapshotResponse> Snapshot(SnapshotRequest request, const CallOptions& call = {});

  /// Writes a snapshot of one member to a file as `etcdctl snapshot save` does: under the name with
  /// ".part" added, which gets its own name only when all has come, is verified and is on the disk.
  /// A failure leaves neither.
  Result<SnapshotResponse> SaveSnapshot(const std::string& path, const CallOptions& call = {},
                                        std::function<void(const SnapshotProgress&)> progress = {});

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
