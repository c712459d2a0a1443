#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "fakeserver/base/clock.h"

namespace fakeetcd {

/// Decides what to compact as time passes, and when; etcd's --auto-compaction-mode
/// (server/etcdserver/api/v3compactor).
///
/// *Periodic* keeps the history of a period: it notes the revision ten times in each interval of
/// at most an hour, waits a whole period before the first compaction, and from then on compacts
/// once in each interval to what was noted a period ago. *Revision* keeps a number of revisions
/// and looks every five minutes. Not thread-safe.
class AutoCompaction {
 public:
  /// REQUIRES: `period` is longer than zero.
  static AutoCompaction Periodic(Duration period, TimePoint now, int64_t revision);
  static AutoCompaction OfRevisions(int64_t keep, TimePoint now);

  /// When to ask Due next.
  TimePoint next() const { return next_; }

  /// What to compact at `now`, where `revision` is the current one; nullopt when there is nothing
  /// to do. REQUIRES: next() has come.
  std::optional<int64_t> Due(TimePoint now, int64_t revision);

 private:
  AutoCompaction(Duration step, TimePoint now) : step_(step), next_(now + step) {}

  std::optional<int64_t> DuePeriodic(TimePoint now);

  Duration step_;
  TimePoint next_;
  int64_t last_ = 0;      // the revision compacted last
  int64_t keep_ = 0;      // revisions; periodic when zero
  Duration wait_{0};      // between compactions; the whole period before the first
  Duration interval_{0};  // between the later ones
  TimePoint success_;     // of the last, or the beginning
  size_t notes_max_ = 0;
  std::deque<int64_t> notes_;  // the revisions noted in the last period, oldest first
};

}  // namespace fakeetcd
