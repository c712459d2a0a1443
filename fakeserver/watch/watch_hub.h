#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"

#include "fakeserver/base/clock.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/mvcc/store.h"
#include "fakeserver/watch/watch_index.h"
#include "fakeserver/watch/watch_response.h"
#include "fakeserver/watch/watcher.h"

namespace fakeetcd {

/// Is told that a stream has something to take. Called by whatever thread caused it.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual void Wake() = 0;
};

/// One client's stream of watches; only WatchHub looks inside.
class WatchStream;

/// Tells watchers of changes; etcd's watchableStore and watchStream.
///
/// A watcher is *in sync* when it has been given everything up to now: then each revision that
/// concerns it becomes one response, queued on its stream. A watcher that starts in the past, or
/// whose stream's queue is full, *lags*: it holds a position in the store's log and nothing
/// else, and is given responses of up to 1000 revisions as the stream takes them, until it has
/// reached the head. So a client that does not read costs a bounded queue, as long as nobody
/// asks more on its behalf, and misses nothing.
///
/// Nothing is pushed: streams whose sinks are to be woken are collected, and the engine wakes
/// them when its lock is gone. Not thread-safe: the engine's lock guards it.
class WatchHub {
 public:
  using Sinks = std::vector<std::shared_ptr<WatchSink>>;

  WatchHub(const Behavior& behavior, const Store& store, Duration progress_interval);
  ~WatchHub();

  std::shared_ptr<WatchStream> Open(std::shared_ptr<WatchSink> sink, TimePoint now);
  /// `access` says whether the watch is allowed; one that is not is refused in its words.
  void Create(WatchStream& stream, WatchCreateRequest request, TimePoint now,
              const absl::Status& access = absl::OkStatus());
  void Cancel(WatchStream& stream, WatchId id);
  void Progress(WatchStream& stream);
  /// Takes the stream's next response. nullopt with Behind() still true only means that a long
  /// log was read in part, to let go of the lock; otherwise the sink will be woken for the next.
  std::optional<WatchResponse> Next(WatchStream& stream);
  static bool Behind(const WatchStream& stream);
  /// How many of the responses to be taken answer what the client asked, and hold no events.
  static size_t UnreadAnswers(const WatchStream& stream);
  void Close(WatchStream& stream);
  void CloseAll();

  /// Tells the watchers in sync of the transaction that the store has just committed, which changed
  /// something.
  void Publish();

  /// What is open, and what waits to be taken.
  struct Load {
    int64_t streams = 0;
    int64_t watchers = 0;  // also those that a compaction has ended, until they are cancelled
    int64_t lagging = 0;   // of the watchers
    /// Events to be taken, and those that filters have kept back, which etcd counts and never takes
    /// off again (mvcc/watchable_store.go, notify).
    int64_t pending_events = 0;
  };
  Load load() const;

  /// When the next progress notifications are to be sent.
  std::optional<TimePoint> NextDeadline() const;
  void RunDue(TimePoint now);

  /// The sinks to be woken for what happened since the last call.
  Sinks TakeSinksToWake() { return std::exchange(to_wake_, {}); }

 private:
  using Events = std::shared_ptr<const std::vector<Change>>;

  std::optional<std::string> Refusal(const WatchStream& stream, const WatchCreateRequest& request,
                                     const absl::Status& access) const;
  void Start(Watcher& watcher);
  void ScheduleTicks(WatchStream& stream, TimePoint now);
  void Enqueue(WatchStream& stream, WatchResponse response);
  void PublishOne(const Change& change);
  /// The changes of one transaction.
  void PublishAll(std::vector<Change> changes);
  /// `kept_back` is how many more events its filters keep from it.
  void Deliver(Watcher& watcher, Events events, int64_t kept_back);
  WatchResponse EventsFor(const Watcher& watcher, Events events) const;
  void Lag(Watcher& watcher, int64_t next_revision);
  void Unlist(Watcher& watcher);
  std::optional<WatchResponse> CatchUp(Watcher& watcher);
  /// Whether the watcher has all there is up to now.
  bool HasProgress(const Watcher& watcher) const;
  void Tick(WatchStream& stream);

  const Behavior& behavior_;
  const Store& store_;
  const Duration progress_interval_;
  WatchIndex in_sync_;
  absl::flat_hash_map<WatchStream*, std::shared_ptr<WatchStream>> streams_;
  absl::btree_set<std::pair<TimePoint, WatchStream*>> ticks_;
  int64_t kept_back_ = 0;
  Sinks to_wake_;
};

}  // namespace fakeetcd
