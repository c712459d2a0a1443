#include "fakeserver/watch/watch_hub.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "fakeserver/watch/watch_stream.h"

namespace fakeetcd {
namespace {

// mvcc/watchable_store.go, chanBufLen and watchBatchMaxRevs.
constexpr size_t kQueuedEventsMax = 128;
constexpr int64_t kRevisionsPerResponse = 1000;

// How much of the log is read at a time, so that the lock is not held for long.
constexpr size_t kChangesPerPass = 1 << 14;

constexpr WatchId kNoWatch = -1;

// A status as grpc-go writes it out.
std::string GoStatus(const absl::Status& status) {
  std::string code;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      code = "InvalidArgument";
      break;
    case absl::StatusCode::kUnauthenticated:
      code = "Unauthenticated";
      break;
    default:
      code = "PermissionDenied";
  }
  return "rpc error: code = " + code + " desc = " + std::string(status.message());
}

}  // namespace

WatchHub::WatchHub(const Behavior& behavior, const Store& store, Duration progress_interval)
    : behavior_(behavior), store_(store), progress_interval_(progress_interval) {}

WatchHub::~WatchHub() { CloseAll(); }

std::shared_ptr<WatchStream> WatchHub::Open(std::shared_ptr<WatchSink> sink, TimePoint now) {
  auto stream = std::make_shared<WatchStream>(std::move(sink), now);
  streams_.emplace(stream.get(), stream);
  return stream;
}

std::optional<std::string> WatchHub::Refusal(const WatchStream& stream,
                                             const WatchCreateRequest& request,
                                             const absl::Status& access) const {
  if (request.start_revision < 0 && behavior_.negative_watch_start_is_compacted) {
    return "etcdserver: mvcc: required revision has been compacted";
  }
  if (!access.ok()) return GoStatus(access);
  if (KeyRange(request.key, request.range_end).empty()) return "mvcc: watcher range is empty";
  if (request.watch_id != 0 && stream.watchers.contains(request.watch_id)) {
    return "mvcc: duplicate watch ID provided on the WatchStream";
  }
  return std::nullopt;
}

void WatchHub::Create(WatchStream& stream, WatchCreateRequest request, TimePoint now,
                      const absl::Status& access) {
  if (stream.sink == nullptr) return;
  if (auto reason = Refusal(stream, request, access)) {
    Enqueue(stream, {.watch_id = kNoWatch,
                     .revision = store_.revision(),
                     .created = true,
                     .canceled = true,
                     .cancel_reason = *std::move(reason)});
    return;
  }
  WatchId id = request.watch_id;
  if (id == 0) {
    while (stream.watchers.contains(stream.next_id)) ++stream.next_id;
    id = stream.next_id++;
  }
  if (request.progress_notify) ScheduleTicks(stream, now);
  auto& watcher = stream.watchers[id];
  watcher = std::make_unique<Watcher>(stream, id, std::move(request));
  Enqueue(stream, {.watch_id = id, .revision = store_.revision(), .created = true});
  Start(*watcher);
}

void WatchHub::Start(Watcher& watcher) {
  const int64_t start = watcher.request.start_revision;
  const int64_t next = store_.revision() + 1;
  // A negative start that is not before the compacted revision is -1 where nothing was ever
  // compacted; there is nothing to catch up with.
  const bool now = start == 0 || (start < 0 && start >= store_.compacted());
  if (now || start >= next) {
    watcher.min_revision = std::max(start, next);
    in_sync_.Add(watcher);
    return;
  }
  watcher.min_revision = start;
  Lag(watcher, start);
}

void WatchHub::ScheduleTicks(WatchStream& stream, TimePoint now) {
  if (stream.next_tick) return;
  const auto passed = (now - stream.opened) / progress_interval_;
  stream.next_tick = stream.opened + (passed + 1) * progress_interval_;
  ticks_.emplace(*stream.next_tick, &stream);
}

void WatchHub::Cancel(WatchStream& stream, WatchId id) {
  const auto found = stream.watchers.find(id);
  if (found == stream.watchers.end()) return;
  Unlist(*found->second);
  stream.watchers.erase(found);
  Enqueue(stream, {.watch_id = id, .revision = store_.revision(), .canceled = true});
}

bool WatchHub::HasProgress(const Watcher& watcher) const {
  const bool started = !behavior_.progress_waits_for_start_revision ||
                       watcher.request.start_revision <= store_.revision();
  return watcher.state == Watcher::State::kInSync && started;
}

