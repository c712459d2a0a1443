// The engine's methods about the member's own state: size, alarms, versions.
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/engine/engine_state.h"

namespace fakeetcd {
namespace {

std::vector<Alarm> ListOf(const std::optional<Alarm>& alarm) {
  if (!alarm) return {};
  return {*alarm};
}

}  // namespace

Engine::Status Engine::GetStatus() {
  const Locked lock(*this);
  return {.revision = state_->store.revision(),
          .compact_revision = state_->store.compacted(),
          .raft_term = raft_term(),
          .raft_index = state_->raft_index,
          .db_size = state_->db_size,
          .db_size_in_use = state_->DbSizeInUse(),
          .alarms = state_->alarms.Of(AlarmType::kNone),
          .cluster_version = state_->cluster_version.version(),
          .downgrade_target = state_->cluster_version.target()};
}

Engine::Activity Engine::GetActivity() {
  constexpr std::string_view kAll("\0", 1);
  const Locked lock(*this);
  return {.counts = state_->counts,
          .keys = state_->store.Count(KeyRange(kAll, kAll), std::nullopt),
          .watches = state_->watches.load(),
          .auth_revision = state_->auth.revision()};
}

// What compactions have superseded is gone from etcd's backend by the time anybody asks for this.
void Engine::Defragment() {
  const Locked lock(*this);
  state_->SweepAll(clock_.Now());
  state_->store.ForgetNewestBytes();
  state_->db_size = 0;
}

Engine::AlarmResponse Engine::Alarms(AlarmType type) {
  const Locked lock(*this);
  ++state_->raft_index;
  return {state_->store.revision(), state_->alarms.Of(type)};
}

Engine::AlarmResponse Engine::RaiseAlarm(const Alarm& alarm) {
  const Locked lock(*this);
  ++state_->raft_index;
  return {state_->store.revision(), ListOf(state_->alarms.Raise(alarm))};
}

Engine::AlarmResponse Engine::ClearAlarm(const Alarm& alarm) {
  const Locked lock(*this);
  ++state_->raft_index;
  return {state_->store.revision(), ListOf(state_->alarms.Clear(alarm))};
}

absl::Status Engine::CheckQuota(int64_t cost) {
  const int64_t quota = options_.quota_backend_bytes;
  if (cost == 0 || quota < 0) return absl::OkStatus();
  if (db_size_.load(std::memory_order_relaxed) + cost < quota) return absl::OkStatus();
  RaiseAlarm({AlarmType::kNoSpace, options_.identity.member_id});
  return error::NoSpace();
}

absl::StatusOr<Engine::DowngradeResponse> Engine::Downgrade(DowngradeAction action,
                                                            const std::string& target) {
  const Locked lock(*this);
  ClusterVersion& cluster = state_->cluster_version;
  state_->raft_index += action == DowngradeAction::kValidate ? 0 : 1;
  absl::Status status;
  switch (action) {
    case DowngradeAction::kValidate:
      status = cluster.Validate(target);
      break;
    case DowngradeAction::kEnable:
      status = cluster.Enable(target, clock_.Now());
      break;
    case DowngradeAction::kCancel:
      status = cluster.Cancel(clock_.Now());
      break;
  }
  if (!status.ok()) return status;
  return DowngradeResponse{state_->store.revision(), cluster.Told()};
}

}  // namespace fakeetcd
