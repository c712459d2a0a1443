#include "client/src/timer.h"

#include <utility>

namespace etcdpp {

TimerThread::~TimerThread() { Stop(); }

void TimerThread::RunAt(Clock::time_point when, std::function<void()> task) {
  const std::lock_guard lock(mu_);
  if (stopped_) return;
  const auto added = tasks_.emplace(when, std::move(task));
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  if (added == tasks_.begin()) changed_.notify_one();
}

void TimerThread::Stop() {
  std::multimap<Clock::time_point, std::function<void()>> dropped;
  {
    const std::lock_guard lock(mu_);
    stopped_ = true;
    dropped.swap(tasks_);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void TimerThread::Run() {
  std::unique_lock lock(mu_);
  while (!stopped_) {
    if (tasks_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = tasks_.begin();
    if (Clock::now() < next->first) {
      const Clock::time_point until = next->first;
      changed_.wait_until(lock, until);
      continue;
    }
    std::function<void()> task = std::move(next->second);
    tasks_.erase(next);
    lock.unlock();
    std::exchange(task, nullptr)();  // and destroyed, which may do as much as running it
    lock.lock();
  }
}

}  // namespace etcdpp
