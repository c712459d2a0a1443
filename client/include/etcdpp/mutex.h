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

/// A lock that is held, for as long as it lives: destroying it has the lock released, without
/// waiting for that. Where etcd cannot be reached then it is tried until it can, or the session is
/// lost and the lock with it.
///
/// Whoever holds a lock may lose it without noticing: its process is stopped, its network is cut,
/// and the lease runs out meanwhile. So the guard tells when it is lost, as early as it is known
/// here, and has what makes it safe even so: a transaction that does nothing unless the lock is
/// still held, checked by etcd itself.
///
///   auto guard = mutex.Lock();
///   if (!guard.ok()) return guard.status();
///   auto done = guard->Txn().Then(op::Put("printer/job", job)).Commit();
///   if (done.ok() && !done->succeeded) Stop();  // the lock was lost: nothing was written
///
/// Thread-safe, except for moving it and for Unlock.
class LockGuard {
 public:
  LockGuard(std::shared_ptr<OwnedKey> key, ResponseHeader header);
  LockGuard(LockGuard&&) noexcept;
  LockGuard& operator=(LockGuard&&) noexcept;
  ~LockGuard();

  const std::string& key() const;

  /// The fencing token: every later holder's is greater.
  int64_t revision() const;

  /// Of the answer by which the lock was seen to be held.
  const ResponseHeader& header() const { return header_; }

  /// Holds as long as the lock does. For transactions.
  Compare IsOwner() const;

  /// A transaction that begins with If(IsOwner()).
  TxnBuilder Txn() const;

  /// Whether nothing is known here of a loss.
  bool held() const { return !lost().stop_requested(); }

  /// Why the lock is lost; OK while held().
  Status status() const;

  /// Says when the lock is lost: the session's lease, or the key itself. Its callbacks run on the
  /// connection's thread for callbacks. Says nothing of Unlock.
  std::stop_token lost() const;

  /// Has `told` run when the lock is lost, at once if it is. Not run once it is unlocked.
  void OnLost(std::function<void()> told);

  /// Asks etcd whether the lock is still held.
  Result<bool> Verify(const CallOptions& call = {}) const;

  /// Releases the lock and waits until that is done, for as long as a call may take. Where it fails
  /// it may be called again; what it leaves the destructor releases.
  Status Unlock(const CallOptions& call = {});
  Future<Nothing> AsyncUnlock(const CallOptions& call = {});

 private:
  std::shared_ptr<OwnedKey> key_;  // null: moved from
  ResponseHeader header_;
};

/// Whose keys a Mutex uses.
enum class LockLayout {
  /// etcd's own: a key name/LEASE for each who waits. Go's concurrency.Mutex, etcdctl lock and
  /// the Lock service exclude each other and this one.
  kGo,
  /// python-etcd3's: the one key /locks/name. Whoever comes first when it is free has it.
  kPython,
};

/// A lock that one session at a time holds, in the order in which they asked (kGo).
///
///   Mutex mutex(session, "printer");
///   if (auto guard = mutex.Lock({.timeout = 10s}); guard.ok()) Print();
///
/// The threads of one session take turns too. While it waits it uses no thread and asks nothing of
/// etcd: it watches the one key that has to go before. Thread-safe.
class Mutex {
 public:
  Mutex(const Session& session, std::string_view name, LockLayout layout = LockLayout::kGo);

  /// Waits for the lock. Fails with kDeadlineExceeded or kCancelled as `wait` says, and with
  /// kAborted when the session or its key is lost meanwhile; in each case it leaves the line.
  Result<LockGuard> Lock(const WaitOptions& wait = {});
  Future<LockGuard> AsyncLock(const WaitOptions& wait = {});

  /// Takes the lock if nobody has it; nothing if somebody has.
  Result<std::optional<LockGuard>> TryLock(const WaitOptions& wait = {});
  Future<std::optional<LockGuard>> AsyncTryLock(const WaitOptions& wait = {});

 private:
  std::shared_ptr<SessionState> session_;
  std::string name_;
  LockLayout layout_;
};

/// A lock that many sessions may share, or one have alone. In the order they ask: who shares waits
/// for those before that do not, who does not for all before. Its keys are those of the RWMutex of
/// Go's experimental recipes. Thread-safe.
class RwMutex {
 public:
  RwMutex(const Session& session, std::string_view name);

  Result<LockGuard> Lock(const WaitOptions& wait = {});
  Future<LockGuard> AsyncLock(const WaitOptions& wait = {});

  Result<LockGuard> LockShared(const WaitOptions& wait = {});
  Future<LockGuard> AsyncLockShared(const WaitOptions& wait = {});

 private:
  std::shared_ptr<SessionState> session_;
  std::string prefix_;
};

}  // namespace etcdpp
