#include "etcdpp/session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/src/owned_key.h"
#include "etcdpp/async_client.h"

namespace etcdpp {
Result<Session> Session::Create(const Client& client, const SessionOptions& options,
                                const CallOptions& call) {
  return AsyncCreate(client, options, call).Get();
}

Future<Session> Session::AsyncCreate(const Client& client, const SessionOptions& options,
                                     const CallOptions& call) {
  return Start(client.connection(), options, call);
}

Future<Session> Session::Start(std::shared_ptr<Connection> connection, SessionOptions options,
                               CallOptions call) {
  KeepAliveParams keep;
  keep.request.id = options.lease;
  if (options.lease == 0) {
    AsyncClient async(connection);
    const auto granted = co_await async.GrantLease(options.ttl, 0, call);
    if (!granted.ok()) co_return granted.status();
    keep.request.id = granted->id;
    keep.request.ttl = granted->ttl;
  }
  LeaseKeeper keeper(connection->KeepAlive(keep));
  auto state = std::make_shared<SessionState>(connection, std::move(keeper));
  state->keeper.OnLost([lost = state->lost](LeaseLoss) { internal::RequestStop{lost}(); });
  co_return Session(std::move(state));
}

Session& Session::operator=(Session&& other) noexcept {
  Session old(std::exchange(state_, std::move(other.state_)));
  return *this;
}

Session::~Session() {
  if (state_ == nullptr || state_->revoked || state_->orphaned) return;
  LetGo(AsyncClose(Farewell()));
}

LeaseId Session::lease() const { return state_->keeper.id(); }

LeaseLoss Session::loss() const { return state_->keeper.loss(); }

std::stop_token Session::lost() const { return state_->lost.get_token(); }

std::chrono::steady_clock::time_point Session::SafeUntil() const {
  return state_->keeper.SafeUntil();
}

Status Session::Close(const CallOptions& call) { return AsyncClose(call).Get().status(); }

Future<Nothing> Session::AsyncClose(const CallOptions& call) {
  const LeaseLoss loss = state_->keeper.loss();
  const bool gone = loss == LeaseLoss::kNotFound || loss == LeaseLoss::kRevoked;
  state_->keeper.Stop();
  return
      [](std::shared_ptr<SessionState> state, CallOptions options, bool none) -> Future<Nothing> {
        if (none) co_return Nothing();
        AsyncClient async(state->connection);
        const auto revoked = co_await async.RevokeLease(state->keeper.id(), options);
        const bool done = revoked.ok() || revoked.status().reason() == Reason::kLeaseNotFound;
        if (!done) co_return revoked.status();
        state->revoked = true;
        co_return Nothing();
      }(state_, call, state_->revoked || gone);
}

void Session::Orphan() {
  state_->orphaned = true;
  state_->keeper.Stop();
}

SessionState::SessionState(std::shared_ptr<Connection> its_connection, LeaseKeeper its_keeper)
    : connection(std::move(its_connection)), keeper(std::move(its_keeper)) {}

Claim::~Claim() {
  if (table_ != nullptr) table_->Release(name_);
}

void Claim::BeginToLeave() { table_->BeginToLeave(name_); }

Future<Claim> ClaimTable::Take(const std::string& name, std::stop_token stop) {
  return *StandInLine(name, std::move(stop), false);
}

std::optional<Future<Claim>> ClaimTable::TryTake(const std::string& name, std::stop_token stop) {
  return StandInLine(name, std::move(stop), true);
}

std::optional<Future<Claim>> ClaimTable::StandInLine(const std::string& name, std::stop_token stop,
                                                     bool try_only) {
  const auto state = std::make_shared<internal::FutureState<Claim>>();
  state->Link(std::move(stop));
  state->OnStop([weak = std::weak_ptr(state), table = weak_from_this(), name] {
    const auto waiter = weak.lock();
    const auto self = table.lock();
    if (waiter != nullptr && self != nullptr) self->Abandon(name, waiter);
  });
  std::unique_lock lock(mu_);
  const auto [taken, is_free] = lines_.try_emplace(name);
  Line& line = taken->second;
  if (!is_free && try_only && !(line.leaving && line.waiters.empty())) return std::nullopt;
  if (!is_free) line.waiters.push_back(state);
  lock.unlock();
  if (is_free) {
    state->Set(Claim(shared_from_this(), name));
  } else if (state->stop().stop_requested()) {  // perhaps before it was in the line
    Abandon(name, state);
  }
  return Future<Claim>(state);
}

void ClaimTable::BeginToLeave(const std::string& name) {
  const std::lock_guard lock(mu_);
  lines_[name].leaving = true;
}

void ClaimTable::Release(const std::string& name) {
  std::unique_lock lock(mu_);
  const auto taken = lines_.find(name);
  if (taken->second.waiters.empty()) {
    lines_.erase(taken);
    return;
  }
  taken->second.leaving = false;
  const Waiter next = std::move(taken->second.waiters.front());
  taken->second.waiters.pop_front();
  lock.unlock();
  next->Set(Claim(shared_from_this(), name));
}

void ClaimTable::Abandon(const std::string& name, const Waiter& waiter) {
  std::unique_lock lock(mu_);
  const auto taken = lines_.find(name);
  if (taken == lines_.end() || std::erase(taken->second.waiters, waiter) == 0) return;
  lock.unlock();
  waiter->Set(Status(Code::kCancelled, "the wait was cancelled"));
}

}  // namespace etcdpp
