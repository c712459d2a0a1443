#include "etcdpp/reflector.h"

#include <algorithm>
#include <map>
#include <stop_token>
#include <string>

#include "client/src/callback_gate.h"
#include "client/src/retry.h"
#include "client/src/session_state.h"
#include "etcdpp/async_client.h"

namespace etcdpp {

struct Reflector::State {
  State(std::shared_ptr<Connection> its_connection, KeyRange its_range, Told its_told,
        const ReflectorOptions& its_options)
      : connection(std::move(its_connection)),
        range(std::move(its_range)),
        told(std::move(its_told)),
        options(its_options) {}

  const std::shared_ptr<Connection> connection;
  const KeyRange range;
  const Told told;
  const ReflectorOptions options;
  CallbackGate gate;
  std::stop_source stop;
  std::map<std::string, int64_t, std::less<>> known;  // mod_revisions, as told
};

namespace {

using State = std::shared_ptr<Reflector::State>;

struct Listed {
  std::vector<KeyValue> kvs;
  int64_t revision = 0;
};

// In pages, as of one revision.
Future<Listed> ListAll(State state, CallOptions call) {
  AsyncClient async(state->connection);
  Listed listed;
  KeyRange rest = state->range;
  RangeOptions options;
  options.limit = state->options.page_size;
  while (true) {
    auto page = co_await async.Range(rest, options, call);
    if (!page.ok()) co_return page.status();
    if (options.revision == 0) options.revision = page->header.revision;
    const bool more = page->more && !page->kvs.empty();
    for (KeyValue& kv : page->kvs) listed.kvs.push_back(std::move(kv));
    if (!more) break;
    rest = KeyRange::HalfOpen(listed.kvs.back().key + std::string(1, '\0'), state->range.end());
  }
  listed.revision = options.revision;
  co_return std::move(listed);
}

// Lists until that succeeds or never will.
Future<Listed> ListPatiently(State state, CallOptions call) {
  AsyncClient async(state->connection);
  auto delay = state->options.retry_delay;
  while (true) {
    auto listed = co_await ListAll(state, call);
    if (listed.ok() || call.cancel.stop_requested()) co_return listed;
    const Status& status = listed.status();
    if (!MayPass(status) && status.reason() != Reason::kCompacted) co_return listed;
    const auto delayed = co_await async.Delay(delay, call.cancel);
    if (!delayed.ok()) co_return delayed.status();
    delay = std::min(delay * 2, state->options.retry_delay_max);
  }
}

// What is different from what was told before.
Reflection Compared(Reflector::State& state, Listed listed) {
  Reflection reflection;
  reflection.revision = listed.revision;
  reflection.listed = true;
  std::map<std::string, int64_t, std::less<>> now;
  auto old = state.known.begin();
  const auto gone_before = [&](const std::string* key) {
    for (; old != state.known.end() && (key == nullptr || old->first < *key); ++old) {
      WatchEvent event;
      event.type = WatchEvent::Type::kDelete;
      event.kv.key = old->first;
      event.kv.mod_revision = listed.revision;
      reflection.events.push_back(std::move(event));
    }
  };
  for (KeyValue& kv : listed.kvs) {
    gone_before(&kv.key);
    now.emplace_hint(now.end(), kv.key, kv.mod_revision);
    const bool same = old != state.known.end() && old->first == kv.key;
    const bool changed = !same || old->second != kv.mod_revision;
    if (same) ++old;
    if (!changed) continue;
    WatchEvent event;
    event.kv = std::move(kv);
    reflection.events.push_back(std::move(event));
  }
  gone_before(nullptr);
  state.known = std::move(now);
  return reflection;
}

Reflection Changed(Reflector::State& state, WatchResponse response) {
  Reflection reflection;
  reflection.revision = response.header.revision;
  reflection.events = std::move(response.events);
  for (const WatchEvent& event : reflection.events) {
    if (event.type == WatchEvent::Type::kDelete) {
      state.known.erase(event.kv.key);
    } else {
      state.known[event.kv.key] = event.kv.mod_revision;
    }
  }
  // The header of a response that catches up is of a later revision than what it has.
  if (!reflection.events.empty()) reflection.revision = reflection.events.back().kv.mod_revision;
  return reflection;
}

bool Tell(const State& state, const Result<Reflection>& reflection) {
  return state->gate.Pass([&] { state->told(reflection); });
}

Watch StartWatch(const State& state, int64_t from, const CallOptions& call) {
  WatchParams params;
  params.request.range = state->range;
  params.request.options.start_revision = from;
  params.request.options.progress_notify = true;
  params.call.cancel = call.cancel;
  return Watch(state->connection->Watch(std::move(params)));
}

Future<Nothing> Reflect(State state) {
  AsyncClient async(state->connection);
  CallOptions call;
  call.cancel = state->stop.get_token();
  while (true) {
    auto listed = co_await ListPatiently(state, call);
    // To be on the thread for callbacks, and after the destructor has begun on none.
    const auto here = co_await async.Delay({});
    if (call.cancel.stop_requested() || !here.ok()) co_return Nothing();
    if (!listed.ok()) {
      (void)Tell(state, listed.status());
      co_return Nothing();
    }
    const int64_t from = listed->revision + 1;
    Watch watch = StartWatch(state, from, call);
    if (!Tell(state, Compared(*state, *std::move(listed)))) co_return Nothing();
    auto next = co_await watch.AsyncNext();
    while (next.ok()) {
      if (!Tell(state, Changed(*state, *std::move(next)))) co_return Nothing();
      next = co_await watch.AsyncNext();
    }
    if (next.status().reason() != Reason::kCompacted) {
      (void)Tell(state, next.status());
      co_return Nothing();
    }
  }
}

}  // namespace

Reflector::Reflector(const Client& client, KeyRange range, Told told,
                     const ReflectorOptions& options)
    : state_(std::make_shared<State>(client.connection(), std::move(range), std::move(told),
                                     options)) {
  LetGo(Reflect(state_));
}

Reflector::~Reflector() {
  if (state_ == nullptr) return;
  const auto state = state_;
  state->gate.Close();  // first: its own end is nothing to tell
  internal::RequestStop{state->stop}();
}

}  // namespace etcdpp
