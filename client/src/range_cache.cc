#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "etcdpp/reflector.h"

namespace etcdpp {

struct RangeCache::State {
  mutable std::mutex mu;
  mutable std::condition_variable changed;
  std::map<std::string, KeyValue, std::less<>> kvs;  // this and what follows is guarded by mu
  int64_t revision = 0;
  bool synced = false;
  Status status;

  void Apply(const Result<Reflection>& reflection) {
    const std::lock_guard lock(mu);
    changed.notify_all();
    if (!reflection.ok()) {
      status = reflection.status();
      return;
    }
    for (const WatchEvent& event : reflection->events) {
      if (event.type == WatchEvent::Type::kDelete) {
        kvs.erase(event.kv.key);
      } else {
        kvs.insert_or_assign(event.kv.key, event.kv);
      }
    }
    revision = std::max(revision, reflection->revision);
    synced = synced || reflection->listed;
  }

  // Until `done` or the end.
  template <typename Done>
  Status Wait(std::chrono::milliseconds timeout, const Done& done) const {
    std::unique_lock lock(mu);
    const auto over = [&] { return done() || !status.ok(); };
    const auto until = internal::Later(std::chrono::steady_clock::now(), timeout);
    if (!changed.wait_until(lock, until, over)) {
      return {Code::kDeadlineExceeded, "the cache is not that far within the time given"};
    }
    return done() ? Status() : status;
  }
};

RangeCache::RangeCache(const Client& client, KeyRange range, const ReflectorOptions& options)
    : client_(client),
      range_(std::move(range)),
      state_(std::make_shared<State>()),
      reflector_(
          client, range_,
          [state = state_](const Result<Reflection>& reflection) { state->Apply(reflection); },
          options) {}

RangeCache::~RangeCache() = default;

std::optional<KeyValue> RangeCache::Get(std::string_view key) const {
  const std::lock_guard lock(state_->mu);
  const auto found = state_->kvs.find(key);
  if (found == state_->kvs.end()) return std::nullopt;
  return found->second;
}

std::vector<KeyValue> RangeCache::List(const KeyRange& range) const {
  const std::lock_guard lock(state_->mu);
  const auto& kvs = state_->kvs;
  std::vector<KeyValue> list;
  for (auto it = kvs.lower_bound(range.key()); it != kvs.end(); ++it) {
    if (!range.Contains(it->first)) break;
    list.push_back(it->second);
  }
  return list;
}

size_t RangeCache::size() const {
  const std::lock_guard lock(state_->mu);
  return state_->kvs.size();
}

int64_t RangeCache::revision() const {
  const std::lock_guard lock(state_->mu);
  return state_->revision;
}

Status RangeCache::status() const {
  const std::lock_guard lock(state_->mu);
  return state_->status;
}

Status RangeCache::WaitSynced(std::chrono::milliseconds timeout) const {
  return state_->Wait(timeout, [this] { return state_->synced; });
}

Status RangeCache::WaitFor(int64_t revision, std::chrono::milliseconds timeout) {
  const auto deadline = internal::Later(std::chrono::steady_clock::now(), timeout);
  if (Status synced = WaitSynced(timeout); !synced.ok()) return synced;
  if (this->revision() >= revision) return {};
  RangeOptions newest;
  newest.limit = 1;
  newest.sort_order = SortOrder::kDescend;
  newest.sort_target = SortTarget::kModRevision;
  newest.keys_only = true;
  CallOptions call;
  call.timeout = std::min(internal::Left(deadline), client_.connection()->call_timeout());
  const auto now = client_.Range(range_, newest, call);
  if (!now.ok()) return now.status();
  const int64_t last_put = now->kvs.empty() ? 0 : now->kvs[0].mod_revision;
  const auto left = internal::Left(deadline);
  if (now->header.revision < revision) {  // of a time to come
    return state_->Wait(left, [&] { return state_->revision >= revision; });
  }
  // Has the cache what was put last, it has every key there is; and where it has no more than there
  // are, it has seen every delete.
  return state_->Wait(left, [&] {
    if (state_->revision >= revision) return true;
    const bool same =
        state_->revision >= last_put && state_->kvs.size() == static_cast<size_t>(now->count);
    if (same) state_->revision = now->header.revision;
    return same;
  });
}

}  // namespace etcdpp
