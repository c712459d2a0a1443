#include "fakeserver/server_agenda.h"

#include <algorithm>

namespace fakeetcd {

std::optional<TimePoint> Agenda::NextCompaction() const {
  const MutexLock lock(mu_);
  if (!compaction_) return std::nullopt;
  return compaction_->next();
}

std::optional<TimePoint> Agenda::Next() {
  const auto compaction = NextCompaction();
  const auto engine = engine_.NextDeadline();
  if (!compaction || !engine) return compaction ? compaction : engine;
  return std::min(*compaction, *engine);
}

void Agenda::RunDue() {
  if (!gate_) return DoWhatIsDue();
  gate_([this] { DoWhatIsDue(); });
}

void Agenda::DoWhatIsDue() {
  engine_.RunDue();
  const int64_t revision = engine_.revision();
  std::optional<int64_t> target;
  {
    const MutexLock lock(mu_);
    if (!compaction_ || compaction_->next() > clock_.Now()) return;
    target = compaction_->Due(clock_.Now(), revision);
  }
  // A client may have compacted further; then there is nothing left to do.
  if (target) engine_.Compact(*target, false).IgnoreError();
}

}  // namespace fakeetcd
