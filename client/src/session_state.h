#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "etcdpp/connection.h"
#include "etcdpp/session.h"

namespace etcdpp {

class ClaimTable;

/// One name, as long as it is taken in a ClaimTable.
class Claim {
 public:
  Claim(std::shared_ptr<ClaimTable> table, std::string name)
      : table_(std::move(table)), name_(std::move(name)) {}
  Claim(Claim&&) noexcept = default;
  Claim& operator=(Claim&&) = delete;
  ~Claim();

  /// Says that it will be given back soon: who only tries waits for it even so.
  void BeginToLeave();

 private:
  std::shared_ptr<ClaimTable> table_;  // null: moved from
  std::string name_;
};

/// Names that one at a time may have, the others in the order they came. In etcd a session is one
/// holder: it is here that the threads which share it take turns. Thread-safe.
class ClaimTable : public std::enable_shared_from_this<ClaimTable> {
 public:
  /// kCancelled where `stop` is requested before it is its turn.
  Future<Claim> Take(const std::string& name, std::stop_token stop);

  /// The same for who only tries: nothing where somebody has the name and is not about to give it
  /// back, or others wait for it.
  std::optional<Future<Claim>> TryTake(const std::string& name, std::stop_token stop);

 private:
  friend class Claim;
  using Waiter = std::shared_ptr<internal::FutureState<Claim>>;

  std::optional<Future<Claim>> StandInLine(const std::string& name, std::stop_token stop,
                                           bool try_only);
  void Release(const std::string& name);
  void Abandon(const std::string& name, const Waiter& waiter);
  void BeginToLeave(const std::string& name);

  struct Line {
    std::deque<Waiter> waiters;
    bool leaving = false;
  };

  std::mutex mu_;
  std::map<std::string, Line> lines_;  // for each name taken; guarded by mu_
};

/// What a Session and all that stands on it share.
struct SessionState {
  SessionState(std::shared_ptr<Connection> its_connection, LeaseKeeper its_keeper);

  const std::shared_ptr<Connection> connection;
  const std::shared_ptr<ClaimTable> claims = std::make_shared<ClaimTable>();
  std::stop_source lost;
  std::atomic<bool> revoked = false;   // by Close
  std::atomic<bool> orphaned = false;  // so that the destructor revokes nothing
  std::atomic<int64_t> last_number = 0;
  LeaseKeeper keeper;
};

/// The stop of one thing that waits: asked for by its time, its caller, or what it stands on.
class WaitScope {
 public:
  WaitScope(Connection& connection, const WaitOptions& wait);

  /// Of what takes several calls, and has the time and the stop of one.
  WaitScope(Connection& connection, const CallOptions& call);

  /// Has a stop of `token` be one of the scope.
  void Add(std::stop_token token);

  /// The same, and then the end is called `status`.
  void Add(std::stop_token token, Status status);

  std::stop_token token() const { return stop_.get_token(); }
  bool stopped() const { return stop_.stop_requested(); }

  /// For the calls made meanwhile.
  CallOptions call() const;

  /// Says of a failure why it came where that was a stop of the scope.
  Status Explain(Status status) const;

 private:
  struct Reasoned {
    std::stop_token token;
    Status status;
  };

  std::stop_source stop_;
  std::stop_source time_up_;
  std::vector<std::unique_ptr<std::stop_callback<internal::RequestStop>>> links_;
  std::vector<Reasoned> reasons_;
};

/// What becomes of whatever needs a session whose lease is lost; OK while it is not.
Status SessionLost(const SessionState& session);

/// Why something that stood on `session` failed with `status`.
Status Because(const SessionState& session, const WaitScope& scope, Status status);

/// Has a read or a repeatable write done, trying again while the failure may pass, until it is done
/// or `call` is cancelled.
Future<TxnResponse> CommitRepeatable(std::shared_ptr<Connection> connection, TxnRequest request,
                                     CallOptions call);

/// The same, but once `enough` is requested what failed is not tried again.
Future<TxnResponse> CommitUntil(std::shared_ptr<Connection> connection, TxnRequest request,
                                CallOptions call, std::stop_token enough);

/// Finds `key`, trying again as CommitRepeatable does; nothing where it is not there.
Future<std::optional<KeyValue>> FindKey(std::shared_ptr<Connection> connection, std::string key,
                                        ResponseHeader* header, CallOptions call);

/// Waits until the life of `key` that began at `create_revision` is over, as seen from revision
/// `from` on.
Future<Nothing> WaitDeleted(std::shared_ptr<Connection> connection, KeyValue key, int64_t from,
                            CallOptions call);

/// Lets something go on without anybody waiting for it.
template <typename T>
void LetGo(Future<T> future) {
  std::move(future).Then([](const Result<T>&) {});
}

}  // namespace etcdpp
