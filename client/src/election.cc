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
  key->Lose();
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
    LetGo(
        DeleteOwned(session->connection, DeleteOf(*session, line), *std::move(claim), Farewell()));
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
  auto claim = co_await session->claims->Take(line.key, call.cancel);
  if (!claim.ok()) co_return claim.status();
  const auto leader = co_await FindLeader(session->connection, line.prefix, call);
  if (!leader.ok()) co_return leader.status();
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
Future<Nothing> Look(std::shared_ptr<LeaderWatchState> state) {
  AsyncClient async(state->connection);
  CallOptions call;
  call.cancel = state->stop.get_token();
  const auto found = co_await async.Range(KeyRange::Prefix(state->prefix), OldestOnly(), call);
  if (!found.ok()) co_return found.status();
  WatchParams params;
  params.call = call;
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

Future<KeyValue> NextLeader(std::shared_ptr<LeaderWatchState> state, Clock::time_point deadline) {
  while (state->values.empty()) {
    if (state->stop.stop_requested()) {
      co_return Status(Code::kCancelled, "the observation was cancelled");
    }
    if (!state->watch) {
      const auto looked = co_await Look(state);
      if (!looked.ok()) co_return looked.status();
      continue;
    }
    auto left = kNoTimeout;
    if (deadline != Clock::time_point::max()) {
      left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      left = std::max(left, std::chrono::milliseconds(0));
    }
    const auto response = co_await state->watch->AsyncNext(left);
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
void Leadership::OnLost(std::function<void()> told) { key_->OnLost(std::move(told)); }

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
  const auto deadline = timeout == kNoTimeout ? Clock::time_point::max() : Clock::now() + timeout;
  return NextLeader(state_, deadline);
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
