#include "client/src/transport.h"

#include <thread>
#include <utility>
#include <vector>

namespace etcdpp {
namespace {

using Clock = Retry::Clock;

// How many CallbackScopes the thread is in.
thread_local int callback_depth = 0;

void WaitAndDestroy(std::unique_ptr<Transport> transport) {
  transport->in_flight.Wait();
  transport->timer.Stop();
  transport->logins.Stop();
  transport->callbacks.Stop();
}

/// Destroys the transports of connections that ended in a callback. There is one in the process,
/// as nothing else outlives such a connection and could own the thread.
class Janitor {
 public:
  static Janitor& OfTheProcess() {
    // Never destroyed: connections may end after the program's statics have.
    static Janitor* const janitor = std::make_unique<Janitor>().release();
    static AtExit at_exit;
    return *janitor;
  }

  /// While the process exits it takes what comes, and leaves it as it is.
  void Take(std::unique_ptr<Transport> transport) {
    const std::lock_guard lock(mu_);
    transports_.push_back(std::move(transport));
    if (stopped_) return;
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    changed_.notify_one();
  }

 private:
  struct AtExit {
    ~AtExit() { OfTheProcess().Stop(); }
  };

  void Stop() {
    {
      const std::lock_guard lock(mu_);
      stopped_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

  void Run() {
    std::unique_lock lock(mu_);
    while (true) {
      changed_.wait(lock, [this] { return stopped_ || !transports_.empty(); });
      if (transports_.empty()) return;
      auto transports = std::exchange(transports_, {});
      lock.unlock();
      for (auto& transport : transports) WaitAndDestroy(std::move(transport));
      lock.lock();
    }
  }

  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Transport>> transports_;  // guarded by mu_
  bool stopped_ = false;                                // guarded by mu_
  std::thread thread_;                                  // guarded by mu_ until stopped_
};

}  // namespace

bool InFlight::Add(std::shared_ptr<Cancellable> call) {
  Cancellable& added = *call;
  const std::lock_guard lock(mu_);
  if (closed_) return false;
  added.self_ = std::move(call);
  added.before_ = last_;
  if (last_ != nullptr) last_->after_ = &added;
  last_ = &added;
  return true;
}

void InFlight::Remove(Cancellable* call) {
  std::shared_ptr<Cancellable> self;  // destroyed after the lock is given back
  const std::lock_guard lock(mu_);
  if (call->self_ == nullptr) return;
  self = std::move(call->self_);
  if (call->before_ != nullptr) call->before_->after_ = call->after_;
  (call->after_ != nullptr ? call->after_->before_ : last_) = call->before_;
  if (last_ == nullptr) removed_.notify_all();
}

void InFlight::Close() {
  {
    const std::lock_guard lock(mu_);
    closed_ = true;
  }
  CancelAll();
}

void InFlight::CancelAll() {
  for (const auto& call : All()) call->Cancel();
}

void InFlight::OnEndpointGone(const Endpoint& endpoint) {
  for (const auto& call : All()) call->OnEndpointGone(endpoint);
}

void InFlight::Wait() {
  std::unique_lock lock(mu_);
  removed_.wait(lock, [this] { return last_ == nullptr; });
}

std::vector<std::shared_ptr<Cancellable>> InFlight::All() {
  const std::lock_guard lock(mu_);
  std::vector<std::shared_ptr<Cancellable>> all;
  for (Cancellable* call = last_; call != nullptr; call = call->before_) all.push_back(call->self_);
  return all;
}

CallbackScope::CallbackScope() { ++callback_depth; }
CallbackScope::~CallbackScope() { --callback_depth; }

void CallbackThread::RunAt(Clock::time_point when, std::function<void()> task) {
  thread_.RunAt(when, [task = std::move(task)]() mutable {
    const CallbackScope scope;
    std::exchange(task, nullptr)();
  });
}

void Transport::Log(LogLevel level, std::string_view text) const noexcept {
  if (options.logger == nullptr) return;
  const CallbackScope scope;
  options.logger(level, text);
}

void Close(std::unique_ptr<Transport> transport) {
  transport->in_flight.Close();
  if (callback_depth > 0) {
    Janitor::OfTheProcess().Take(std::move(transport));
  } else {
    WaitAndDestroy(std::move(transport));
  }
}

Status ClientIsGone() { return {Code::kCancelled, "the call's client is gone"}; }

Status CheckCall(const Transport& transport, const CallOptions& call) {
  if (!transport.endpoints.status().ok()) return transport.endpoints.status();
  if (transport.shutdown.stop_requested()) return ClientIsGone();
  // gRPC itself may let a call through whose time is up.
  const auto timeout = call.timeout.value_or(transport.options.call_timeout);
  if (timeout.count() <= 0) {
    return {Code::kDeadlineExceeded, "the call's time was up before it began"};
  }
  return {};
}

Clock::time_point DeadlineFor(const Transport& transport, const CallOptions& call) {
  const auto timeout = call.timeout.value_or(transport.options.call_timeout);
  return internal::Later(Clock::now(), timeout);
}

Status SetEndpoints(Transport& transport, const std::vector<std::string>& endpoints) {
  std::vector<Endpoint*> gone;
  Status status = transport.endpoints.Set(endpoints, &gone);
  for (const Endpoint* endpoint : gone) transport.in_flight.OnEndpointGone(*endpoint);
  return status;
}

bool WaitFor(std::chrono::microseconds delay, const std::stop_token& stop) {
  std::mutex mu;
  std::condition_variable_any never;
  std::unique_lock lock(mu);
  never.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace etcdpp
