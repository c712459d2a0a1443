#include "etcdpp/barrier.h"

#include <algorithm>
#include <utility>

#include "client/src/owned_key.h"
#include "etcdpp/async_client.h"

namespace etcdpp {

struct DoubleBarrier::State {
  std::shared_ptr<SessionState> session;
  std::string waiters;  // prefix
  std::string ready;
  int64_t count = 0;
  std::shared_ptr<OwnedKey> mine;  // while it is inside, or about to be
};

namespace {

using BarrierState = std::shared_ptr<DoubleBarrier::State>;

Future<Nothing> WaitOpen(std::shared_ptr<Connection> connection, std::string key,
                         WaitOptions wait) {
  WaitScope scope(*connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  AsyncClient async(connection);
  const auto found = co_await async.Range(KeyRange::Key(key), {}, scope.call());
  if (!found.ok()) co_return scope.Explain(found.status());
  if (found->kvs.empty()) co_return Nothing();
  const int64_t from = found->header.revision + 1;
  const auto gone = co_await WaitDeleted(connection, found->kvs[0], from, scope.call());
  if (!gone.ok()) co_return scope.Explain(gone.status());
  co_return Nothing();
}

// Waits until `key` is put at revision `from` or later, or is there when that cannot be seen any
// more.
Future<Nothing> WaitPut(std::shared_ptr<Connection> connection, std::string key, int64_t from,
                        CallOptions call) {
  while (true) {
    WatchParams params;
    params.call = call;
    params.request.range = KeyRange::Key(key);
    params.request.options.start_revision = from;
    params.request.options.no_deletes = true;
    Watch watch(connection->Watch(std::move(params)));
    auto next = co_await watch.AsyncNext();
    while (next.ok() && next->IsProgress()) next = co_await watch.AsyncNext();
    if (next.ok()) co_return Nothing();
    if (next.status().reason() != Reason::kCompacted) co_return next.status();
    ResponseHeader header;
    const auto found = co_await FindKey(connection, key, &header, call);
    if (!found.ok()) co_return found.status();
    if (*found) co_return Nothing();
    from = header.revision + 1;
  }
}

Future<RangeResponse> Waiters(const BarrierState& state, const CallOptions& call) {
  RangeOptions oldest_first;
  oldest_first.sort_order = SortOrder::kAscend;
  oldest_first.sort_target = SortTarget::kCreateRevision;
  oldest_first.keys_only = true;
  return AsyncClient(state->session->connection)
      .Range(KeyRange::Prefix(state->waiters), oldest_first, call);
}

// Once its key is there.
Future<Nothing> AwaitOthers(BarrierState state, std::shared_ptr<OwnedKey> mine, CallOptions call) {
  const auto inside = co_await Waiters(state, call);
  if (!inside.ok()) co_return inside.status();
  const auto count = static_cast<size_t>(state->count);
  if (inside->kvs.size() >= count) {
    const int64_t last = inside->kvs[count - 1].create_revision;
    if (mine->revision() > last) {
      co_return Status(Code::kResourceExhausted, "as many as the barrier takes are inside");
    }
    if (mine->revision() == last) {
      AsyncClient async(state->session->connection);
      const auto told = co_await async.Put(state->ready, "", {}, call);
      if (!told.ok()) co_return told.status();
      co_return Nothing();
    }
  }
  co_return co_await WaitPut(state->session->connection, state->ready, mine->revision(), call);
}

Future<Nothing> EnterBarrier(BarrierState state, WaitOptions wait) {
  const auto session = state->session;
  if (state->mine != nullptr) {
    co_return Status(Code::kFailedPrecondition, "the barrier is entered already");
  }
  WaitScope scope(*session->connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  scope.Add(session->lost.get_token());
  LineRequest line;
  line.prefix = state->waiters;
  line.key =
      state->waiters + HexOf(session->keeper.id()) + "-" + std::to_string(++session->last_number);
  auto place = co_await EnterLine(session, line, scope.call());
  if (!place.ok()) {
    // The call that failed may have created it.
    LetGo(DeleteInParting(session, DeleteOf(*session, line), std::nullopt));
    co_return Because(*session, scope, place.status());
  }
  const std::shared_ptr<OwnedKey> mine = std::move(place->key);
  scope.Add(mine->lost());
  const auto entered = co_await AwaitOthers(state, mine, scope.call());
  if (!entered.ok()) co_return Because(*session, scope, entered.status());
  state->mine = mine;
  co_return Nothing();
}

Future<Nothing> AwaitEmpty(BarrierState state, CallOptions call) {
  const auto connection = state->session->connection;
  AsyncClient async(connection);
  while (true) {
    const auto inside = co_await Waiters(state, call);
    if (!inside.ok()) co_return inside.status();
    if (inside->kvs.empty()) co_return Nothing();
    const KeyValue& first = inside->kvs.front();
    const bool is_first = state->mine != nullptr && first.key == state->mine->key();
    if (is_first && inside->kvs.size() == 1) {
      const auto closed = co_await async.Delete(state->ready, {}, call);
      if (!closed.ok()) co_return closed.status();
      co_return co_await std::exchange(state->mine, nullptr)->Release(call);
    }
    // The first one out waits for the last, all others for the first.
    if (!is_first && state->mine != nullptr) {
      const auto out = co_await std::exchange(state->mine, nullptr)->Release(call);
      if (!out.ok()) co_return out.status();
    }
    const KeyValue& other = is_first ? inside->kvs.back() : first;
    const int64_t from = inside->header.revision + 1;
    const auto gone = co_await WaitDeleted(connection, other, from, call);
    if (!gone.ok()) co_return gone.status();
  }
}

Future<Nothing> LeaveBarrier(BarrierState state, WaitOptions wait) {
  const auto session = state->session;
  if (state->mine == nullptr) {
    co_return Status(Code::kFailedPrecondition, "the barrier is not entered");
  }
  WaitScope scope(*session->connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  scope.Add(session->lost.get_token());
  const auto left = co_await AwaitEmpty(state, scope.call());
  state->mine.reset();
  if (!left.ok()) co_return Because(*session, scope, left.status());
  co_return Nothing();
}

}  // namespace

Barrier::Barrier(const Client& client, std::string_view key)
    : connection_(client.connection()), key_(key) {}

Status Barrier::Hold(const CallOptions& call) {
  const auto held = Client(connection_).PutIfAbsent(key_, "", {}, call);
  if (!held.ok()) return held.status();
  return *held ? Status() : Status(Code::kAlreadyExists, "the barrier is held already");
}

Status Barrier::Release(const CallOptions& call) {
  return Client(connection_).Delete(key_, {}, call).status();
}

Status Barrier::Wait(const WaitOptions& wait) { return AsyncWait(wait).Get().status(); }

Future<Nothing> Barrier::AsyncWait(const WaitOptions& wait) {
  return WaitOpen(connection_, key_, wait);
}

DoubleBarrier::DoubleBarrier(const Session& session, std::string_view key, int64_t count)
    : state_(std::make_shared<State>()) {
  state_->session = session.state();
  state_->waiters = std::string(key) + "/waiters/";
  state_->ready = std::string(key) + "/ready";
  state_->count = std::max(int64_t{1}, count);
}

Status DoubleBarrier::Enter(const WaitOptions& wait) { return AsyncEnter(wait).Get().status(); }

Future<Nothing> DoubleBarrier::AsyncEnter(const WaitOptions& wait) {
  return EnterBarrier(state_, wait);
}

Status DoubleBarrier::Leave(const WaitOptions& wait) { return AsyncLeave(wait).Get().status(); }

Future<Nothing> DoubleBarrier::AsyncLeave(const WaitOptions& wait) {
  return LeaveBarrier(state_, wait);
}

}  // namespace etcdpp
