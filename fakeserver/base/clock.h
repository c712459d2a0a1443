#pragma once

#include <atomic>
#include <chrono>

namespace fakeetcd {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// The only source of time in the fake: leases, progress notifications and auto-compaction ask
/// it, and nothing waits for it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
  /// The time of day, counted from 1970: what etcd mixes into ids and writes down.
  virtual std::chrono::seconds SinceEpoch() const = 0;
};

/// Time as it passes.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::seconds SinceEpoch() const override {
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
  }
};

/// Time that moves only when told to, from a fixed beginning, so that runs repeat exactly.
class ManualClock final : public Clock {
 public:
  TimePoint Now() const override { return TimePoint(Duration(nanoseconds_.load())); }
  std::chrono::seconds SinceEpoch() const override {
    return std::chrono::duration_cast<std::chrono::seconds>(Now().time_since_epoch());
  }

  /// Moves to `to`. Never moves back: an earlier time is ignored.
  void MoveTo(TimePoint to) {
    const auto wanted = to.time_since_epoch().count();
    if (wanted > nanoseconds_.load()) nanoseconds_.store(wanted);
  }

 private:
  // Not zero: a moment "an hour ago" must be expressible.
  std::atomic<Duration::rep> nanoseconds_{std::chrono::nanoseconds(std::chrono::hours(24)).count()};
};

}  // namespace fakeetcd
