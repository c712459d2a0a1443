#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "client/src/endpoints.h"
#include "client/src/retry.h"
#include "client/src/timer.h"
#include "client/src/token_source.h"
#include "etcdpp/options.h"

namespace etcdpp {

class InFlight;

/// Something going on that can be told to stop.
class Cancellable {
 public:
  Cancellable() = default;
  virtual ~Cancellable() = default;
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;

  /// Has it end soon, whatever the network does.
  virtual void Cancel() = 0;

  /// Says that `endpoint` is one no more: what would stay there for good has to leave.
  virtual void OnEndpointGone(const Endpoint& /*endpoint*/) {}

 private:
  friend class InFlight;

  // Its place among those in flight; guarded by InFlight's lock.
  std::shared_ptr<Cancellable> self_;  // null: it is not in flight
  Cancellable* before_ = nullptr;
  Cancellable* after_ = nullptr;
};

/// The calls and streams in flight of one connection, which keeps them alive. Thread-safe.
class InFlight {
 public:
  /// Returns false, and does not take it, once closed.
  bool Add(std::shared_ptr<Cancellable> call);

  /// Says that the call is over, and uses nothing of the connection any more.
  void Remove(Cancellable* call);

  /// Cancels all that there are now.
  void CancelAll();

  /// Does so, and takes no more.
  void Close();

  void OnEndpointGone(const Endpoint& endpoint);

  /// Waits until all are removed. REQUIRES: Close was called, and this is not a gRPC thread: those
  /// waited for may be queued up behind it.
  void Wait();

 private:
  std::vector<std::shared_ptr<Cancellable>> All();

  std::mutex mu_;
  std::condition_variable removed_;
  Cancellable* last_ = nullptr;  // of those added, which know each other; guarded by mu_
  bool closed_ = false;          // guarded by mu_
};

/// Marks the current thread as running a callback of the user, while it exists.
class CallbackScope {
 public:
  CallbackScope();
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;
};

/// Runs callbacks of the user: a thread of its own, so that one which takes its time delays no
/// renewal and no reconnection.
class CallbackThread final : public Timer {
 public:
  Clock::time_point Now() const override { return thread_.Now(); }
  void RunAt(Clock::time_point when, std::function<void()> task) override;

  /// As TimerThread's.
  void Stop() { thread_.Stop(); }

 private:
  TimerThread thread_;
};

/// What all the calls of one connection share. Outlives them.
struct Transport {
  explicit Transport(const Options& client_options)
      : options(client_options), endpoints(client_options), tokens(client_options) {}

  /// Has the user's logger, if any, take a line. REQUIRES: no lock is held.
  void Log(LogLevel level, std::string_view text) const noexcept;

  const Options options;
  Endpoints endpoints;
  TokenSource tokens;
  TimerThread timer;
  CallbackThread callbacks;
  CallbackThread logins;  // asks the user's provider
  InFlight in_flight;
  std::stop_source shutdown;  // requested: no call is made any more
};

/// Cancels what is in flight, waits until it is over, and destroys the transport.
///
/// In a callback, which a thread of gRPC runs, the last two are done by another thread: there gRPC
/// would wait for itself, for the last channel to go takes gRPC's threads with it.
void Close(std::unique_ptr<Transport> transport);

/// What a call fails with whose connection has ended.
Status ClientIsGone();

/// What keeps a call from being tried at all; OK where nothing does.
Status CheckCall(const Transport& transport, const CallOptions& call);

/// When a call that starts now has to be over.
Retry::Clock::time_point DeadlineFor(const Transport& transport, const CallOptions& call);

/// How to log in over the transport.
TokenSource::Login LoginOver(Transport& transport);

/// TokenSource::Get over the transport, without waiting for the user's provider. REQUIRES: what
/// `ready` stands for is in flight.
void StartLogin(Transport& transport, TokenSource::Ready ready);

/// Replaces the endpoints; streams leave those that are gone.
Status SetEndpoints(Transport& transport, const std::vector<std::string>& endpoints);

/// Waits. Returns false when `stop` was requested before the end.
bool WaitFor(std::chrono::microseconds delay, const std::stop_token& stop);

}  // namespace etcdpp
