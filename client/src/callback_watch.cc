#include "etcdpp/callback_watch.h"

#include <chrono>
#include <optional>
#include <utility>

#include "client/src/callback_gate.h"

namespace etcdpp {

struct CallbackWatch::State {
  State(Watch its_watch, Told its_told) : watch(std::move(its_watch)), told(std::move(its_told)) {}

  Watch watch;
  Told told;
  CallbackGate gate;
};

namespace {

// Asks for the next response, for as long as anybody wants it. On the thread for callbacks. Whoever
// waits holds no watch: its end ends the wait.
void Arm(const std::shared_ptr<CallbackWatch::State>& state) {
  state->watch.AsyncNext().Then(
      [weak = std::weak_ptr(state)](const Result<WatchResponse>& response) {
        const auto held = weak.lock();
        if (held == nullptr) return;
        if (held->gate.Pass([&] { held->told(response); }) && response.ok()) Arm(held);
      });
}

}  // namespace

CallbackWatch::CallbackWatch(Client client, KeyRange range, Told told, const WatchOptions& options,
                             const CallOptions& call)
    : state_(
          std::make_shared<State>(client.Watch(std::move(range), options, call), std::move(told))) {
  // An answer that is there already is told where it is asked for.
  client.connection()->RunAfter({}, [weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) Arm(state);
  });
}

CallbackWatch& CallbackWatch::operator=(CallbackWatch&& other) noexcept {
  CallbackWatch old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

CallbackWatch::~CallbackWatch() {
  if (state_ != nullptr) Cancel();
}

void CallbackWatch::Cancel() {
  const auto state = state_;  // the callback may destroy this
  state->gate.Close();
  state->watch.Cancel();
}

void CallbackWatch::RequestProgress() { state_->watch.RequestProgress(); }

int64_t CallbackWatch::compact_revision() const { return state_->watch.compact_revision(); }

Result<WatchResponse> WatchOnce(Client client, KeyRange range, std::chrono::milliseconds timeout,
                                const WatchOptions& options, const CallOptions& call) {
  const auto deadline = internal::Later(std::chrono::steady_clock::now(), timeout);
  CallOptions creation = call;
  const auto its_own = call.timeout.value_or(client.connection()->call_timeout());
  creation.timeout = std::min(timeout, its_own);
  Watch watch = client.Watch(std::move(range), options, creation);
  while (true) {
    auto response = watch.NextFor(internal::Left(deadline));
    if (!response.ok() || !response->IsProgress()) return response;
  }
}

}  // namespace etcdpp
