#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "absl/container/btree_map.h"

#include "fakeserver/base/clock.h"
#include "fakeserver/watch/watch_hub.h"
#include "fakeserver/watch/watcher.h"

namespace fakeetcd {

/// The state of one client's stream of watches, private to WatchHub.
class WatchStream {
 public:
  WatchStream(std::shared_ptr<WatchSink> to, TimePoint now) : sink(std::move(to)), opened(now) {}

  std::shared_ptr<WatchSink> sink;  // null once closed
  const TimePoint opened;
  bool idle = true;  // nobody is taking responses: the next one wakes the sink
  std::deque<WatchResponse> queue;
  size_t queued_events = 0;  // responses in `queue` that hold events
  absl::btree_map<WatchId, std::unique_ptr<Watcher>> watchers;
  std::deque<Watcher*> lagging;  // the next to catch up at the front
  WatchId next_id = 0;           // the ids below it were given out, or are in use
  std::optional<TimePoint> next_tick;
};

}  // namespace fakeetcd
