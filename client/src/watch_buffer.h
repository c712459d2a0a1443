#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "etcdpp/status.h"
#include "etcdpp/watch.h"

namespace etcdpp {

/// One message of a watch stream, as the server sends it.
struct WatchFrame {
  ResponseHeader header;
  int64_t watch_id = 0;
  bool created = false;
  bool canceled = false;
  bool fragment = false;
  int64_t compact_revision = 0;
  std::string cancel_reason;
  std::vector<WatchEvent> events;
};

/// What one watch has received and not yet handed on, and where it resumes after its stream broke.
///
/// Hands on every event from the start revision on once and in order, whatever the streams it came
/// over: what a new stream repeats is dropped, and of a response that arrived in part nothing is
/// kept. Not thread-safe: WatchHub guards it.
class WatchBuffer {
 public:
  WatchBuffer(int64_t start_revision, size_t bytes_max);

  /// The start revision to ask the server for, now. 0: from the moment it answers.
  int64_t ResumeRevision() const;

  /// The server confirmed the watch, at store revision `revision`.
  void OnCreated(int64_t revision);

  /// The stream is gone, and what it had sent of an unfinished response with it.
  void OnStreamLost() { pieces_.clear(); }

  /// Takes a message with events, or a progress notification of this watch alone.
  void OnFrame(WatchFrame frame);

  /// Takes a progress notification that is for the whole stream. Nothing is concluded from it: a
  /// server before 3.4.25 sends it ahead of events.
  void OnStreamProgress(const ResponseHeader& header);

  /// Nothing more will come. What is here can still be taken, unless `drop`.
  void End(Status status, bool drop);

  bool ended() const { return end_.has_value(); }

  /// Whether Take has an answer.
  bool ready() const { return !queue_.empty() || ended(); }

  /// Returns the oldest response, or the end. REQUIRES: ready().
  Result<WatchResponse> Take();

  bool full() const { return bytes_ > bytes_max_; }
  bool drained() const { return bytes_ <= bytes_max_ / 2; }

 private:
  void Enqueue(WatchResponse response);

  size_t bytes_max_;
  // The first revision not received yet; 0 where none has been and the start was "now".
  int64_t next_revision_;
  int64_t created_revision_ = 0;
  std::vector<WatchEvent> pieces_;  // of a response that comes in several messages
  std::deque<WatchResponse> queue_;
  size_t bytes_ = 0;  // in queue_
  std::optional<Status> end_;
};

}  // namespace etcdpp
