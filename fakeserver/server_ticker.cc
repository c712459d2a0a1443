#include "fakeserver/server_ticker.h"

#include <utility>

namespace fakeetcd {

void Ticker::Start() {
  Stop();
  {
    const MutexLock lock(mu_);
    stop_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void Ticker::Stop() {
  {
    const MutexLock lock(mu_);
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Ticker::Reconsider() {
  {
    const MutexLock lock(mu_);
    reconsider_ = true;
  }
  changed_.notify_one();
}

void Ticker::Run() {
  // What becomes due between the question and the wait has set reconsider_ by then.
  while (WaitUntil(agenda_.Next())) agenda_.RunDue();
}

bool Ticker::WaitUntil(std::optional<TimePoint> until) {
  MutexLock lock(mu_);
  while (!stop_ && !std::exchange(reconsider_, false) && (!until || clock_.Now() < *until)) {
    if (until) {
      changed_.wait_until(lock.native(), *until);
    } else {
      changed_.wait(lock.native());
    }
  }
  return !stop_;
}

}  // namespace fakeetcd
