#pragma once

#include <condition_variable>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/clock.h"
#include "fakeserver/base/mutex.h"
#include "fakeserver/server_agenda.h"

namespace fakeetcd {

/// Does what is on the agenda as time passes, on a thread of its own. Thread-safe, except that
/// Start and Stop are called by one thread at a time.
class Ticker {
 public:
  Ticker(Agenda& agenda, const Clock& clock) : agenda_(agenda), clock_(clock) {}
  ~Ticker() { Stop(); }

  void Start() ABSL_LOCKS_EXCLUDED(mu_);
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  /// Something may be due earlier than it was.
  void Reconsider() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  /// Waits until `until`, or for ever; false when the ticker is stopped.
  bool WaitUntil(std::optional<TimePoint> until) ABSL_LOCKS_EXCLUDED(mu_);

  Agenda& agenda_;
  const Clock& clock_;
  std::thread thread_;
  Mutex mu_;
  std::condition_variable changed_;
  bool reconsider_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace fakeetcd
