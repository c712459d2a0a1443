#include "fakeserver/maintenance/alarm_table.h"

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

bool HasEffect(AlarmType type) {
  return type == AlarmType::kNoSpace || type == AlarmType::kCorrupt;
}

}  // namespace

std::vector<Alarm> AlarmTable::Of(AlarmType type) const {
  std::vector<Alarm> alarms;
  for (const Alarm& alarm : alarms_) {
    if (type == AlarmType::kNone || alarm.type == type) alarms.push_back(alarm);
  }
  return alarms;
}

std::optional<Alarm> AlarmTable::Raise(const Alarm& alarm) {
  if (alarm.type == AlarmType::kNone && !behavior_.alarm_of_no_type_is_stored) return std::nullopt;
  const bool first = !Any(alarm.type);
  alarms_.insert(alarm);
  if (behavior_.alarms_add_up) {
    Restart();
  } else if (first && HasEffect(alarm.type)) {
    no_space_ = alarm.type == AlarmType::kNoSpace;
    corrupt_ = alarm.type == AlarmType::kCorrupt;
    bypasses_permissions_ = true;
  }
  return alarm;
}

std::optional<Alarm> AlarmTable::Clear(const Alarm& alarm) {
  if (alarms_.erase(alarm) == 0) return std::nullopt;
  if (behavior_.alarms_add_up) {
    Restart();
  } else if (HasEffect(alarm.type) && !Any(alarm.type)) {
    no_space_ = false;
    corrupt_ = false;
    bypasses_permissions_ = false;
  }
  return alarm;
}

void AlarmTable::Restore(const std::vector<Alarm>& alarms) {
  alarms_ = {alarms.begin(), alarms.end()};
  Restart();
}

void AlarmTable::Restart() {
  no_space_ = Any(AlarmType::kNoSpace);
  corrupt_ = Any(AlarmType::kCorrupt);
  bypasses_permissions_ = false;
}

absl::Status AlarmTable::CheckAddition() const {
  if (corrupt_) return error::CorruptCluster();
  return no_space_ ? error::NoSpace() : absl::OkStatus();
}

absl::Status AlarmTable::CheckWrite() const {
  return corrupt_ ? error::CorruptCluster() : absl::OkStatus();
}

}  // namespace fakeetcd
