#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace fakeetcd {

/// std::mutex that clang's -Wthread-safety can follow, and that looks a few times whether it is
/// free before it sleeps: it is held for a microsecond or two, and to be woken takes several.
///
/// Not absl::Mutex: the distribution's abseil is not built with ThreadSanitizer, which then
/// reports every field that an absl::Mutex guards as a race.
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    if (!mu_.try_lock()) LockHeld();
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mu_.unlock(); }

 private:
  friend class MutexLock;

  void LockHeld();

  std::mutex mu_;
};

/// Holds a Mutex for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) {
    mu.Lock();
    lock_ = std::unique_lock<std::mutex>(mu.mu_, std::adopt_lock);
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  /// For waiting on a condition variable; the lock is held again when the wait returns.
  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace fakeetcd
