#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "etcdpp/future.h"
#include "etcdpp/options.h"
#include "etcdpp/result_range.h"
#include "etcdpp/status.h"
#include "etcdpp/types.h"

namespace etcdpp {

/// One change of one key.
struct WatchEvent {
  enum class Type { kPut = 0, kDelete = 1 };

  Type type = Type::kPut;
  KeyValue kv = {};                      // after a delete only the key and its mod_revision
  std::optional<KeyValue> prev_kv = {};  // where asked for, and there was one not yet compacted

  bool IsCreate() const { return type == Type::kPut && kv.create_revision == kv.mod_revision; }
  bool IsModify() const { return type == Type::kPut && !IsCreate(); }

  friend bool operator==(const WatchEvent&, const WatchEvent&) = default;
};

/// What Watch::Next returns: all the events of one or more whole revisions, in revision order. No
/// events at all is a progress notification: everything up to header.revision was delivered.
struct WatchResponse {
  ResponseHeader header = {};
  std::vector<WatchEvent> events = {};

  bool IsProgress() const { return events.empty(); }

  friend bool operator==(const WatchResponse&, const WatchResponse&) = default;
};

struct WatchOptions {
  /// The first revision to see. 0: what happens from now on, "now" being the moment the server
  /// confirmed the watch.
  int64_t start_revision = 0;
  bool prev_kv = false;
  /// Have the server tell its progress now and then while nothing happens.
  bool progress_notify = false;
  bool no_puts = false;
  bool no_deletes = false;
  /// Let the server split responses of megabytes; the pieces are put together before delivery.
  bool fragment = true;
  /// Where events wait for Next. Once more than this is waiting, nothing further is read from
  /// the stream, for this watch and for those that share the stream with it, until half is taken.
  size_t buffer_bytes = size_t{8} << 20;
  /// Do not share: a watch that is taken from slowly then delays no other.
  bool own_stream = false;

  friend bool operator==(const WatchOptions&, const WatchOptions&) = default;
};

struct WatchRequest {
  KeyRange range = {};
  WatchOptions options = {};

  friend bool operator==(const WatchRequest&, const WatchRequest&) = default;
};

/// What a Watch stands on; see there for what the functions promise. An interface, so that a
/// program's tests can put their own under a Watch.
class WatchStream {
 public:
  virtual ~WatchStream() = default;

  virtual Result<WatchResponse> Next() = 0;
  virtual Result<WatchResponse> NextFor(std::chrono::milliseconds timeout) = 0;

  /// NextFor without the waiting: returns at once and tells `done`, exactly once, on the
  /// connection's thread for callbacks, or in the destructor of the connection. A stream that is
  /// destroyed meanwhile tells kCancelled. REQUIRES: nobody else is in a Next of any kind.
  virtual void AsyncNext(std::chrono::milliseconds timeout,
                         std::function<void(Result<WatchResponse>)> done) = 0;
  virtual void RequestProgress() = 0;
  virtual void Cancel() = 0;
  virtual int64_t compact_revision() const = 0;
};

/// A running watch.
///
///   Watch watch = client.Watch(KeyRange::Prefix("jobs/"));
///   for (auto response = watch.Next(); response.ok(); response = watch.Next()) Handle(*response);
///
/// Survives lost connections and restarted servers for as long as it lives: it resumes after the
/// last revision it received, so that every event from the start on is delivered once and in order.
/// In a range-for, the last response is why it has ended:
///
///   for (const Result<WatchResponse>& response : watch) ...
///
/// It ends for good, after what was received is taken, when
///
///   what it needs next is compacted      Reason::kCompacted, and compact_revision()
///   the server refuses or cancels it     the server's words in the message
///   Cancel is called                     kCancelled
///   its client is gone                   kCancelled
///
/// Next and Cancel may be called from different threads; two threads must not call Next at once.
/// Destroying a Watch cancels it. Neither waits for the network.
class Watch {
 public:
  explicit Watch(std::unique_ptr<WatchStream> stream) : stream_(std::move(stream)) {}
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&&) noexcept = default;
  ~Watch() = default;

  /// Waits for the next response. Once the watch has ended, returns why, and then always.
  Result<WatchResponse> Next() { return stream_->Next(); }

  ResultIterator<WatchResponse> begin() {
    return ResultIterator<WatchResponse>(
        [stream = stream_] { return std::optional(stream->Next()); });
  }
  static std::default_sentinel_t end() { return std::default_sentinel; }

  /// Like Next, but gives up with kDeadlineExceeded after `timeout`; no event is lost by it.
  Result<WatchResponse> NextFor(std::chrono::milliseconds timeout) {
    return stream_->NextFor(timeout);
  }

  /// Next without waiting. A Future that is cancelled, or destroyed before it has an answer,
  /// cancels the watch, so that no event can be lost by it. REQUIRES: nobody is in a Next of any
  /// kind.
  Future<WatchResponse> AsyncNext(std::chrono::milliseconds timeout = kNoTimeout) {
    const auto state = std::make_shared<internal::FutureState<WatchResponse>>();
    state->OnStop([weak = std::weak_ptr<WatchStream>(stream_)] {
      if (const auto stream = weak.lock()) stream->Cancel();
    });
    stream_->AsyncNext(timeout,
                       [answer = std::make_shared<internal::Answer<WatchResponse>>(state)](
                           Result<WatchResponse> response) { (*answer)(std::move(response)); });
    return Future<WatchResponse>(state);
  }

  /// Asks the server for a progress notification, which arrives through Next. A server may answer
  /// only when all watches of the stream are up to date, and one before 3.4.25 answers even when
  /// events are still to come.
  void RequestProgress() { stream_->RequestProgress(); }

  /// Ends the watch and wakes Next. Safe to call from any thread, and more than once.
  void Cancel() { stream_->Cancel(); }

  /// The oldest revision still there, once Next has failed with Reason::kCompacted; else 0.
  int64_t compact_revision() const { return stream_->compact_revision(); }

 private:
  std::shared_ptr<WatchStream> stream_;  // shared with those who may cancel it, and iterators
};

}  // namespace etcdpp
