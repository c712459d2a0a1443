#include "etcdpp/mutex.h"

#include <random>
#include <utility>

#include "client/src/owned_key.h"
#include "etcdpp/async_client.h"

namespace etcdpp {
namespace {

/// What a lock is asked for with.
struct LockRequest {
  std::shared_ptr<SessionState> session;
  LineRequest line;
  std::string claim;      // what the threads of a session take turns at
  std::string waits_for;  // prefix of those who have to go before
  bool try_only = false;
};

// Has the key deleted that may have been created by a call that failed.
void CleanUp(const LockRequest& request, Claim claim) {
  claim.BeginToLeave();
  LetGo(
      DeleteInParting(request.session, DeleteOf(*request.session, request.line), std::move(claim)));
}

// Nothing: another thread of the session has it, and it was only to be tried.
std::optional<Future<Claim>> TurnFor(const LockRequest& request, const WaitScope& scope) {
  ClaimTable& claims = *request.session->claims;
  if (request.try_only) return claims.TryTake(request.claim, scope.token());
  return claims.Take(request.claim, scope.token());
}

// Nothing: somebody has it, and it was only to be tried.
Future<std::optional<LockGuard>> LockInLine(LockRequest request, WaitOptions wait) {
  const auto session = request.session;
  WaitScope scope(*session->connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  scope.Add(session->lost.get_token());
  auto turn = TurnFor(request, scope);
  if (!turn) co_return std::optional<LockGuard>();
  auto claim = co_await *std::move(turn);
  if (!claim.ok()) co_return Because(*session, scope, claim.status());
  auto place = co_await EnterLine(session, request.line, scope.call());
  if (!place.ok()) {
    CleanUp(request, *std::move(claim));
    co_return Because(*session, scope, place.status());
  }
  const std::shared_ptr<OwnedKey> key = std::move(place->key);
  key->Keep(*std::move(claim));
  if (place->first) co_return std::optional<LockGuard>(LockGuard(key, place->header));
  if (request.try_only) {
    (void)co_await key->Release(Farewell());
    co_return std::optional<LockGuard>();
  }
  scope.Add(key->lost());
  const auto first = co_await WaitFirst(key, request.waits_for, scope.call());
  if (first.ok()) co_return std::optional<LockGuard>(LockGuard(key, *first));
  if (key->lost().stop_requested()) co_return key->WhyLost();
  co_return Because(*session, scope, first.status());
}

std::string RandomText() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 4; ++i) {
    const unsigned value = random();
    for (int shift = 0; shift < 32; shift += 8) {
      text.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU));
    }
  }
  return text;
}

Future<TxnResponse> TryOneKey(const LockRequest& request, CallOptions call) {
  PutOptions on_lease;
  on_lease.lease = request.session->keeper.id();
  TxnRequest txn;
  txn.If(cmp::Missing(request.line.key))
      .Then(op::Put(request.line.key, request.line.value, on_lease))
      .Else(op::Get(request.line.key));
  return CommitRepeatable(request.session->connection, std::move(txn), std::move(call));
}

// One key for all: whoever creates it has the lock.
Future<std::optional<LockGuard>> LockOneKey(LockRequest request, WaitOptions wait) {
  const auto session = request.session;
  WaitScope scope(*session->connection, wait);
  const std::stop_token cancelled = co_await ThisStop();
  scope.Add(cancelled);
  scope.Add(session->lost.get_token());
  auto turn = TurnFor(request, scope);
  if (!turn) co_return std::optional<LockGuard>();
  auto claim = co_await *std::move(turn);
  if (!claim.ok()) co_return Because(*session, scope, claim.status());
  while (true) {
    const auto done = co_await TryOneKey(request, scope.call());
    if (!done.ok()) {
      CleanUp(request, *std::move(claim));
      co_return Because(*session, scope, done.status());
    }
    KeyValue holder;
    if (done->succeeded) {
      holder.value = request.line.value;
      holder.create_revision = done->header.revision;
    } else {
      holder = done->responses[0].range()->kvs[0];
    }
    if (holder.value == request.line.value) {
      const auto key =
          std::make_shared<OwnedKey>(session, request.line.key, holder.create_revision);
      key->Keep(*std::move(claim));
      co_return std::optional<LockGuard>(LockGuard(key, done->header));
    }
    if (request.try_only) co_return std::optional<LockGuard>();
    const int64_t from = done->header.revision + 1;
    const auto gone = co_await WaitDeleted(session->connection, holder, from, scope.call());
    if (!gone.ok()) co_return Because(*session, scope, gone.status());
  }
}

