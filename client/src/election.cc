#include "etcdpp/election.h"

#include <chrono>
#include <deque>
#include <utility>

#include "client/src/owned_key.h"
#include "etcdpp/async_client.h"

namespace etcdpp {

struct LeaderWatchState {
  std::shared_ptr<Connection> connection;
  std::string prefix;
  std::stop_source stop;
  std::optional<Watch> watch;
  bool has_leader = false;      // whom `watch` is about; else it is about all candidates
  std::deque<KeyValue> values;  // not yet taken
  KeyValue last;                // of those ever in values
};

namespace {

using Clock = std::chrono::steady_clock;

RangeOptions OldestOnly() {
  RangeOptions options;
  options.limit = 1;
  options.sort_order = SortOrder::kAscend;
  options.sort_target = SortTarget::kCreateRevision;
  return options;
}

Future<std::optional<KeyValue>> FindLeader(std::shared_ptr<Connection> connection,
                                           std::string prefix, CallOptions call) {
  AsyncClient async(std::move(connection));
  auto found = co_await async.Range(KeyRange::Prefix(prefix), OldestOnly(), call);
  if (!found.ok()) co_return found.status();
  if (found->kvs.empty()) co_return std::optional<KeyValue>();
  co_return std::optional<KeyValue>(std::move(found->kvs[0]));
}

Future<Nothing> ProclaimAs(std::shared_ptr<OwnedKey> key, std::string value, CallOptions call) {
  PutOptions on_lease;
  on_lease.lease = key->session()->keeper.id();
  TxnRequest txn;
  txn.If(key->IsOwner()).Then(op::Put(key->key(), value, on_lease));
  AsyncClient async(key->session()->connection);
  const auto done = co_await async.Commit(std::move(txn), call);
  if (!done.ok()) co_return done.status();
  if (done->succeeded) co_return Nothing();
  // What hears of it may do so on the thread for callbacks only.
  const auto there = co_await async.Delay({});
  if (there.ok()) key->Lose();
  co_return key->WhyLost();
}

// Nothing: only who leads already is wanted, and that is not this session.
Future<std::optional<Leadership>> Stand(std::shared_ptr<SessionState> session, LineRequest line,
                                        WaitOptions wait) {
  WaitScope scope(*session->connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  scope.Add(session->lost.get_token());
  auto claim = co_await session->claims->Take(line.key, scope.token());
  if (!claim.ok()) co_return Because(*session, scope, claim.status());
  auto place = co_await EnterLine(session, line, scope.call());
  if (!place.ok()) {
    claim->BeginToLeave();
    LetGo(DeleteInParting(session, DeleteOf(*session, line), *std::move(claim)));
    co_return Because(*session, scope, place.status());
  }
  const std::shared_ptr<OwnedKey> key = std::move(place->key);
  key->Keep(*std::move(claim));
  if (place->existed && place->value != line.value) {
    const auto proclaimed = co_await ProclaimAs(key, line.value, scope.call());
    if (!proclaimed.ok()) co_return Because(*session, scope, proclaimed.status());
  }
  if (place->first) co_return std::optional<Leadership>(Leadership(key));
  scope.Add(key->lost());
  const auto first = co_await WaitFirst(key, line.prefix, scope.call());
  if (first.ok()) co_return std::optional<Leadership>(Leadership(key));
  if (key->lost().stop_requested()) co_return key->WhyLost();
  co_return Because(*session, scope, first.status());
}

Future<Leadership> Won(Future<std::optional<Leadership>> standing) {
  auto won = co_await std::move(standing);
  if (!won.ok()) co_return won.status();
  co_return *std::move(*won);
}

Future<std::optional<Leadership>> TakeUp(std::shared_ptr<SessionState> session, LineRequest line,
                                         CallOptions call) {
  WaitScope scope(*session->connection, call);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  auto claim = co_await session->claims->Take(line.key, scope.token());
  if (!claim.ok()) co_return scope.Explain(claim.status());
  call.cancel = scope.token();
  const auto leader = co_await FindLeader(session->connection, line.prefix, call);
  if (!leader.ok()) co_return scope.Explain(leader.status());
  if (!*leader || (*leader)->key != line.key) co_return std::optional<Leadership>();
  const auto key =
      std::make_shared<OwnedKey>(std::move(session), line.key, (*leader)->create_revision);
  key->Keep(*std::move(claim));
  co_return std::optional<Leadership>(Leadership(key));
}

void Note(LeaderWatchState& state, const KeyValue& leader) {
  if (leader == state.last) return;
  state.last = leader;
  state.values.push_back(leader);
}

// Finds the leader and watches it; where there is none, watches for one.
Future<Nothing> Look(std::shared_ptr<LeaderWatchState> state, Clock::time_point deadline) {
  AsyncClient async(state->connection);
  CallOptions call;
  call.cancel = state->stop.get_token();
  call.timeout = std::min(internal::Left(deadline), state->connection->call_timeout());
  const auto found = co_await async.Range(KeyRange::Prefix(state->prefix), OldestOnly(), call);
  if (!found.ok()) co_return found.status();
  WatchParams params;
  params.call.cancel = call.cancel;
  params.request.options.start_revision = found->header.revision + 1;
  state->has_leader = !found->kvs.empty();
  if (state->has_leader) {
    Note(*state, found->kvs[0]);
    params.request.range = KeyRange::Key(found->kvs[0].key);
  } else {
    params.request.range = KeyRange::Prefix(state->prefix);
  }
  state->watch.emplace(state->connection->Watch(std::move(params)));
  co_return Nothing();
}

void TakeEvents(LeaderWatchState& state, const WatchResponse& response) {
  for (const WatchEvent& event : response.events) {
    if (!state.has_leader || event.type == WatchEvent::Type::kDelete) {
      state.watch.reset();  // to look again
      return;
    }
    Note(state, event.kv);
  }
}

/// At its end has a stop of `from` be one of `to`, too: what else a stop ends may be over before
/// the stop's callback has run, and then that never does.
struct PassedOn {
  std::stop_token from;
  std::stop_source to;
  ~PassedOn() {
    if (from.stop_requested()) internal::RequestStop{to}();
  }
};

Future<KeyValue> NextLeader(std::shared_ptr<LeaderWatchState> state, Clock::time_point deadline) {
  const std::stop_token cancelled = co_await ThisStop();
  const PassedOn passed_on{cancelled, state->stop};
  const std::stop_callback cancel(cancelled, internal::RequestStop{state->stop});
  while (state->values.empty()) {
    if (state->stop.stop_requested()) {
      co_return Status(Code::kCancelled, "the observation was cancelled");
    }
    if (!state->watch) {
      const auto looked = co_await Look(state, deadline);
      if (!looked.ok()) co_return looked.status();
      continue;
    }
    const auto response = co_await state->watch->AsyncNext(internal::Left(deadline));
    if (response.ok()) {
      TakeEvents(*state, *response);
    } else if (response.status().code() == Code::kDeadlineExceeded) {
      co_return response.status();
    } else {
      state->watch.reset();
      if (response.status().reason() != Reason::kCompacted) co_return response.status();
    }
  }
  KeyValue leader = std::move(state->values.front());
  state->values.pop_front();
  co_return leader;
}

LineRequest LineFor(const SessionState& session, const std::string& prefix,
                    std::string_view value) {
  return {prefix, prefix + HexOf(session.keeper.id()), std::string(value)};
}

}  // namespace

Leadership::Leadership(std::shared_ptr<OwnedKey> key) : key_(std::move(key)) {}
Leadership::Leadership(Leadership&&) noexcept = default;
Leadership& Leadership::operator=(Leadership&&) noexcept = default;
Leadership::~Leadership() = default;

const std::string& Leadership::key() const { return key_->key(); }
int64_t Leadership::revision() const { return key_->revision(); }
Compare Leadership::IsOwner() const { return key_->IsOwner(); }
std::stop_token Leadership::lost() const { return key_->lost(); }
Status Leadership::status() const { return held() ? Status() : key_->WhyLost(); }

void Leadership::OnLost(std::function<void()> told) {
  const auto key = key_;  // what is told at once may destroy this
  key->OnLost(std::move(told));
}

TxnBuilder Leadership::Txn() const {
  TxnBuilder txn(key_->session()->connection);
  txn.If(IsOwner());
  return txn;
}

Status Leadership::Proclaim(std::string_view value, const CallOptions& call) {
  return AsyncProclaim(value, call).Get().status();
}

Future<Nothing> Leadership::AsyncProclaim(std::string_view value, const CallOptions& call) {
  return ProclaimAs(key_, std::string(value), call);
}

Status Leadership::Resign(const CallOptions& call) { return AsyncResign(call).Get().status(); }

Future<Nothing> Leadership::AsyncResign(const CallOptions& call) { return key_->Release(call); }

LeaderWatch::~LeaderWatch() {
  if (state_ != nullptr) Cancel();
}

Future<KeyValue> LeaderWatch::AsyncNext(std::chrono::milliseconds timeout) {
  return NextLeader(state_, internal::Later(Clock::now(), timeout));
}

void LeaderWatch::Cancel() { internal::RequestStop{state_->stop}(); }

ElectionView::ElectionView(const Client& client, std::string_view name)
    : connection_(client.connection()), prefix_(std::string(name) + "/") {}

Result<std::optional<KeyValue>> ElectionView::Leader(const CallOptions& call) {
  return AsyncLeader(call).Get();
}

Future<std::optional<KeyValue>> ElectionView::AsyncLeader(const CallOptions& call) {
  return FindLeader(connection_, prefix_, call);
}

LeaderWatch ElectionView::Observe() {
  auto state = std::make_shared<LeaderWatchState>();
  state->connection = connection_;
  state->prefix = prefix_;
  return LeaderWatch(std::move(state));
}

Election::Election(const Session& session, std::string_view name)
    : ElectionView(Client(session.state()->connection), name),
      session_(session.state()),
      prefix_(std::string(name) + "/") {}

Result<Leadership> Election::Campaign(std::string_view value, const WaitOptions& wait) {
  return AsyncCampaign(value, wait).Get();
}

Future<Leadership> Election::AsyncCampaign(std::string_view value, const WaitOptions& wait) {
  return Won(Stand(session_, LineFor(*session_, prefix_, value), wait));
}

Result<std::optional<Leadership>> Election::Resume(const CallOptions& call) {
  return AsyncResume(call).Get();
}

Future<std::optional<Leadership>> Election::AsyncResume(const CallOptions& call) {
  return TakeUp(session_, LineFor(*session_, prefix_, ""), call);
}

}  // namespace etcdpp
