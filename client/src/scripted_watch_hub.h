#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/src/manual_timer.h"
#include "client/src/scripted_streams.h"
#include "client/src/watch_hub.h"

namespace etcdpp {

inline constexpr std::chrono::milliseconds kBackoffMax{1000};

inline Status Unavailable() { return {Code::kUnavailable, "gone"}; }

inline WatchFrame CreatedFrame(int64_t id, int64_t revision) {
  WatchFrame frame;
  frame.header.revision = revision;
  frame.watch_id = id;
  frame.created = true;
  return frame;
}

inline WatchFrame RefusedFrame(std::string reason) {
  WatchFrame frame = CreatedFrame(-1, 1);
  frame.canceled = true;
  frame.cancel_reason = std::move(reason);
  return frame;
}

inline WatchFrame CanceledFrame(int64_t id, int64_t compact_revision, std::string reason) {
  WatchFrame frame;
  frame.watch_id = id;
  frame.canceled = true;
  frame.compact_revision = compact_revision;
  frame.cancel_reason = std::move(reason);
  return frame;
}

inline WatchFrame PutFrame(int64_t id, int64_t revision, size_t value_size = 1) {
  WatchFrame frame;
  frame.header.revision = revision;
  frame.watch_id = id;
  frame.events.push_back(
      {WatchEvent::Type::kPut,
       {.key = "k", .value = std::string(value_size, 'v'), .mod_revision = revision},
       {}});
  return frame;
}

/// A hub on scripted streams. Watches start at a revision unless said otherwise, so that Watch
/// returns without a confirmation.
class ScriptedWatchHub {
 protected:
  std::unique_ptr<WatchStream> Start(int64_t revision, const std::string& key = "k") {
    return hub_->Watch({key, {.start_revision = revision, .buffer_bytes = 4000}}, {},
                       Timer::Clock::now());
  }

  // Takes what was sent, of one kind.
  template <typename Command>
  std::vector<Command> TakeSent() {
    std::vector<Command> result;
    for (const WatchCommand& command : streams_.TakeSent()) {
      if (const auto* found = std::get_if<Command>(&command)) result.push_back(*found);
    }
    return result;
  }

  // Breaks the stream and lets the time for a new one come.
  void Reconnect() {
    streams_.Break(Unavailable());
    timer_.Advance(kBackoffMax);
  }

  static int64_t RevisionOf(const Result<WatchResponse>& response) {
    return response.ok() && !response->events.empty() ? response->events.back().kv.mod_revision : 0;
  }

  ManualTimer timer_;
  ScriptedStreams<WatchCommand, WatchFrame> streams_;
  std::shared_ptr<WatchHub> hub_ =
      std::make_shared<WatchHub>(streams_.Opener(), timer_, timer_,
                                 Backoff(std::chrono::milliseconds(10), kBackoffMax, 1), false);
};

}  // namespace etcdpp
