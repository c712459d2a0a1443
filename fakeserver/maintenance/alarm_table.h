#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// What can be wrong with a member. Other numbers can come over the wire and mean nothing.
enum class AlarmType : int { kNone = 0, kNoSpace = 1, kCorrupt = 2 };

/// One member's alarm. Nobody checks that there is such a member.
struct Alarm {
  AlarmType type = AlarmType::kNone;
  uint64_t member_id = 0;

  friend auto operator<=>(const Alarm&, const Alarm&) = default;
};

/// The alarms that are on, and what they keep from being done; etcd's v3alarm.AlarmStore, with the
/// appliers that etcdserver/apply.go puts before the store while an alarm is on.
///
/// From 3.6 on the two types add up. Before, the type that was raised last is all that counts, and
/// when the last alarm of either type goes nothing is kept from being done any more, whatever is
/// still on. Not thread-safe: the engine's lock guards it.
class AlarmTable {
 public:
  explicit AlarmTable(const Behavior& behavior) : behavior_(behavior) {}

  /// Those of a type, or all for kNone; by type, and then by member.
  std::vector<Alarm> Of(AlarmType type) const;
  /// Turns an alarm on, if it is off. Returns what the answer tells: the alarm, or nothing for one
  /// of no type.
  std::optional<Alarm> Raise(const Alarm& alarm);
  /// Turns an alarm off. Returns it, or nothing if it was not on.
  std::optional<Alarm> Clear(const Alarm& alarm);

  /// As a member that is started on a backend that holds `alarms`.
  void Restore(const std::vector<Alarm>& alarms);
  /// As a member that is started again.
  void Restart();

  bool no_space() const { return no_space_; }
  bool corrupt() const { return corrupt_; }
  /// True while nobody's permission is looked at: in the releases where an alarm takes the place of
  /// that check too.
  bool bypasses_permissions() const { return bypasses_permissions_; }

  /// What a write meets that adds to the backend: CorruptCluster or NoSpace.
  absl::Status CheckAddition() const;
  /// What any other write meets: CorruptCluster.
  absl::Status CheckWrite() const;

 private:
  bool Any(AlarmType type) const { return !Of(type).empty(); }

  const Behavior& behavior_;
  std::set<Alarm> alarms_;
  bool no_space_ = false;
  bool corrupt_ = false;
  bool bypasses_permissions_ = false;
};

}  // namespace fakeetcd
