#include "fakeserver/oracle/watch_news.h"

#include <algorithm>

#include "comparison/answer.h"

namespace fakeetcd {
namespace {

constexpr char kNothing[] = "nothing more";

size_t IndexOf(WatchNews::Teller teller) { return teller == WatchNews::Teller::kFake ? 0 : 1; }

}  // namespace

void WatchNews::Add(Teller teller, const Response& response) {
  const MutexLock lock(mu_);
  Watch& watch = watches_[response.watch_id()];
  Side& side = watch.sides[IndexOf(teller)];
  for (std::string& line : comparison::NewsIn(response)) side.lines.push_back(std::move(line));
  side.open = !response.canceled();
  if (response.created()) ++answers_[IndexOf(teller)];
  Match(response.watch_id(), watch);
  changed_.notify_all();
}

void WatchNews::End(Teller teller) {
  const MutexLock lock(mu_);
  ended_[IndexOf(teller)] = true;
  changed_.notify_all();
}

void WatchNews::Match(int64_t id, Watch& watch) {
  auto& fake = watch.sides[0].lines;
  auto& oracle = watch.sides[1].lines;
  while (!fake.empty() && !oracle.empty() && !watch.differs) {
    if (fake.front() != oracle.front()) {
      watch.differs = true;
      differ_(id, fake.front(), oracle.front());
    }
    fake.pop_front();
    oracle.pop_front();
  }
  // What comes after a difference differs, too.
  if (!watch.differs) return;
  fake.clear();
  oracle.clear();
}

size_t WatchNews::answers(Teller teller) const {
  const MutexLock lock(mu_);
  return answers_[IndexOf(teller)];
}

bool WatchNews::IsOpen(int64_t id) const {
  const MutexLock lock(mu_);
  const auto found = watches_.find(id);
  return found != watches_.end() && found->second.sides[0].open;
}

bool WatchNews::Await(std::chrono::milliseconds patience, const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  MutexLock lock(mu_);
  while (!done()) {
    if (ended_[0] || ended_[1]) return false;
    if (changed_.wait_until(lock.native(), deadline) == std::cv_status::timeout) return done();
  }
  return true;
}

bool WatchNews::AwaitAnswers(size_t count, std::chrono::milliseconds patience) {
  return Await(patience, [this, count]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return answers_[0] >= count && answers_[1] >= count;
  });
}

bool WatchNews::AwaitEndOf(int64_t id, std::chrono::milliseconds patience) {
  return Await(patience, [this, id]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Watch& watch = watches_[id];
    return !watch.sides[0].open && !watch.sides[1].open;
  });
}

bool WatchNews::AwaitEven(std::chrono::milliseconds patience) {
  return Await(patience, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return std::all_of(watches_.begin(), watches_.end(), [](const auto& entry) {
      return entry.second.sides[0].lines.empty() && entry.second.sides[1].lines.empty();
    });
  });
}

void WatchNews::Close() {
  const MutexLock lock(mu_);
  for (auto& [id, watch] : watches_) {
    const auto& fake = watch.sides[0].lines;
    const auto& oracle = watch.sides[1].lines;
    if (watch.differs || (fake.empty() && oracle.empty())) continue;
    watch.differs = true;
    differ_(id, fake.empty() ? kNothing : fake.front(), oracle.empty() ? kNothing : oracle.front());
  }
}

}  // namespace fakeetcd
