#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "etcdpp/client.h"
#include "etcdpp/future.h"

namespace etcdpp {

struct SessionState;

struct SessionOptions {
  /// How long the session's keys outlive a process that dies. Go's and etcdctl's default.
  std::chrono::seconds ttl{60};
  /// A lease to take over, so that a restarted program finds its locks again; 0: a new one.
  LeaseId lease = 0;
};

/// How long something may wait that is not one call.
struct WaitOptions {
  /// From its start to its end, which is kDeadlineExceeded then.
  std::chrono::milliseconds timeout = kNoTimeout;
  /// Ends it with kCancelled when asked to stop.
  std::stop_token cancel = {};
};

/// A lease that is kept alive, on which locks and leaderships stand: they end when it does.
///
///   auto session = Session::Create(client, {.ttl = 10s});
///   if (!session.ok()) return session.status();
///   Mutex mutex(*session, "printer");
///
/// Destroying it stops the renewals and has the lease revoked, without waiting for either. Whatever
/// was made from it stays valid and fails.
///
/// Thread-safe, except for moving it. Uses the client's connection and extends its life.
class Session {
 public:
  static Result<Session> Create(const Client& client, const SessionOptions& options = {},
                                const CallOptions& call = {});
  static Future<Session> AsyncCreate(const Client& client, const SessionOptions& options = {},
                                     const CallOptions& call = {});

  Session(Session&&) noexcept = default;
  Session& operator=(Session&& other) noexcept;
  ~Session();

  LeaseId lease() const;

  /// Why the lease is lost; kNone while it is kept alive.
  LeaseLoss loss() const;

  /// Says when the lease is lost, closed or orphaned. Its callbacks run on the connection's thread
  /// for callbacks.
  std::stop_token lost() const;

  /// Until when the lease lives for certain. See LeaseKeeper.
  std::chrono::steady_clock::time_point SafeUntil() const;

  /// Stops the renewals and revokes the lease, which deletes its keys. Where that has failed it may
  /// be tried again.
  Status Close(const CallOptions& call = {});
  Future<Nothing> AsyncClose(const CallOptions& call = {});

  /// Stops the renewals and leaves the lease, with its keys, to run out or to be taken over.
  void Orphan();

  /// What Mutex and the like are made from.
  const std::shared_ptr<SessionState>& state() const { return state_; }

 private:
  explicit Session(std::shared_ptr<SessionState> state) : state_(std::move(state)) {}
  static Future<Session> Start(std::shared_ptr<Connection> connection, SessionOptions options,
                               CallOptions call);

  std::shared_ptr<SessionState> state_;  // null: moved from
};

}  // namespace etcdpp