void WatchHub::Progress(WatchStream& stream) {
  if (behavior_.manual_progress_waits_for_sync) {
    const bool synced =
        std::all_of(stream.watchers.begin(), stream.watchers.end(),
                    [this](const auto& entry) { return HasProgress(*entry.second); });
    if (stream.watchers.empty() || !synced) return;
  }
  Enqueue(stream, {.watch_id = kNoWatch, .revision = store_.revision()});
}

void WatchHub::Enqueue(WatchStream& stream, WatchResponse response) {
  if (stream.sink == nullptr) return;
  stream.queued_events += response.events != nullptr ? 1 : 0;
  stream.queue.push_back(std::move(response));
  if (!stream.idle) return;
  stream.idle = false;
  to_wake_.push_back(stream.sink);
}

std::optional<WatchResponse> WatchHub::Next(WatchStream& stream) {
  if (!stream.queue.empty()) {
    WatchResponse response = std::move(stream.queue.front());
    stream.queue.pop_front();
    stream.queued_events -= response.events != nullptr ? 1 : 0;
    return response;
  }
  // Only behind an empty queue, so that a watch's events follow its creation and each other.
  if (!stream.lagging.empty()) {
    Watcher& watcher = *stream.lagging.front();
    stream.lagging.pop_front();
    auto response = CatchUp(watcher);
    if (watcher.state == Watcher::State::kLagging) stream.lagging.push_back(&watcher);
    if (response || !stream.lagging.empty()) return response;
  }
  stream.idle = true;
  return std::nullopt;
}

size_t WatchHub::UnreadAnswers(const WatchStream& stream) {
  return stream.queue.size() - stream.queued_events;
}

bool WatchHub::Behind(const WatchStream& stream) { return !stream.lagging.empty(); }

std::optional<WatchResponse> WatchHub::CatchUp(Watcher& watcher) {
  if (watcher.next_revision < store_.compacted()) {
    watcher.state = Watcher::State::kCompacted;
    return WatchResponse{
        .watch_id = watcher.id, .canceled = true, .compact_revision = store_.compacted()};
  }
  const std::deque<Change>& log = store_.log();
  const size_t begin = store_.LogPosition(watcher.next_revision);
  auto events = std::make_shared<std::vector<Change>>();
  int64_t revisions = 0;
  int64_t last = 0;
  size_t at = begin;
  for (; at < log.size(); ++at) {
    const Change& change = log[at];
    const int64_t revision = change.now->mod_revision();
    const bool new_revision = at == begin || log[at - 1].now->mod_revision() != revision;
    if (new_revision && (at - begin >= kChangesPerPass || revisions == kRevisionsPerResponse)) {
      break;
    }
    if (!watcher.Concerns(change) || !store_.Survives(change)) continue;
    // Before the filters (mvcc/watcher_group.go, eventBatch.add).
    revisions += revision != last ? 1 : 0;
    last = revision;
    if (watcher.KeepsBack(change)) {
      ++kept_back_;
    } else {
      events->push_back(change);
    }
  }
  if (at == log.size()) {
    watcher.state = Watcher::State::kInSync;
    watcher.min_revision = std::max(watcher.min_revision, store_.revision() + 1);
    in_sync_.Add(watcher);
  } else {
    watcher.next_revision = log[at].now->mod_revision();
  }
  if (events->empty()) return std::nullopt;
  watcher.quiet = false;
  return EventsFor(watcher, std::move(events));
}

WatchResponse WatchHub::EventsFor(const Watcher& watcher, Events events) const {
  return {.watch_id = watcher.id,
          .revision = store_.revision(),
          .events = std::move(events),
          .prev_kv = watcher.request.prev_kv,
          .fragment = watcher.request.fragment,
          .compacted = store_.compacted()};
}

void WatchHub::Publish() {
  if (in_sync_.empty()) return;
  const std::deque<Change>& log = store_.log();
  const auto end = log.end();
  auto first = end;
  while (first != log.begin() && std::prev(first)->now->mod_revision() == store_.revision()) {
    --first;
  }
  if (end - first == 1) {
    PublishOne(*first);
  } else {
    PublishAll(std::vector<Change>(first, end));
  }
}

void WatchHub::PublishOne(const Change& change) {
  std::vector<Watcher*> told;  // who is told leaves the index where its queue is full
  in_sync_.Match(change.now->key(), [&](Watcher& watcher) {
    if (!watcher.Concerns(change)) return;
    if (watcher.KeepsBack(change)) {
      ++kept_back_;
    } else {
      told.push_back(&watcher);
    }
  });
  if (told.empty()) return;
  const auto events = std::make_shared<const std::vector<Change>>(1, change);
  for (Watcher* watcher : told) Deliver(*watcher, events, 0);
}

