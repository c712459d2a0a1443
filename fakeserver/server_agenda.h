#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/clock.h"
#include "fakeserver/base/mutex.h"
#include "fakeserver/engine/engine.h"
#include "fakeserver/maintenance/auto_compaction.h"

namespace fakeetcd {

/// All that a server does because time passes, and when it is due. Thread-safe.
class Agenda {
 public:
  Agenda(Engine& engine, const Clock& clock, std::optional<AutoCompaction> compaction)
      : engine_(engine), clock_(clock), compaction_(std::move(compaction)) {}

  /// Has `gate` call what is due to be done, instead of doing it. To be called before the others.
  void SetGate(std::function<void(const std::function<void()>& due)> gate) {
    gate_ = std::move(gate);
  }

  std::optional<TimePoint> Next() ABSL_LOCKS_EXCLUDED(mu_);
  void RunDue() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void DoWhatIsDue() ABSL_LOCKS_EXCLUDED(mu_);
  std::optional<TimePoint> NextCompaction() const ABSL_LOCKS_EXCLUDED(mu_);

  Engine& engine_;
  const Clock& clock_;
  std::function<void(const std::function<void()>& due)> gate_;
  mutable Mutex mu_;
  std::optional<AutoCompaction> compaction_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fakeetcd
