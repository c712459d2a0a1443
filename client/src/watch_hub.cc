#include "client/src/watch_hub.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "client/src/reason_table.h"

namespace etcdpp {
namespace {

// The id of a response that is about no watch in particular: a refused create, manual progress.
constexpr int64_t kNoWatchId = -1;

// How many tokens in a row may be taken for outdated before a watch is given up.
constexpr int kTokenRefusalsMax = 10;

}  // namespace

/// What a Watch holds.
class WatchHub::Handle final : public WatchStream {
 public:
  Handle(std::shared_ptr<WatchHub> hub, std::shared_ptr<Watcher> watcher, std::stop_token stop)
      : hub_(std::move(hub)), watcher_(std::move(watcher)) {
    if (stop.stop_possible()) stop_callback_.emplace(std::move(stop), Canceller{this});
  }

  ~Handle() override {
    stop_callback_.reset();
    Handle::Cancel();
  }

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Result<WatchResponse> Next() override {
    std::unique_lock lock(hub_->mu_);
    watcher_->changed.wait(lock, [this] { return watcher_->buffer.ready(); });
    return hub_->Take(*watcher_);
  }

  Result<WatchResponse> NextFor(std::chrono::milliseconds timeout) override {
    const auto until = internal::Later(Timer::Clock::now(), timeout);
    std::unique_lock lock(hub_->mu_);
    if (!watcher_->changed.wait_until(lock, until, [this] { return watcher_->buffer.ready(); })) {
      return Status(Code::kDeadlineExceeded, "no response of the watch within the time given");
    }
    return hub_->Take(*watcher_);
  }

  void AsyncNext(std::chrono::milliseconds timeout,
                 std::function<void(Result<WatchResponse>)> done) override {
    hub_->StartWait(watcher_, timeout, std::move(done));
  }

  void RequestProgress() override {
    const std::lock_guard lock(hub_->mu_);
    hub_->AskProgress(*watcher_);
  }

  void Cancel() override {
    const std::lock_guard lock(hub_->mu_);
    hub_->Cancel(watcher_);
  }

  int64_t compact_revision() const override {
    const std::lock_guard lock(hub_->mu_);
    return watcher_->compact_revision;
  }

 private:
  struct Canceller {
    Handle* handle;
    void operator()() const { handle->Cancel(); }
  };

