#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "client/src/message_stream.h"
#include "client/src/retry.h"
#include "client/src/timer.h"
#include "etcdpp/lease.h"

namespace etcdpp {

/// Renews any number of leases over one stream, each at a third of its TTL.
///
/// A lease counts as alive until its TTL after the *sending* of the last renewal that was answered:
/// the server counts from when it received it, which is later. The stream is opened when the first
/// lease comes, opened anew when it breaks, and closed when the last one goes. The server answers
/// in order, so that an error which ends the stream falls on the oldest renewal not answered. Nor
/// does it answer any before the one in front: behind a member that stands still, or that asks a
/// leader which does, all would be lost. So a stream that is silent for a third of what is left of
/// a lease that waits for it is given up for another one, while there is time.
///
/// Thread-safe; starts no thread.
class KeepAliveHub : public std::enable_shared_from_this<KeepAliveHub> {
 public:
  using Opener = StreamOpener<LeaseKeepAliveRequest, LeaseKeepAliveResponse>;

  /// OnLost is told on `callbacks`, which may be `timer` too. None of the three is used any more
  /// once Shutdown has returned.
  KeepAliveHub(Opener open, Timer& timer, Timer& callbacks, Backoff backoff);

  std::unique_ptr<LeaseRenewal> Keep(const KeepAliveRequest& request);

  /// The renewal of a lease that `status` keeps from being renewed.
  std::unique_ptr<LeaseRenewal> Refused(LeaseId id, Status status);

  /// Says that this client is about to revoke the lease: from here on its end is no surprise.
  void BeginRevoke(LeaseId id);

  /// Says what came of it.
  void EndRevoke(LeaseId id, bool revoked);

  /// Stops all renewals, and those to come at once.
  void Shutdown();

 private:
  using Time = Timer::Clock::time_point;
  class Handle;

  /// What one handle is told.
  struct Keeper {
    explicit Keeper(LeaseId lease) : id(lease) {}

    const LeaseId id;
    LeaseLoss loss = LeaseLoss::kNone;
    std::optional<Time> safe_until;
    Status last_error;
    std::function<void(LeaseLoss)> on_lost;  // null: none, or told
    std::condition_variable changed;         // waits on mu_
  };

  struct Lease {
    std::vector<std::shared_ptr<Keeper>> keepers;
    std::optional<Time> expires;  // nothing is known before the first answer, unless told
    Time send_at;
    Time sent_at;               // the last time
    bool awaits_reply = false;  // on this stream
    int revokes = 0;            // begun and not ended
    Time due;                   // when something is to be done: its place in due_
  };
  using Leases = std::map<LeaseId, Lease>;

  struct Renewal {
    LeaseId id = 0;
    Time sent_at;
  };

  /// Runs what Mark has put up. Called without mu_ held.
  void TellLost();

  // Everything below is called with mu_ held, but for the three that the stream and timer call.
  void OnReply(uint64_t generation, const LeaseKeepAliveResponse& reply);
  void OnEnd(uint64_t generation, const Status& status);
  void OnTimer(Time planned);

  void TakeReply(Leases::iterator found, const LeaseKeepAliveResponse& reply, Time sent_at);
  void OpenStream();
  void CloseStream();
  void ReplaceStream();
  static Timer::Clock::duration Patience(const Lease& lease);
  Time GiveUpAt(const Lease& lease) const;
  void Work();
  void DoDue(Leases::iterator found, Time now);
  void Renew(LeaseId id, Lease& lease);
  void Reschedule(LeaseId id, Lease& lease);
  void Lose(Leases::iterator lease, LeaseLoss loss);
  void Mark(Keeper& keeper, LeaseLoss loss);
  void PutUp(Keeper& keeper);
  void Stop(const std::shared_ptr<Keeper>& keeper);

  const Opener open_;
  Timer& timer_;
  Timer& callbacks_;

  std::mutex mu_;  // guards what follows; taken before any lock of a stream
  Backoff backoff_;
  Leases leases_;
  std::set<std::pair<Time, LeaseId>> due_;
  std::deque<Renewal> unanswered_;  // on this stream, in the order sent
  std::shared_ptr<MessageStream<LeaseKeepAliveRequest>> stream_;  // null: none open
  uint64_t generation_ = 0;  // of stream_; what an older one tells is not heard
  Time heard_at_;            // when a stream told something last
  std::optional<Time> reopen_at_;
  std::optional<Time> planned_;                 // the next call of OnTimer that counts
  std::vector<std::function<void()>> to_tell_;  // that leases are lost
  bool closed_ = false;
};

}  // namespace etcdpp