Future<std::optional<LockGuard>> Start(LockRequest request, LockLayout layout,
                                       const WaitOptions& wait) {
  return layout == LockLayout::kPython ? LockOneKey(std::move(request), wait)
                                       : LockInLine(std::move(request), wait);
}

Future<LockGuard> Held(Future<std::optional<LockGuard>> locking) {
  auto guard = co_await std::move(locking);
  if (!guard.ok()) co_return guard.status();
  co_return *std::move(*guard);
}

LockRequest RequestFor(const std::shared_ptr<SessionState>& session, const std::string& name,
                       LockLayout layout) {
  LockRequest request;
  request.session = session;
  if (layout == LockLayout::kPython) {
    request.line.key = "/locks/" + name;
    request.line.value = RandomText();
  } else {
    request.line.prefix = name + "/";
    request.line.key = request.line.prefix + HexOf(session->keeper.id());
    request.waits_for = request.line.prefix;
  }
  request.claim = request.line.key;
  return request;
}

LockRequest SharedRequestFor(const std::shared_ptr<SessionState>& session,
                             const std::string& prefix, bool shared) {
  LockRequest request;
  request.session = session;
  request.line.prefix = shared ? prefix + "write" : prefix;
  request.line.key = prefix + (shared ? "read/" : "write/") + HexOf(session->keeper.id()) + "-" +
                     std::to_string(++session->last_number);
  request.waits_for = request.line.prefix;
  request.claim = request.line.key;
  return request;
}

}  // namespace

LockGuard::LockGuard(std::shared_ptr<OwnedKey> key, ResponseHeader header)
    : key_(std::move(key)), header_(header) {}
LockGuard::LockGuard(LockGuard&&) noexcept = default;
LockGuard& LockGuard::operator=(LockGuard&&) noexcept = default;
LockGuard::~LockGuard() = default;

const std::string& LockGuard::key() const { return key_->key(); }
int64_t LockGuard::revision() const { return key_->revision(); }
Compare LockGuard::IsOwner() const { return key_->IsOwner(); }
std::stop_token LockGuard::lost() const { return key_->lost(); }

TxnBuilder LockGuard::Txn() const {
  TxnBuilder txn(key_->session()->connection);
  txn.If(IsOwner());
  return txn;
}

Status LockGuard::status() const { return held() ? Status() : key_->WhyLost(); }

void LockGuard::OnLost(std::function<void()> told) {
  const auto key = key_;  // what is told at once may destroy this
  key->OnLost(std::move(told));
}

Result<bool> LockGuard::Verify(const CallOptions& call) const {
  const auto done = Txn().Commit(call);
  if (!done.ok()) return done.status();
  return done->succeeded;
}

Status LockGuard::Unlock(const CallOptions& call) { return AsyncUnlock(call).Get().status(); }

Future<Nothing> LockGuard::AsyncUnlock(const CallOptions& call) { return key_->Release(call); }

Mutex::Mutex(const Session& session, std::string_view name, LockLayout layout)
    : session_(session.state()), name_(name), layout_(layout) {}

Result<LockGuard> Mutex::Lock(const WaitOptions& wait) { return AsyncLock(wait).Get(); }

Future<LockGuard> Mutex::AsyncLock(const WaitOptions& wait) {
  return Held(Start(RequestFor(session_, name_, layout_), layout_, wait));
}

Result<std::optional<LockGuard>> Mutex::TryLock(const WaitOptions& wait) {
  return AsyncTryLock(wait).Get();
}

Future<std::optional<LockGuard>> Mutex::AsyncTryLock(const WaitOptions& wait) {
  LockRequest request = RequestFor(session_, name_, layout_);
  request.try_only = true;
  return Start(std::move(request), layout_, wait);
}

RwMutex::RwMutex(const Session& session, std::string_view name)
    : session_(session.state()), prefix_(std::string(name) + "/") {}

Result<LockGuard> RwMutex::Lock(const WaitOptions& wait) { return AsyncLock(wait).Get(); }

Future<LockGuard> RwMutex::AsyncLock(const WaitOptions& wait) {
  return Held(LockInLine(SharedRequestFor(session_, prefix_, false), wait));
}

Result<LockGuard> RwMutex::LockShared(const WaitOptions& wait) {
  return AsyncLockShared(wait).Get();
}

Future<LockGuard> RwMutex::AsyncLockShared(const WaitOptions& wait) {
  return Held(LockInLine(SharedRequestFor(session_, prefix_, true), wait));
}

}  // namespace etcdpp
