#include "fakeserver/maintenance/auto_compaction.h"

#include <algorithm>

namespace fakeetcd {
namespace {

constexpr Duration kLongestInterval = std::chrono::hours(1);
constexpr int kNotesPerInterval = 10;
constexpr Duration kRevisionStep = std::chrono::minutes(5);

}  // namespace

AutoCompaction AutoCompaction::Periodic(Duration period, TimePoint now, int64_t revision) {
  const Duration interval = std::min(period, kLongestInterval);
  AutoCompaction compaction(std::max(interval / kNotesPerInterval, Duration(1)), now);
  compaction.wait_ = period;
  compaction.interval_ = interval;
  compaction.success_ = now;
  compaction.notes_max_ = static_cast<size_t>(period / compaction.step_) + 1;
  compaction.notes_.push_back(revision);
  return compaction;
}

AutoCompaction AutoCompaction::OfRevisions(int64_t keep, TimePoint now) {
  AutoCompaction compaction(kRevisionStep, now);
  compaction.keep_ = keep;
  return compaction;
}

std::optional<int64_t> AutoCompaction::Due(TimePoint now, int64_t revision) {
  next_ += step_;
  std::optional<int64_t> target;
  if (keep_ > 0) {
    target = revision - keep_;
  } else {
    target = DuePeriodic(now);
    notes_.push_back(revision);
    if (notes_.size() > notes_max_) notes_.pop_front();
  }
  if (!target || *target <= 0 || *target == last_) return std::nullopt;
  last_ = *target;
  wait_ = interval_;
  success_ = now;
  return target;
}

std::optional<int64_t> AutoCompaction::DuePeriodic(TimePoint now) {
  if (now - success_ < wait_) return std::nullopt;
  return notes_.front();
}

}  // namespace fakeetcd
