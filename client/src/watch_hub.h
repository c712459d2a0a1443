#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <variant>

#include "client/src/message_stream.h"
#include "client/src/retry.h"
#include "client/src/timer.h"
#include "client/src/watch_buffer.h"
#include "etcdpp/watch.h"

namespace etcdpp {

struct WatchCreate {
  int64_t watch_id = 0;
  WatchRequest request;  // its start_revision is the one to ask for
};
struct WatchCancel {
  int64_t watch_id = 0;
};
struct WatchAskProgress {};
using WatchCommand = std::variant<WatchCreate, WatchCancel, WatchAskProgress>;

/// Any number of watches over one stream, which is opened when the first watch comes, opened anew
/// when it breaks, and closed when the last one goes.
///
/// Chooses the watch ids itself and sends all creates at once, so that a thousand watches resume in
/// one round trip. The server answers creates in the order they were sent; that is how a refusal,
/// which carries no id, finds its watch.
///
/// Reads from the stream only while no watch holds more than it may, so that what is not taken
/// waits in the server. Thread-safe; starts no thread.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
 public:
  using Opener = StreamOpener<WatchCommand, WatchFrame>;

  /// AsyncNext is told on `callbacks`, which may be `timer` too. None of the three is used any more
  /// once Shutdown has returned.
  WatchHub(Opener open, Timer& timer, Timer& callbacks, Backoff backoff, bool require_leader);

  /// Starts a watch, which `stop` cancels. Where it starts "now", waits until the server has
  /// confirmed it, the watch has ended, or the time is `confirm_by`.
  std::unique_ptr<WatchStream> Watch(const WatchRequest& request, std::stop_token stop,
                                     Timer::Clock::time_point confirm_by);

  /// A watch that `status` has ended.
  std::unique_ptr<WatchStream> Refused(const WatchRequest& request, Status status);

  /// Ends all watches, and those to come at once.
  void Shutdown();

 private:
  class Handle;
  using Waiter = std::function<void(Result<WatchResponse>)>;

  struct Watcher {
    Watcher(int64_t watch_id, const WatchRequest& watch_request);

    const int64_t id;
    const WatchRequest request;
    WatchBuffer buffer;
    bool create_sent = false;  // on this stream
    bool confirmed = false;    // ever
    bool wants_progress = false;
    bool holds_stream = false;  // is among the full_
    int64_t compact_revision = 0;
    int token_refusals = 0;           // since it was confirmed
    std::condition_variable changed;  // waits on mu_
    Waiter waiter;                    // of AsyncNext; null: none
    uint64_t waits = 0;               // how many waiters there have been
  };

  std::shared_ptr<Watcher> Admit(const WatchRequest& request);

  // Called without mu_ held, since they run the waiter.
  void StartWait(const std::shared_ptr<Watcher>& watcher, std::chrono::milliseconds timeout,
                 Waiter waiter);
  void TellWaiter(const std::shared_ptr<Watcher>& watcher);
  void GiveUpWait(const std::shared_ptr<Watcher>& watcher, uint64_t wait);

  // Everything below is called with mu_ held, but for the three that the stream and timer call.
  void OnFrame(uint64_t generation, WatchFrame frame);
  void OnEnd(uint64_t generation, const Status& status);
  void OnReopen(uint64_t generation);

  void OpenStream();
  void CloseStream();
  void ReopenStream();
  void SendCreate(Watcher& watcher);
  void Dispatch(WatchFrame frame);
  void OnCreated(const WatchFrame& frame);
  void OnCanceled(const WatchFrame& frame);
  void OnStreamProgress(const ResponseHeader& header);
  void Finish(const std::shared_ptr<Watcher>& watcher, Status status, bool drop);
  void FinishAll(const Status& status, bool drop);
  void CountFull(Watcher& watcher, bool full);
  void ReadIfWanted();
  void Wake(const std::shared_ptr<Watcher>& watcher);
  std::shared_ptr<Watcher> Find(int64_t id) const;

  Result<WatchResponse> Take(Watcher& watcher);
  void AskProgress(Watcher& watcher);
  void Cancel(const std::shared_ptr<Watcher>& watcher);

  const Opener open_;
  Timer& timer_;
  Timer& callbacks_;
  const bool require_leader_;

  std::mutex mu_;  // guards what follows; taken before any lock of a stream
  Backoff backoff_;
  std::map<int64_t, std::shared_ptr<Watcher>> watchers_;  // those that have not ended
  std::set<std::shared_ptr<Watcher>> waiting_;            // those with a waiter
  std::deque<int64_t> creating_;                          // sent and not answered, in order
  std::shared_ptr<MessageStream<WatchCommand>> stream_;   // null: none open
  uint64_t generation_ = 0;  // of stream_; what an older one tells is not heard
  bool reading_ = false;
  bool reopen_pending_ = false;
  bool closed_ = false;
  int full_ = 0;  // watchers over their limit, for which reading waits
  int64_t last_id_ = 0;
};

}  // namespace etcdpp
