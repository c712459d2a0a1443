#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "etcdpp/client.h"

namespace etcdpp {

/// A watch that tells what it sees, rather than being asked. Any number of them share one stream
/// and one thread, the connection's for callbacks.
///
///   CallbackWatch watch(client, KeyRange::Prefix("jobs/"), [](Result<WatchResponse> response) {
///     if (response.ok()) Handle(response->events);
///   });
///
/// The callback is told one response after the other, and last, once, why the watch has ended by
/// itself; see Watch for what is promised of both. It may make blocking calls, but must not wait
/// for another callback of the connection. It may cancel or destroy the watch.
///
/// Thread-safe, except for moving it.
class CallbackWatch {
 public:
  using Told = std::function<void(Result<WatchResponse>)>;
  struct State;

  /// Waits as Client::Watch does.
  CallbackWatch(Client client, KeyRange range, Told told, const WatchOptions& options = {},
                const CallOptions& call = {});
  CallbackWatch(CallbackWatch&&) noexcept = default;
  CallbackWatch& operator=(CallbackWatch&& other) noexcept;

  /// Cancels.
  ~CallbackWatch();

  /// Has nothing more told. When it returns no callback runs, unless it is called from that one.
  void Cancel();

  /// As Watch's.
  void RequestProgress();
  int64_t compact_revision() const;

 private:
  std::shared_ptr<State> state_;  // null: moved from
};

/// Waits for the first response with events, and for no longer than `timeout`: kDeadlineExceeded
/// then.
Result<WatchResponse> WatchOnce(Client client, KeyRange range,
                                std::chrono::milliseconds timeout = kNoTimeout,
                                const WatchOptions& options = {}, const CallOptions& call = {});

}  // namespace etcdpp