void WatchHub::PublishAll(std::vector<Change> changes) {
  struct Told {
    Watcher* watcher;
    std::vector<Change> events;
    int64_t kept_back = 0;
  };
  std::vector<Told> told;
  absl::flat_hash_map<Watcher*, size_t> position;
  for (const Change& change : changes) {
    in_sync_.Match(change.now->key(), [&](Watcher& watcher) {
      if (!watcher.Concerns(change)) return;
      const auto [entry, added] = position.emplace(&watcher, told.size());
      if (added) told.push_back({.watcher = &watcher});
      Told& to = told[entry->second];
      if (watcher.KeepsBack(change)) {
        ++to.kept_back;
      } else {
        to.events.push_back(change);
      }
    });
  }
  if (told.empty()) return;
  const auto all = std::make_shared<const std::vector<Change>>(std::move(changes));
  for (Told& to : told) {
    const bool share = to.events.size() == all->size();
    const Events events =
        share ? all : std::make_shared<const std::vector<Change>>(std::move(to.events));
    Deliver(*to.watcher, events, to.kept_back);
  }
}

void WatchHub::Deliver(Watcher& watcher, Events events, int64_t kept_back) {
  if (!events->empty() && watcher.stream.queued_events >= kQueuedEventsMax) {
    in_sync_.Remove(watcher);
    Lag(watcher, store_.revision());
    return;
  }
  kept_back_ += kept_back;
  if (events->empty()) return;
  watcher.quiet = false;
  Enqueue(watcher.stream, EventsFor(watcher, std::move(events)));
}

void WatchHub::Lag(Watcher& watcher, int64_t next_revision) {
  watcher.state = Watcher::State::kLagging;
  watcher.next_revision = next_revision;
  watcher.stream.lagging.push_back(&watcher);
}

void WatchHub::Unlist(Watcher& watcher) {
  if (watcher.state == Watcher::State::kInSync) in_sync_.Remove(watcher);
  if (watcher.state != Watcher::State::kLagging) return;
  std::deque<Watcher*>& lagging = watcher.stream.lagging;
  lagging.erase(std::find(lagging.begin(), lagging.end(), &watcher));
}

void WatchHub::Close(WatchStream& stream) {
  if (stream.sink == nullptr) return;
  stream.lagging.clear();
  for (const auto& [id, watcher] : stream.watchers) {
    if (watcher->state == Watcher::State::kInSync) in_sync_.Remove(*watcher);
  }
  if (stream.next_tick) ticks_.erase({*stream.next_tick, &stream});
  stream.watchers.clear();
  stream.queue.clear();
  stream.queued_events = 0;
  stream.sink = nullptr;
  streams_.erase(&stream);
}

void WatchHub::CloseAll() {
  while (!streams_.empty()) Close(*std::shared_ptr<WatchStream>(streams_.begin()->second));
  kept_back_ = 0;
}

WatchHub::Load WatchHub::load() const {
  Load load{.streams = static_cast<int64_t>(streams_.size()), .pending_events = kept_back_};
  for (const auto& [stream, kept] : streams_) {
    load.watchers += static_cast<int64_t>(stream->watchers.size());
    load.lagging += static_cast<int64_t>(stream->lagging.size());
    for (const WatchResponse& response : stream->queue) {
      if (response.events == nullptr) continue;
      load.pending_events += static_cast<int64_t>(response.events->size());
    }
  }
  return load;
}

std::optional<TimePoint> WatchHub::NextDeadline() const {
  if (ticks_.empty()) return std::nullopt;
  return ticks_.begin()->first;
}

void WatchHub::RunDue(TimePoint now) {
  while (!ticks_.empty() && ticks_.begin()->first <= now) {
    WatchStream& stream = *ticks_.begin()->second;
    ticks_.erase(ticks_.begin());
    Tick(stream);
    *stream.next_tick += progress_interval_;
    ticks_.emplace(*stream.next_tick, &stream);
  }
}

void WatchHub::Tick(WatchStream& stream) {
  for (const auto& [id, watcher] : stream.watchers) {
    if (!watcher->request.progress_notify) continue;
    const bool due = watcher->quiet && HasProgress(*watcher);
    watcher->quiet = true;
    // A client that does not read is not told again and again, as it has not heard the last.
    if (due && stream.queue.size() < kQueuedEventsMax) {
      Enqueue(stream, {.watch_id = id, .revision = store_.revision()});
    }
  }
}

}  // namespace fakeetcd
