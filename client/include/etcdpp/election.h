#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "etcdpp/session.h"

namespace etcdpp {

class OwnedKey;
struct LeaderWatchState;

/// Being the leader of an election, for as long as it lives: destroying it resigns, without waiting
/// for that. Like LockGuard, it tells when it is lost, and has what makes writes safe even so.
///
/// Thread-safe, except for moving it and for Resign.
class Leadership {
 public:
  explicit Leadership(std::shared_ptr<OwnedKey> key);
  Leadership(Leadership&&) noexcept;
  Leadership& operator=(Leadership&&) noexcept;
  ~Leadership();

  const std::string& key() const;

  /// The fencing token: every later leader's is greater.
  int64_t revision() const;

  /// Tells those who observe a new value. Fails with kAborted where another leads by now.
  Status Proclaim(std::string_view value, const CallOptions& call = {});
  Future<Nothing> AsyncProclaim(std::string_view value, const CallOptions& call = {});

  /// Ends it and waits until that is done: the next candidate leads.
  Status Resign(const CallOptions& call = {});
  Future<Nothing> AsyncResign(const CallOptions& call = {});

  // As LockGuard's.
  Compare IsOwner() const;
  TxnBuilder Txn() const;
  bool held() const { return !lost().stop_requested(); }
  Status status() const;
  std::stop_token lost() const;
  void OnLost(std::function<void()> told);

 private:
  std::shared_ptr<OwnedKey> key_;  // null: moved from
};

/// One leader after another, as they come.
///
///   LeaderWatch leaders = ElectionView(client, "primary").Observe();
///   for (auto leader = leaders.Next(); leader.ok(); leader = leaders.Next())
///   Follow(leader->value);
///
/// Begins with the leader there is, waits where there is none, and misses no last value, though
/// it may miss some in between. Like a Watch, of which it is made, it survives lost connections;
/// a failure to reach etcd at all ends one Next, not the LeaderWatch.
///
/// Next and Cancel may be called from different threads; two threads must not call Next at once.
class LeaderWatch {
 public:
  explicit LeaderWatch(std::shared_ptr<LeaderWatchState> state) : state_(std::move(state)) {}
  LeaderWatch(LeaderWatch&&) noexcept = default;
  LeaderWatch& operator=(LeaderWatch&&) = delete;
  ~LeaderWatch();

  /// Waits for the next leader, or the next value of the same one: the leader's key.
  Result<KeyValue> Next() { return AsyncNext().Get(); }

  /// Like Next, but gives up with kDeadlineExceeded after `timeout`.
  Result<KeyValue> NextFor(std::chrono::milliseconds timeout) { return AsyncNext(timeout).Get(); }

  /// The same without waiting. A Future that is destroyed before it has an answer cancels the
  /// LeaderWatch.
  Future<KeyValue> AsyncNext(std::chrono::milliseconds timeout = kNoTimeout);

  /// Ends it with kCancelled, and wakes Next.
  void Cancel();

 private:
  std::shared_ptr<LeaderWatchState> state_;  // null: moved from
};

/// An election as one sees it who is no candidate. Thread-safe.
class ElectionView {
 public:
  ElectionView(const Client& client, std::string_view name);

  /// The leader's key, with the value it proclaimed; nothing where nobody leads.
  Result<std::optional<KeyValue>> Leader(const CallOptions& call = {});
  Future<std::optional<KeyValue>> AsyncLeader(const CallOptions& call = {});

  /// Does not wait.
  LeaderWatch Observe();

 private:
  std::shared_ptr<Connection> connection_;
  std::string prefix_;
};

/// An election in which a session is a candidate: among those who campaign one leads at a time, in
/// the order in which they came. Its keys are those of Go's concurrency.Election, of etcdctl elect
/// and of the Election service. Thread-safe.
///
///   auto leadership = Election(session, "primary").Campaign("host-1");
///   if (!leadership.ok()) return leadership.status();
class Election : public ElectionView {
 public:
  Election(const Session& session, std::string_view name);

  /// Waits until it leads. Fails as Mutex::Lock does, and is no candidate any more then.
  Result<Leadership> Campaign(std::string_view value, const WaitOptions& wait = {});
  Future<Leadership> AsyncCampaign(std::string_view value, const WaitOptions& wait = {});

  /// Takes up what a session with the same lease, before a restart perhaps, was: the leader.
  /// Nothing where it was not.
  Result<std::optional<Leadership>> Resume(const CallOptions& call = {});
  Future<std::optional<Leadership>> AsyncResume(const CallOptions& call = {});

 private:
  std::shared_ptr<SessionState> session_;
  std::string prefix_;
};

}  // namespace etcdpp
