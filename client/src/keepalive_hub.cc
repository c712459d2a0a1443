#include "client/src/keepalive_hub.h"

#include <algorithm>
#include <utility>

namespace etcdpp {
namespace {

using std::chrono::milliseconds;

// However short the TTL, a lease is not renewed more often than this.
constexpr milliseconds kPeriodMin{500};

// No stream is given up for being silent sooner than this; nor is one where nobody knows how long
// the leases live that wait for it, until the longer.
constexpr milliseconds kPatienceMin{1000};
constexpr milliseconds kPatienceUnknown{5000};

milliseconds PeriodFor(std::chrono::seconds ttl) {
  return std::max(kPeriodMin, milliseconds(ttl) / 3);
}

}  // namespace

/// What a LeaseKeeper holds.
class KeepAliveHub::Handle final : public LeaseRenewal {
 public:
  Handle(std::shared_ptr<KeepAliveHub> hub, std::shared_ptr<Keeper> keeper)
      : hub_(std::move(hub)), keeper_(std::move(keeper)) {}
  ~Handle() override { Handle::Stop(); }

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  LeaseId id() const override { return keeper_->id; }

  LeaseLoss loss() const override {
    const std::lock_guard lock(hub_->mu_);
    return Loss();
  }

  LeaseLoss WaitLostFor(milliseconds timeout) override {
    std::unique_lock lock(hub_->mu_);
    const auto lost = [this] { return Loss() != LeaseLoss::kNone; };
    if (timeout == milliseconds::max()) {
      keeper_->changed.wait(lock, lost);
    } else {
      keeper_->changed.wait_for(lock, timeout, lost);
    }
    return Loss();
  }

  void OnLost(std::function<void(LeaseLoss)> lost) override {
    std::unique_lock lock(hub_->mu_);
    keeper_->on_lost = std::move(lost);
    if (Loss() == LeaseLoss::kNone) return;
    hub_->PutUp(*keeper_);
    if (!hub_->closed_) return;
    lock.unlock();
    hub_->TellLost();
  }

  std::chrono::steady_clock::time_point SafeUntil() const override {
    const std::lock_guard lock(hub_->mu_);
    if (Loss() != LeaseLoss::kNone) return {};
    return keeper_->safe_until.value_or(Time());
  }

  Status last_error() const override {
    const std::lock_guard lock(hub_->mu_);
    return keeper_->last_error;
  }

  void Stop() override {
    const std::lock_guard lock(hub_->mu_);
    hub_->Stop(keeper_);
  }

 private:
  LeaseLoss Loss() const { return keeper_->loss; }

