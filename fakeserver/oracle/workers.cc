#include "fakeserver/oracle/workers.h"

#include <utility>

namespace fakeetcd {

Workers::~Workers() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mu_);
    ends_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void Workers::Run(std::function<void()> task) {
  const MutexLock lock(mu_);
  tasks_.push_back(std::move(task));
  if (tasks_.size() > idle_) threads_.emplace_back([this] { Work(); });
  changed_.notify_one();
}

void Workers::Work() {
  MutexLock lock(mu_);
  while (true) {
    ++idle_;
    while (tasks_.empty() && !ends_) changed_.wait(lock.native());
    --idle_;
    if (tasks_.empty()) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.native().unlock();
    task();
    lock.native().lock();
  }
}

}  // namespace fakeetcd
