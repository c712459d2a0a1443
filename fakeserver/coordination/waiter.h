#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/coordination/requester.h"
#include "fakeserver/coordination/single_watch.h"
#include "fakeserver/coordination/turns.h"

namespace fakeetcd {

/// A request that puts a key under a prefix, and is answered when no older key is left there.
///
/// It takes no thread to wait: a watch of the youngest of the older keys wakes it, on the thread
/// that deleted that key, and it looks for the next. Start, Cancel, Abandon and Wake may be called
/// by any thread, at any time and in any order.
class Waiter : public WatchSink, public std::enable_shared_from_this<Waiter> {
 public:
  void Start() { Wake(); }
  /// The caller has gone: gives up, and deletes the key.
  void Cancel() { Stop(Stopped::kCancelled); }
  /// There is nothing left to wait for, as the store is another: gives up without an answer.
  void Abandon() { Stop(Stopped::kAbandoned); }
  void Wake() final;

 protected:
  Waiter(Parties parties, std::string prefix);

  Requester& caller() { return *parties_.caller; }
  Requester& nobody() { return *parties_.nobody; }
  const Behavior& behavior() const { return parties_.engine->behavior(); }
  const std::string& prefix() const { return prefix_; }
  const std::string& prefix_end() const { return prefix_end_; }

  // Called by one thread at a time: Enter first, then one of the others, last.

  /// Puts the key and returns the revision that created it, or nothing where it need not wait.
  /// After a failure, Lose is called.
  virtual absl::StatusOr<std::optional<int64_t>> Enter() = 0;
  /// No older key was left at `revision`; nullopt when it did not wait.
  virtual void Win(std::optional<int64_t> revision) = 0;
  /// Waiting failed; with Cancelled where the caller has gone. `entered` is false when there is no
  /// key to clean up.
  virtual void Lose(const absl::Status& why, bool entered) = 0;

 private:
  enum class Stopped { kNot, kCancelled, kAbandoned };

  void Stop(Stopped how);
  void Step();
  /// False when the waiter is done.
  bool EnterOnce();
  /// Watches the next older key, or finds that there is none: then the waiter is done.
  void WatchNextOlder();
  bool SawDeletion();
  void End();

  const Parties parties_;
  const std::string prefix_;
  const std::string prefix_end_;
  std::atomic<Stopped> stopped_{Stopped::kNot};
  Turns turns_;
  // Of the thread whose turn it is.
  SingleWatch watch_;
  int64_t created_ = 0;  // when our key was; 0 before there is one
  bool over_ = false;
};

}  // namespace fakeetcd