  const std::shared_ptr<WatchHub> hub_;
  const std::shared_ptr<Watcher> watcher_;
  std::optional<std::stop_callback<Canceller>> stop_callback_;
};

WatchHub::Watcher::Watcher(int64_t watch_id, const WatchRequest& watch_request)
    : id(watch_id),
      request(watch_request),
      buffer(request.options.start_revision, request.options.buffer_bytes) {}

WatchHub::WatchHub(Opener open, Timer& timer, Timer& callbacks, Backoff backoff,
                   bool require_leader)
    : open_(std::move(open)),
      timer_(timer),
      callbacks_(callbacks),
      require_leader_(require_leader),
      backoff_(backoff) {}

std::unique_ptr<WatchStream> WatchHub::Watch(const WatchRequest& request, std::stop_token stop,
                                             Timer::Clock::time_point confirm_by) {
  const auto watcher = Admit(request);
  // Built before the wait, so that `stop` ends the wait too.
  auto handle = std::make_unique<Handle>(shared_from_this(), watcher, std::move(stop));
  if (request.options.start_revision == 0) {
    std::unique_lock lock(mu_);
    watcher->changed.wait_until(
        lock, confirm_by, [&watcher] { return watcher->confirmed || watcher->buffer.ended(); });
  }
  return handle;
}

std::unique_ptr<WatchStream> WatchHub::Refused(const WatchRequest& request, Status status) {
  const auto watcher = std::make_shared<Watcher>(0, request);
  watcher->buffer.End(std::move(status), true);
  return std::make_unique<Handle>(shared_from_this(), watcher, std::stop_token());
}

std::shared_ptr<WatchHub::Watcher> WatchHub::Admit(const WatchRequest& request) {
  const std::lock_guard lock(mu_);
  auto watcher = std::make_shared<Watcher>(++last_id_, request);
  if (closed_) {
    watcher->buffer.End(Status(Code::kCancelled, "the watch's client is gone"), true);
    return watcher;
  }
  watchers_.emplace(watcher->id, watcher);
  if (stream_ != nullptr) {
    SendCreate(*watcher);
  } else if (!reopen_pending_) {
    OpenStream();
  }
  return watcher;
}

void WatchHub::Shutdown() {
  std::set<std::shared_ptr<Watcher>> waiting;
  {
    const std::lock_guard lock(mu_);
    closed_ = true;
    FinishAll(Status(Code::kCancelled, "the watch's client is gone"), false);
    waiting = waiting_;
  }
  for (const auto& watcher : waiting) TellWaiter(watcher);
}

void WatchHub::StartWait(const std::shared_ptr<Watcher>& watcher, std::chrono::milliseconds timeout,
                         Waiter waiter) {
  std::unique_lock lock(mu_);
  watcher->waiter = std::move(waiter);
  const uint64_t wait = ++watcher->waits;
  waiting_.insert(watcher);
  if (closed_) {
    lock.unlock();
    TellWaiter(watcher);
  } else if (watcher->buffer.ready()) {
    Wake(watcher);
  } else if (timeout != std::chrono::milliseconds::max()) {
    callbacks_.RunAt(internal::Later(callbacks_.Now(), timeout),
                     [weak_hub = weak_from_this(), weak = std::weak_ptr<Watcher>(watcher), wait] {
                       const auto hub = weak_hub.lock();
                       const auto late = weak.lock();
                       if (hub != nullptr && late != nullptr) hub->GiveUpWait(late, wait);
                     });
  }
}

void WatchHub::TellWaiter(const std::shared_ptr<Watcher>& watcher) {
  std::unique_lock lock(mu_);
  if (watcher->waiter == nullptr || !watcher->buffer.ready()) return;
  const Waiter waiter = std::exchange(watcher->waiter, nullptr);
  waiting_.erase(watcher);
  auto response = Take(*watcher);
  lock.unlock();
  waiter(std::move(response));
}

void WatchHub::GiveUpWait(const std::shared_ptr<Watcher>& watcher, uint64_t wait) {
  std::unique_lock lock(mu_);
  if (watcher->waiter == nullptr || watcher->waits != wait || watcher->buffer.ready()) return;
  const Waiter waiter = std::exchange(watcher->waiter, nullptr);
  waiting_.erase(watcher);
  lock.unlock();
  waiter(Status(Code::kDeadlineExceeded, "no response of the watch within the time given"));
}

// Tells those who wait in any way; the asynchronous ones later, since mu_ is held.
void WatchHub::Wake(const std::shared_ptr<Watcher>& watcher) {
  watcher->changed.notify_all();
  if (watcher->waiter == nullptr || !watcher->buffer.ready() || closed_) return;
  // The hub stays for that: its last watch may be going.
  callbacks_.RunAt(callbacks_.Now(),
                   [hub = shared_from_this(), watcher] { hub->TellWaiter(watcher); });
}

void WatchHub::OnFrame(uint64_t generation, WatchFrame frame) {
  const std::lock_guard lock(mu_);
  if (generation != generation_) return;
  reading_ = false;
  Dispatch(std::move(frame));
  ReadIfWanted();
}

void WatchHub::OnEnd(uint64_t generation, const Status& status) {
  const std::lock_guard lock(mu_);
  if (generation != generation_) return;
  const bool leaderless = require_leader_ && status.reason() == Reason::kNoLeader;
  const bool transient = IsTransient(status.code()) || stream_->TokenOutdated(status);
  ReopenStream();
  if (!transient || leaderless) FinishAll(status, false);
}

// Ends the stream, and has all watches resume on another one, soon.
void WatchHub::ReopenStream() {
  CloseStream();
  for (const auto& [id, watcher] : watchers_) {
    watcher->create_sent = false;
    watcher->buffer.OnStreamLost();
  }
  reopen_pending_ = true;
  timer_.RunAt(timer_.Now() + backoff_.Next(), [weak = weak_from_this(), now = generation_] {
    if (const auto hub = weak.lock()) hub->OnReopen(now);
  });
}

void WatchHub::OnReopen(uint64_t generation) {
  const std::lock_guard lock(mu_);
  if (generation != generation_) return;
  reopen_pending_ = false;
  if (!watchers_.empty()) OpenStream();
}

void WatchHub::OpenStream() {
  StreamEvents<WatchFrame> events;
  events.on_message = [weak = weak_from_this(), now = ++generation_](WatchFrame frame) {
    if (const auto hub = weak.lock()) hub->OnFrame(now, std::move(frame));
  };
  events.on_end = [weak = weak_from_this(), now = generation_](const Status& status) {
    if (const auto hub = weak.lock()) hub->OnEnd(now, status);
  };
  stream_ = open_(std::move(events));
  bool progress = false;
  for (const auto& [id, watcher] : watchers_) {
    SendCreate(*watcher);
    progress = progress || watcher->wants_progress;
  }
  if (progress) stream_->Send(WatchAskProgress{});
  ReadIfWanted();
}

void WatchHub::CloseStream() {
  ++generation_;
  reading_ = false;
  creating_.clear();
  if (stream_ != nullptr) stream_->Close();
  stream_.reset();
}

void WatchHub::SendCreate(Watcher& watcher) {
  WatchCreate create{watcher.id, watcher.request};
  create.request.options.start_revision = watcher.buffer.ResumeRevision();
  watcher.create_sent = true;
  creating_.push_back(watcher.id);
  stream_->Send(std::move(create));
}

void WatchHub::Dispatch(WatchFrame frame) {
  if (frame.created) {
    OnCreated(frame);
  } else if (frame.canceled) {
    OnCanceled(frame);
  } else if (frame.watch_id == kNoWatchId) {
    OnStreamProgress(frame.header);
  } else if (const auto watcher = Find(frame.watch_id)) {
    watcher->buffer.OnFrame(std::move(frame));
    CountFull(*watcher, watcher->buffer.full());
    if (watcher->buffer.ready()) Wake(watcher);
  }
}

void WatchHub::OnCreated(const WatchFrame& frame) {
  if (!frame.canceled) backoff_.Reset();
  if (creating_.empty()) return;
  const auto answered = frame.canceled
                            ? creating_.begin()
                            : std::find(creating_.begin(), creating_.end(), frame.watch_id);
  if (answered == creating_.end()) return;
  const auto watcher = Find(*answered);
  creating_.erase(answered);
  if (watcher == nullptr) return;  // cancelled meanwhile
  if (frame.canceled) {
    const Status refusal = StatusFromCancelReason(frame.cancel_reason);
    // The server asks each create for the token that its stream was opened with.
    if (stream_->TokenOutdated(refusal) && ++watcher->token_refusals <= kTokenRefusalsMax) {
      ReopenStream();
    } else {
      Finish(watcher, refusal, false);
    }
    return;
  }
  watcher->token_refusals = 0;
  watcher->buffer.OnCreated(frame.header.revision);
  watcher->confirmed = true;
  Wake(watcher);
}

void WatchHub::OnCanceled(const WatchFrame& frame) {
  const auto watcher = Find(frame.watch_id);
  if (watcher == nullptr) return;  // the answer to a cancel of ours
  if (frame.compact_revision == 0) {
    const bool silent = frame.cancel_reason.empty();
    Finish(watcher,
           StatusFromCancelReason(silent ? "cancelled by the server" : frame.cancel_reason), false);
    return;
  }
  watcher->compact_revision = frame.compact_revision;
  // The server keeps a compacted watch until it is cancelled, and answers no progress request of
  // the stream while it does.
  stream_->Send(WatchCancel{watcher->id});
  Finish(watcher,
         Status(Code::kOutOfRange, "etcdserver: mvcc: required revision has been compacted"),
         false);
}

void WatchHub::OnStreamProgress(const ResponseHeader& header) {
  for (const auto& [id, watcher] : watchers_) {
    if (!watcher->wants_progress) continue;
    // The server speaks of the watches it has created: what it tells the others of comes later.
    if (std::find(creating_.begin(), creating_.end(), id) != creating_.end()) continue;
    watcher->wants_progress = false;
    watcher->buffer.OnStreamProgress(header);
    Wake(watcher);
  }
}

void WatchHub::Finish(const std::shared_ptr<Watcher>& watcher, Status status, bool drop) {
  watcher->buffer.End(std::move(status), drop);
  CountFull(*watcher, false);
  Wake(watcher);
  watchers_.erase(watcher->id);
  if (watchers_.empty()) {
    CloseStream();
    reopen_pending_ = false;  // CloseStream has made it void
  } else {
    ReadIfWanted();
  }
}

void WatchHub::FinishAll(const Status& status, bool drop) {
  while (!watchers_.empty()) {
    const auto watcher = watchers_.begin()->second;
    Finish(watcher, status, drop);
  }
}

void WatchHub::CountFull(Watcher& watcher, bool full) {
  if (watcher.holds_stream == full) return;
  watcher.holds_stream = full;
  full_ += full ? 1 : -1;
}

void WatchHub::ReadIfWanted() {
  if (stream_ == nullptr || reading_ || full_ > 0) return;
  reading_ = true;
  stream_->Read();
}

std::shared_ptr<WatchHub::Watcher> WatchHub::Find(int64_t id) const {
  const auto found = watchers_.find(id);
  return found == watchers_.end() ? nullptr : found->second;
}

Result<WatchResponse> WatchHub::Take(Watcher& watcher) {
  auto response = watcher.buffer.Take();
  if (watcher.holds_stream && watcher.buffer.drained()) {
    CountFull(watcher, false);
    ReadIfWanted();
  }
  return response;
}

void WatchHub::AskProgress(Watcher& watcher) {
  if (watcher.buffer.ended()) return;
  watcher.wants_progress = true;
  if (stream_ != nullptr) stream_->Send(WatchAskProgress{});
}

void WatchHub::Cancel(const std::shared_ptr<Watcher>& watcher) {
  if (watcher->buffer.ended()) return;
  if (stream_ != nullptr && watcher->create_sent && watchers_.size() > 1) {
    stream_->Send(WatchCancel{watcher->id});
  }
  Finish(watcher, Status(Code::kCancelled, "the watch was cancelled"), true);
}

}  // namespace etcdpp
