#include "client/src/owned_key.h"

#include <charconv>
#include <utility>

#include "etcdpp/async_client.h"

namespace etcdpp {
namespace {

// For what a destructor sends and nobody waits for.
constexpr std::chrono::milliseconds kFarewell{2000};

Status KeyGone() { return {Code::kAborted, "the key was deleted by somebody else"}; }

Future<Nothing> FollowDeletion(std::shared_ptr<Connection> connection, std::string key,
                               int64_t revision, std::stop_source lost) {
  KeyValue mine;
  mine.key = std::move(key);
  mine.create_revision = revision;
  CallOptions call;
  const auto gone = co_await WaitDeleted(connection, mine, revision + 1, call);
  if (!gone.ok()) co_return gone;
  // What hears of it may do so on the thread for callbacks only.
  AsyncClient async(std::move(connection));
  const auto there = co_await async.Delay({});
  if (there.ok()) internal::RequestStop{lost}();
  co_return there;
}

}  // namespace

CallOptions Farewell() {
  CallOptions call;
  call.timeout = kFarewell;
  return call;
}

TxnRequest DeleteOf(const SessionState& session, const LineRequest& line) {
  TxnRequest txn;
  txn.If(cmp::Lease(line.key) == session.keeper.id()).Then(op::Delete(line.key));
  return txn;
}

Future<Nothing> DeleteInParting(std::shared_ptr<SessionState> session, TxnRequest request,
                                std::optional<Claim> claim) {
  const auto done = co_await CommitUntil(session->connection, std::move(request), Farewell(),
                                         session->lost.get_token());
  claim.reset();
  if (!done.ok()) co_return done.status();
  co_return Nothing();
}

OwnedKey::OwnedKey(std::shared_ptr<SessionState> session, std::string key, int64_t revision)
    : session_(std::move(session)), key_(std::move(key)), revision_(revision) {
  session_lost_.emplace(session_->lost.get_token(), internal::RequestStop{lost_});
  following_.emplace(FollowDeletion(session_->connection, key_, revision_, lost_));
}

OwnedKey::~OwnedKey() {
  if (released_) return;
  StopFollowing();
  if (claim_) claim_->BeginToLeave();
  LetGo(DeleteInParting(session_, DeleteThis(), std::move(claim_)));
}

Status OwnedKey::WhyLost() const {
  Status lost = SessionLost(*session_);
  return lost.ok() ? KeyGone() : lost;
}

void OwnedKey::OnLost(std::function<void()> told) {
  using StopCallback = std::stop_callback<std::function<void()>>;
  // It may destroy this, and with it the function that is running.
  const auto shared = std::make_shared<std::function<void()>>(std::move(told));
  auto on_lost = std::make_unique<StopCallback>(lost_.get_token(), [shared] {
    const auto mine = shared;
    (*mine)();
  });
  const std::lock_guard lock(mu_);
  on_lost_.swap(on_lost);
}

void OwnedKey::StopFollowing() {
  following_.reset();
  session_lost_.reset();
  std::unique_ptr<std::stop_callback<std::function<void()>>> on_lost;
  {
    const std::lock_guard lock(mu_);
    on_lost.swap(on_lost_);
  }
  on_lost.reset();  // waits for it where it runs on another thread
}

TxnRequest OwnedKey::DeleteThis() const {
  TxnRequest request;
  request.If(IsOwner()).Then(op::Delete(key_));
  return request;
}

Future<Nothing> OwnedKey::Release(const CallOptions& call) {
  const bool released = released_.exchange(true);
  if (!released) {
    StopFollowing();
    if (claim_) claim_->BeginToLeave();
  }
  // It keeps this: what it leaves behind, be it that nobody waits for it any more, the destructor
  // deletes.
  return [](std::shared_ptr<OwnedKey> self, CallOptions options, bool was) -> Future<Nothing> {
    if (was) co_return Status(Code::kFailedPrecondition, "it was released before");
    WaitScope scope(*self->session_->connection, options);
    const std::stop_token cancelled = co_await ThisStop();
    scope.Add(cancelled);
    options.cancel = scope.token();
    const auto done = co_await CommitUntil(self->session_->connection, self->DeleteThis(), options,
                                           self->session_->lost.get_token());
    if (!done.ok()) {
      self->released_ = false;
      co_return scope.Explain(done.status());
    }
    self->claim_.reset();
    co_return Nothing();
  }(shared_from_this(), call, released);
}

Future<PlaceInLine> EnterLine(std::shared_ptr<SessionState> session, LineRequest request,
                              CallOptions call) {
  RangeOptions oldest;
  oldest.limit = 1;
  oldest.sort_order = SortOrder::kAscend;
  oldest.sort_target = SortTarget::kCreateRevision;
  const Op first = op::Get(KeyRange::Prefix(request.prefix), oldest);
  PutOptions on_lease;
  on_lease.lease = session->keeper.id();
  TxnRequest txn;
  txn.If(cmp::Missing(request.key))
      .Then(op::Put(request.key, request.value, on_lease), first)
      .Else(op::Get(request.key), first);
  const auto done = co_await CommitRepeatable(session->connection, std::move(txn), call);
  if (!done.ok()) co_return done.status();
  PlaceInLine place;
  place.header = done->header;
  place.existed = !done->succeeded;
  int64_t revision = done->header.revision;
  if (place.existed) {
    const KeyValue& mine = done->responses[0].range()->kvs[0];
    revision = mine.create_revision;
    place.value = mine.value;
  }
  const auto& line = done->responses[1].range()->kvs;
  place.first = line.empty() || line[0].create_revision >= revision;
  place.key = std::make_shared<OwnedKey>(std::move(session), request.key, revision);
  co_return std::move(place);
}

Future<ResponseHeader> WaitFirst(std::shared_ptr<OwnedKey> key, std::string prefix,
                                 CallOptions call) {
  const auto& connection = key->session()->connection;
  RangeOptions previous;
  previous.limit = 1;
  previous.sort_order = SortOrder::kDescend;
  previous.sort_target = SortTarget::kCreateRevision;
  previous.max_create_revision = key->revision() - 1;
  while (true) {
    TxnRequest txn;
    txn.If(key->IsOwner()).Then(op::Get(KeyRange::Prefix(prefix), previous));
    const auto done = co_await CommitRepeatable(connection, std::move(txn), call);
    if (!done.ok()) co_return done.status();
    if (!done->succeeded) {
      key->Lose();
      co_return key->WhyLost();
    }
    const auto& line = done->responses[0].range()->kvs;
    if (line.empty()) co_return done->header;
    const int64_t from = done->header.revision + 1;
    const auto gone = co_await WaitDeleted(connection, line[0], from, call);
    if (!gone.ok()) co_return gone.status();
  }
}

std::string HexOf(LeaseId lease) {
  char digits[17] = {};
  const auto end = std::to_chars(digits, digits + sizeof(digits), lease, 16);
  return {digits, end.ptr};
}

}  // namespace etcdpp