  const std::shared_ptr<KeepAliveHub> hub_;
  const std::shared_ptr<Keeper> keeper_;
};

KeepAliveHub::KeepAliveHub(Opener open, Timer& timer, Timer& callbacks, Backoff backoff)
    : open_(std::move(open)), timer_(timer), callbacks_(callbacks), backoff_(backoff) {}

std::unique_ptr<LeaseRenewal> KeepAliveHub::Keep(const KeepAliveRequest& request) {
  const std::lock_guard lock(mu_);
  auto keeper = std::make_shared<Keeper>(request.id);
  if (closed_) {
    keeper->loss = LeaseLoss::kStopped;
    return std::make_unique<Handle>(shared_from_this(), std::move(keeper));
  }
  const Time now = timer_.Now();
  const auto [found, is_new] = leases_.try_emplace(request.id);
  Lease& lease = found->second;
  if (is_new) {
    if (request.ttl) lease.expires = now + *request.ttl;
    lease.send_at = now;
    lease.due = now;
    due_.emplace(lease.due, request.id);
  }
  keeper->safe_until = lease.expires;
  lease.keepers.push_back(keeper);
  if (stream_ == nullptr && !reopen_at_) OpenStream();
  Work();
  return std::make_unique<Handle>(shared_from_this(), std::move(keeper));
}

std::unique_ptr<LeaseRenewal> KeepAliveHub::Refused(LeaseId id, Status status) {
  auto keeper = std::make_shared<Keeper>(id);
  keeper->loss = LeaseLoss::kRefused;
  keeper->last_error = std::move(status);
  return std::make_unique<Handle>(shared_from_this(), std::move(keeper));
}

void KeepAliveHub::BeginRevoke(LeaseId id) {
  const std::lock_guard lock(mu_);
  const auto found = leases_.find(id);
  if (found != leases_.end()) ++found->second.revokes;
}

void KeepAliveHub::EndRevoke(LeaseId id, bool revoked) {
  const std::lock_guard lock(mu_);
  const auto found = leases_.find(id);
  if (found == leases_.end()) return;
  found->second.revokes = std::max(0, found->second.revokes - 1);
  if (revoked) Lose(found, LeaseLoss::kRevoked);
}

void KeepAliveHub::Shutdown() {
  {
    const std::lock_guard lock(mu_);
    closed_ = true;
    while (!leases_.empty()) Lose(leases_.begin(), LeaseLoss::kStopped);
  }
  TellLost();
}

void KeepAliveHub::TellLost() {
  std::vector<std::function<void()>> to_tell;
  {
    const std::lock_guard lock(mu_);
    to_tell.swap(to_tell_);
  }
  for (const auto& tell : to_tell) tell();
}

void KeepAliveHub::OnReply(uint64_t generation, const LeaseKeepAliveResponse& reply) {
  const std::lock_guard lock(mu_);
  if (generation != generation_) return;
  backoff_.Reset();
  heard_at_ = timer_.Now();
  const auto renewal = std::find_if(unanswered_.begin(), unanswered_.end(),
                                    [&reply](const Renewal& sent) { return sent.id == reply.id; });
  if (renewal != unanswered_.end()) {
    const Time sent_at = renewal->sent_at;
    unanswered_.erase(renewal);
    const auto found = leases_.find(reply.id);
    if (found != leases_.end()) TakeReply(found, reply, sent_at);
  }
  if (stream_ != nullptr) stream_->Read();
  Work();
}

void KeepAliveHub::TakeReply(Leases::iterator found, const LeaseKeepAliveResponse& reply,
                             Time sent_at) {
  if (reply.ttl.count() <= 0) {
    Lose(found, found->second.revokes > 0 ? LeaseLoss::kRevoked : LeaseLoss::kNotFound);
    return;
  }
  Lease& lease = found->second;
  lease.awaits_reply = false;
  lease.expires = sent_at + reply.ttl;
  lease.send_at = sent_at + PeriodFor(reply.ttl);
  for (const auto& keeper : lease.keepers) keeper->safe_until = lease.expires;
  Reschedule(found->first, lease);
}

void KeepAliveHub::OnEnd(uint64_t generation, const Status& status) {
  const std::lock_guard lock(mu_);
  if (generation != generation_) return;
  const bool transient = IsTransient(status.code()) || stream_->TokenOutdated(status);
  const LeaseId oldest = unanswered_.empty() ? 0 : unanswered_.front().id;  // 0: no lease
  CloseStream();
  const Time now = timer_.Now();
  for (auto& [id, lease] : leases_) {
    for (const auto& keeper : lease.keepers) keeper->last_error = status;
    lease.awaits_reply = false;
    lease.send_at = now;
    Reschedule(id, lease);
  }
  if (!transient) {
    const auto refused = leases_.find(oldest);
    if (refused != leases_.end()) Lose(refused, LeaseLoss::kRefused);
  }
  if (leases_.empty()) return;
  reopen_at_ = now + backoff_.Next();
  Work();
}

void KeepAliveHub::OnTimer(Time planned) {
  const std::lock_guard lock(mu_);
  if (planned_ != planned) return;
  planned_.reset();
  Work();
}

void KeepAliveHub::OpenStream() {
  StreamEvents<LeaseKeepAliveResponse> events;
  events.on_message = [weak = weak_from_this(),
                       now = ++generation_](const LeaseKeepAliveResponse& reply) {
    if (const auto hub = weak.lock()) hub->OnReply(now, reply);
  };
  events.on_end = [weak = weak_from_this(), now = generation_](const Status& status) {
    if (const auto hub = weak.lock()) hub->OnEnd(now, status);
  };
  reopen_at_.reset();
  stream_ = open_(std::move(events));
  stream_->Read();
  for (auto& [id, lease] : leases_) Reschedule(id, lease);
}

void KeepAliveHub::CloseStream() {
  ++generation_;
  unanswered_.clear();
  if (stream_ != nullptr) stream_->Close();
  stream_.reset();
}

// Has all renewals asked for again, of another server where there is one.
void KeepAliveHub::ReplaceStream() {
  const Status silent(Code::kUnavailable, "no renewal was answered for long");
  const Time now = timer_.Now();
  CloseStream();
  for (auto& [id, lease] : leases_) {
    if (!std::exchange(lease.awaits_reply, false)) continue;
    lease.send_at = now;
    for (const auto& keeper : lease.keepers) keeper->last_error = silent;
  }
  OpenStream();
}

Timer::Clock::duration KeepAliveHub::Patience(const Lease& lease) {
  if (!lease.expires) return kPatienceUnknown;
  return std::max<Timer::Clock::duration>(kPatienceMin, (*lease.expires - lease.sent_at) / 3);
}

KeepAliveHub::Time KeepAliveHub::GiveUpAt(const Lease& lease) const {
  return std::max(lease.sent_at, heard_at_) + Patience(lease);
}

// Does what is due and plans the next call.
void KeepAliveHub::Work() {
  if (leases_.empty()) return;
  const Time now = timer_.Now();
  if (reopen_at_ && *reopen_at_ <= now) OpenStream();
  while (!due_.empty() && due_.begin()->first <= now) {
    DoDue(leases_.find(due_.begin()->second), now);
  }
  if (due_.empty()) return;
  Time next = due_.begin()->first;
  if (reopen_at_) next = std::min(next, *reopen_at_);
  if (next == Time::max() || (planned_ && *planned_ <= next)) return;
  planned_ = next;
  timer_.RunAt(next, [weak = weak_from_this(), next] {
    if (const auto hub = weak.lock()) hub->OnTimer(next);
  });
}

void KeepAliveHub::DoDue(Leases::iterator found, Time now) {
  auto& [id, lease] = *found;
  if (lease.expires && *lease.expires <= now) {
    Lose(found, LeaseLoss::kExpired);
  } else if (!lease.awaits_reply) {
    Renew(id, lease);
  } else if (GiveUpAt(lease) <= now) {
    ReplaceStream();
  } else {
    Reschedule(id, lease);
  }
}

void KeepAliveHub::Renew(LeaseId id, Lease& lease) {
  if (stream_ != nullptr) {
    lease.awaits_reply = true;
    lease.sent_at = timer_.Now();
    unanswered_.push_back({id, lease.sent_at});
    stream_->Send({id});
  }
  Reschedule(id, lease);
}

void KeepAliveHub::Reschedule(LeaseId id, Lease& lease) {
  due_.erase({lease.due, id});
  const Time expires = lease.expires.value_or(Time::max());
  // Without a stream the next thing to happen to the lease is that one opens, or that it expires.
  Time next = Time::max();
  if (stream_ != nullptr) next = lease.awaits_reply ? GiveUpAt(lease) : lease.send_at;
  lease.due = std::min(next, expires);
  due_.emplace(lease.due, id);
}

void KeepAliveHub::Lose(Leases::iterator lease, LeaseLoss loss) {
  for (const auto& keeper : lease->second.keepers) Mark(*keeper, loss);
  due_.erase({lease->second.due, lease->first});
  leases_.erase(lease);
  if (!leases_.empty()) return;
  CloseStream();
  reopen_at_.reset();
  planned_.reset();
}

void KeepAliveHub::Mark(Keeper& keeper, LeaseLoss loss) {
  keeper.loss = loss;
  keeper.changed.notify_all();
  if (keeper.on_lost != nullptr) PutUp(keeper);
}

void KeepAliveHub::PutUp(Keeper& keeper) {
  to_tell_.push_back([lost = std::exchange(keeper.on_lost, nullptr), loss = keeper.loss] {
    if (lost != nullptr) lost(loss);
  });
  if (closed_) return;
  callbacks_.RunAt(callbacks_.Now(), [weak = weak_from_this()] {
    if (const auto hub = weak.lock()) hub->TellLost();
  });
}

void KeepAliveHub::Stop(const std::shared_ptr<Keeper>& keeper) {
  if (keeper->loss != LeaseLoss::kNone) return;
  Mark(*keeper, LeaseLoss::kStopped);
  const auto found = leases_.find(keeper->id);
  if (found == leases_.end()) return;
  std::erase(found->second.keepers, keeper);
  if (found->second.keepers.empty()) Lose(found, LeaseLoss::kStopped);
}

}  // namespace etcdpp
