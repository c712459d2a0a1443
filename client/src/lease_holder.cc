#include "etcdpp/lease_holder.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "client/src/callback_gate.h"
#include "client/src/owned_key.h"
#include "client/src/retry.h"
#include "client/src/session_state.h"
#include "etcdpp/async_client.h"

namespace etcdpp {

struct LeaseHolder::State {
  State(std::shared_ptr<Connection> its_connection, Granted its_granted,
        const LeaseHolderOptions& its_options, Lost its_lost)
      : connection(std::move(its_connection)),
        granted(std::move(its_granted)),
        lost(std::move(its_lost)),
        options(its_options) {}

  const std::shared_ptr<Connection> connection;
  const Granted granted;
  const Lost lost;
  const LeaseHolderOptions options;
  CallbackGate gate;
  std::stop_source stop;

  std::mutex mu;                        // guards what follows
  std::shared_ptr<LeaseKeeper> keeper;  // null: there is no lease
  Status status;
};

namespace {

using State = std::shared_ptr<LeaseHolder::State>;

// Asks until that succeeds or never will.
Future<LeaseGrantResponse> GrantPatiently(State state, CallOptions call) {
  AsyncClient async(state->connection);
  auto delay = state->options.retry_delay;
  while (true) {
    auto lease = co_await async.GrantLease(state->options.ttl, 0, call);
    if (lease.ok() || call.cancel.stop_requested()) co_return lease;
    const Status& status = lease.status();
    const bool may_pass = IsTransient(status.code()) || status.code() == Code::kDeadlineExceeded;
    if (!may_pass) co_return lease;
    const auto delayed = co_await async.Delay(delay, call.cancel);
    if (!delayed.ok()) co_return delayed.status();
    delay = std::min(delay * 2, state->options.retry_delay_max);
  }
}

Future<LeaseLoss> LossOf(const std::shared_ptr<LeaseKeeper>& keeper) {
  const auto loss = std::make_shared<internal::FutureState<LeaseLoss>>();
  loss->OnStop([weak = std::weak_ptr<LeaseKeeper>(keeper)] {
    if (const auto kept = weak.lock()) kept->Stop();
  });
  keeper->OnLost([loss](LeaseLoss why) { loss->Set(why); });
  return Future<LeaseLoss>(loss);
}

void SetKeeper(const State& state, std::shared_ptr<LeaseKeeper> keeper) {
  const std::lock_guard lock(state->mu);
  std::swap(state->keeper, keeper);
}

void SetStatus(const State& state, Status status) {
  const std::lock_guard lock(state->mu);
  state->status = std::move(status);
}

void Revoke(const State& state, LeaseId id) {
  LetGo(AsyncClient(state->connection).RevokeLease(id, Farewell()));
}

Future<Nothing> Hold(State state) {
  AsyncClient async(state->connection);
  CallOptions call;
  call.cancel = state->stop.get_token();
  while (true) {
    auto lease = co_await GrantPatiently(state, call);
    // To be on the thread for callbacks.
    const auto here = co_await async.Delay({});
    if (call.cancel.stop_requested() || !here.ok()) {
      if (lease.ok()) Revoke(state, lease->id);
      co_return Nothing();
    }
    if (!lease.ok()) {
      SetStatus(state, lease.status());
      co_return Nothing();
    }
    const LeaseId id = lease->id;
    auto keeper =
        std::make_shared<LeaseKeeper>(state->connection->KeepAlive({{id, lease->ttl}, {}}));
    SetKeeper(state, keeper);
    auto lost = LossOf(keeper);
    bool open = state->gate.Pass([&] {
      if (state->granted) state->granted(id);
    });
    LeaseLoss why = LeaseLoss::kStopped;
    if (open) {
      // Stopped by this, too.
      const std::stop_callback stop(call.cancel, [keeper] {
        const auto kept = keeper;  // this may go with what it does
        kept->Stop();
      });
      const auto told = co_await std::move(lost);
      if (told.ok()) why = *told;
    }
    SetKeeper(state, nullptr);
    if (!open || call.cancel.stop_requested()) {
      if (why != LeaseLoss::kNotFound && why != LeaseLoss::kRevoked) Revoke(state, id);
      co_return Nothing();
    }
    open = state->gate.Pass([&] {
      if (state->lost) state->lost(why);
    });
    if (!open || why == LeaseLoss::kStopped) co_return Nothing();
  }
}

}  // namespace

LeaseHolder::LeaseHolder(const Client& client, Granted granted, const LeaseHolderOptions& options,
                         Lost lost)
    : state_(std::make_shared<State>(client.connection(), std::move(granted), options,
                                     std::move(lost))) {
  LetGo(Hold(state_));
}

LeaseHolder::~LeaseHolder() {
  const auto state = state_;
  state->gate.Close();
  internal::RequestStop{state->stop}();
}

LeaseState LeaseHolder::state() const {
  const std::lock_guard lock(state_->mu);
  if (!state_->status.ok()) return LeaseState::kClosed;
  if (state_->keeper == nullptr) return LeaseState::kPending;
  const bool certain = std::chrono::steady_clock::now() < state_->keeper->SafeUntil();
  return certain ? LeaseState::kActive : LeaseState::kUncertain;
}

LeaseId LeaseHolder::lease() const {
  const std::lock_guard lock(state_->mu);
  return state_->keeper == nullptr ? 0 : state_->keeper->id();
}

Status LeaseHolder::status() const {
  const std::lock_guard lock(state_->mu);
  return state_->status;
}

}  // namespace etcdpp
