#include "conformance/failures/chronicle.h"

#include <deque>
#include <optional>
#include <stdexcept>
#include <utility>

#include "etcdpp/async_client.h"

namespace conformance {
namespace {

using etcdpp::KeyValue;
using etcdpp::WatchEvent;

constexpr size_t kReadsInFlight = 64;
constexpr std::chrono::seconds kReadTime{20};

}  // namespace

void Chronicle::ReadUpTo(etcdpp::Client& client, int64_t revision) {
  etcdpp::AsyncClient async(client);
  std::deque<etcdpp::Future<etcdpp::RangeResponse>> reads;
  int64_t asked = begun_ ? read_ : read_ - 1;
  int64_t taken = asked;
  while (taken < revision) {
    while (asked < revision && reads.size() < kReadsInFlight) {
      reads.push_back(async.Range(etcdpp::KeyRange::Prefix(prefix_), {.revision = ++asked},
                                  {.timeout = kReadTime}));
    }
    auto range = std::move(reads.front()).Get();
    reads.pop_front();
    ++taken;
    if (!range.ok()) {
      throw std::runtime_error("no read at revision " + std::to_string(taken) + ": " +
                               range.status().ToString());
    }
    State now;
    for (KeyValue& kv : range->kvs) now.emplace(kv.key, std::move(kv));
    Take(taken, std::move(now));
  }
}

void Chronicle::Take(int64_t revision, State now) {
  if (!begun_) {
    begun_ = true;
    state_ = std::move(now);
    return;
  }
  std::map<std::string, WatchEvent> changes;
  for (const auto& [key, kv] : now) {
    if (kv.mod_revision == revision) changes[key] = {WatchEvent::Type::kPut, kv, std::nullopt};
  }
  for (const auto& [key, kv] : state_) {
    if (now.contains(key)) continue;
    WatchEvent& event = changes[key];
    event.type = WatchEvent::Type::kDelete;
    event.kv.key = key;
    event.kv.mod_revision = revision;
  }
  for (auto& [key, event] : changes) {
    const auto before = state_.find(key);
    if (before != state_.end()) event.prev_kv = before->second;
    events_.push_back(std::move(event));
  }
  state_ = std::move(now);
  read_ = revision;
}

}  // namespace conformance
