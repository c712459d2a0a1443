#pragma once

#include <utility>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/mutex.h"

namespace fakeetcd {

/// Has one thread at a time take the steps of something, without a lock held in a step: so a step
/// may call what calls back. Thread-safe.
class Turns {
 public:
  /// Calls `step`. Where a step is under way, on another thread or further up on this one, that
  /// thread takes one more in its place.
  template <typename Step>
  void Take(const Step& step) ABSL_LOCKS_EXCLUDED(mu_) {
    {
      const MutexLock lock(mu_);
      wanted_ = true;
      if (std::exchange(running_, true)) return;
    }
    while (Next()) step();
  }

 private:
  bool Next() ABSL_LOCKS_EXCLUDED(mu_) {
    const MutexLock lock(mu_);
    if (std::exchange(wanted_, false)) return true;
    running_ = false;
    return false;
  }

  Mutex mu_;
  bool running_ ABSL_GUARDED_BY(mu_) = false;
  bool wanted_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace fakeetcd
