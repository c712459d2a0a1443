// Sessions, and the locks that stand on them.
#include <atomic>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"
#include "etcdpp/mutex.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace op = etcdpp::op;

using etcdpp::Client;
using etcdpp::Code;
using etcdpp::Future;
using etcdpp::LeaseLoss;
using etcdpp::LockGuard;
using etcdpp::LockLayout;
using etcdpp::Mutex;
using etcdpp::Reason;
using etcdpp::RwMutex;
using etcdpp::Session;
using testing::ElementsAre;

Session NewSession(const Client& client, std::chrono::seconds ttl = 600s) {
  return Must(Session::Create(client, {.ttl = ttl}));
}

// Waits until something is told on another thread.
bool Comes(std::stop_token token) {
  std::promise<void> told;
  const std::stop_callback tell(std::move(token), [&told] { told.set_value(); });
  return told.get_future().wait_for(Corner::kPatience) == std::future_status::ready;
}

int64_t Waiting(Corner& c, const std::string& name) {
  return Must(c.client().Range(c.All(name + "/"), {.count_only = true})).count;
}

// Waits until `count` stand in the line of a lock.
void AwaitLine(Corner& c, const std::string& name, int64_t count) {
  etcdpp::Watch watch = c.client().Watch(c.All(name + "/"));
  while (Waiting(c, name) != count) Must(watch.NextFor(Corner::kPatience));
}

TEST(ClientSession, KeepsItsLeaseUntilItIsClosed) {
  Corner c;
  Session session = NewSession(c.client());
  EXPECT_GT(session.SafeUntil(), std::chrono::steady_clock::now());
  EXPECT_EQ(session.loss(), LeaseLoss::kNone);
  c.Put("a", "1", {.lease = session.lease()});
  ASSERT_TRUE(session.Close().ok());
  EXPECT_TRUE(Comes(session.lost()));
  EXPECT_FALSE(Must(c.client().TimeToLive(session.lease())).found());
  EXPECT_EQ(Must(c.client().Get(c("a"))), std::nullopt);
  EXPECT_TRUE(session.Close().ok());
}

TEST(ClientSession, DestroyedItHasItsLeaseRevoked) {
  Corner c;
  etcdpp::Watch watch = c.client().Watch(c("a"), {.no_puts = true});
  {
    const Session session = NewSession(c.client());
    c.Put("a", "1", {.lease = session.lease()});
  }
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a"));
}

TEST(ClientSession, OrphanedItLeavesItsLeaseToBeTakenOver) {
  Corner c;
  Session first = NewSession(c.client());
  first.Orphan();
  EXPECT_EQ(first.loss(), LeaseLoss::kStopped);
  Session second = Must(Session::Create(c.client(), {.lease = first.lease()}));
  EXPECT_EQ(second.lease(), first.lease());
  EXPECT_TRUE(Must(c.client().TimeToLive(second.lease())).found());
}

TEST(ClientSession, TellsWhenSomebodyRevokesItsLease) {
  Corner c;
  const Session session = NewSession(c.client(), 3s);
  Client other(target().endpoint);
  ASSERT_TRUE(other.RevokeLease(session.lease()).ok());
  EXPECT_TRUE(Comes(session.lost()));
  EXPECT_EQ(session.loss(), LeaseLoss::kNotFound);
}

TEST(ClientMutex, UsesTheKeysOfGo) {
  Corner c;
  const Session session = NewSession(c.client());
  Mutex mutex(session, c("lock"));
  const LockGuard guard = Must(mutex.Lock());
  char hex[32];
  (void)std::snprintf(hex, sizeof(hex), "%llx", static_cast<unsigned long long>(session.lease()));
  const auto kv = c.Get(std::string("lock/") + hex);
  EXPECT_EQ(guard.key(), kv.key);
  EXPECT_EQ(kv.value, "");
  EXPECT_EQ(kv.lease, session.lease());
  EXPECT_EQ(guard.revision(), kv.create_revision);
  EXPECT_EQ(guard.header().revision, kv.create_revision);
}

TEST(ClientMutex, IsHeldByOneInTheOrderOfAsking) {
  constexpr int kSessions = 5;
  Corner c;
  std::vector<Session> sessions;
  std::vector<Future<LockGuard>> waiting;
  for (int i = 0; i < kSessions; ++i) {
    sessions.push_back(NewSession(c.client()));
    waiting.push_back(Mutex(sessions.back(), c("lock")).AsyncLock());
    AwaitLine(c, "lock", i + 1);
  }
  int64_t last = 0;
  for (int i = 0; i < kSessions; ++i) {
    LockGuard guard = Must(std::move(waiting[static_cast<size_t>(i)]).Get());
    EXPECT_GT(guard.revision(), last);
    last = guard.revision();
    for (int later = i + 1; later < kSessions; ++later) {
      EXPECT_FALSE(waiting[static_cast<size_t>(later)].ready());
    }
    EXPECT_TRUE(guard.Unlock().ok());
  }
  EXPECT_EQ(Waiting(c, "lock"), 0);
}

TEST(ClientMutex, OfAnotherNameIsAnother) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  const LockGuard one = Must(Mutex(first, c("lock")).Lock());
  const LockGuard two = Must(Mutex(second, c("locks")).Lock());
  EXPECT_TRUE(one.held() && two.held());
}

TEST(ClientMutex, TryLockNeverWaits) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  std::optional<LockGuard> held = Must(Mutex(first, c("lock")).TryLock());
  ASSERT_TRUE(held);
  EXPECT_EQ(Must(Mutex(second, c("lock")).TryLock()), std::nullopt);
  EXPECT_EQ(Must(Mutex(first, c("lock")).TryLock()), std::nullopt);
  EXPECT_EQ(Waiting(c, "lock"), 1);
  held.reset();
  EXPECT_TRUE(Must(Mutex(first, c("lock")).TryLock()));
}

TEST(ClientMutex, GivesUpInTimeAndLeavesTheLine) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  LockGuard held = Must(Mutex(first, c("lock")).Lock());
  const auto late = Mutex(second, c("lock")).Lock({.timeout = 50ms});
  EXPECT_EQ(late.status().code(), Code::kDeadlineExceeded);
  AwaitLine(c, "lock", 1);
  auto next = Mutex(second, c("lock")).AsyncLock();
  EXPECT_TRUE(held.Unlock().ok());
  EXPECT_TRUE(Must(std::move(next).Get()).held());
}

TEST(ClientMutex, CancelledInAnyWayItLeavesTheLine) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  const LockGuard held = Must(Mutex(first, c("lock")).Lock());
  Mutex mutex(second, c("lock"));

  auto cancelled = mutex.AsyncLock();
  AwaitLine(c, "lock", 2);
  cancelled.Cancel();
  EXPECT_EQ(std::move(cancelled).Get().status().code(), Code::kCancelled);
  AwaitLine(c, "lock", 1);

  std::stop_source stop;
  auto stopped = mutex.AsyncLock({.cancel = stop.get_token()});
  AwaitLine(c, "lock", 2);
  stop.request_stop();
  EXPECT_EQ(std::move(stopped).Get().status().code(), Code::kCancelled);
  AwaitLine(c, "lock", 1);

  {
    const auto dropped = mutex.AsyncLock();
    AwaitLine(c, "lock", 2);
  }
  AwaitLine(c, "lock", 1);
  EXPECT_TRUE(held.held());
}

TEST(ClientMutex, ThreadsOfASessionTakeTurns) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 10;
  Corner c;
  const Session session = NewSession(c.client());
  std::atomic<int> inside = 0;
  std::atomic<bool> together = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      Mutex mutex(session, c("lock"));
      for (int round = 0; round < kRounds; ++round) {
        auto guard = mutex.Lock();
        if (!guard.ok() || ++inside != 1) together = true;
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(together);
}

TEST(ClientMutex, TellsItsHolderThatItsLeaseIsLost) {
  Corner c;
  const Session session = NewSession(c.client(), 3s);
  LockGuard guard = Must(Mutex(session, c("lock")).Lock());
  std::promise<void> told;
  guard.OnLost([&told] { told.set_value(); });
  EXPECT_TRUE(guard.held());
  Client other(target().endpoint);
  ASSERT_TRUE(other.RevokeLease(session.lease()).ok());
  EXPECT_EQ(told.get_future().wait_for(Corner::kPatience), std::future_status::ready);
  EXPECT_FALSE(guard.held());
  EXPECT_EQ(guard.status().code(), Code::kAborted);
  EXPECT_FALSE(Must(guard.Verify()));
}

TEST(ClientMutex, TellsItsHolderThatItsKeyIsGone) {
  Corner c;
  const Session session = NewSession(c.client());
  std::optional<LockGuard> guard = Must(Mutex(session, c("lock")).Lock());
  std::promise<void> told;
  guard->OnLost([&] {
    guard.reset();  // destroyed by its own callback
    told.set_value();
  });
  ASSERT_TRUE(c.client().Delete(c.All("lock/")).ok());
  EXPECT_EQ(told.get_future().wait_for(Corner::kPatience), std::future_status::ready);
  EXPECT_EQ(guard, std::nullopt);
}

TEST(ClientMutex, AWaiterWhoseKeyIsGoneStopsWaiting) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  const LockGuard held = Must(Mutex(first, c("lock")).Lock());
  auto waiting = Mutex(second, c("lock")).AsyncLock();
  AwaitLine(c, "lock", 2);
  const auto last = Must(c.client().Last(c.All("lock/"), etcdpp::SortTarget::kCreateRevision));
  ASSERT_TRUE(c.client().Delete(last->key).ok());
  EXPECT_EQ(std::move(waiting).Get().status().code(), Code::kAborted);
  EXPECT_TRUE(held.held());
}

TEST(ClientMutex, AWaiterWhoseSessionIsClosedStopsWaiting) {
  Corner c;
  const Session first = NewSession(c.client());
  Session second = NewSession(c.client());
  const LockGuard held = Must(Mutex(first, c("lock")).Lock());
  auto waiting = Mutex(second, c("lock")).AsyncLock();
  AwaitLine(c, "lock", 2);
  ASSERT_TRUE(second.Close().ok());
  const auto status = std::move(waiting).Get().status();
  EXPECT_EQ(status.code(), Code::kAborted);
  EXPECT_EQ(Mutex(second, c("lock")).Lock().status().code(), Code::kAborted);
}

TEST(ClientMutex, ATransactionOfTheGuardIsFenced) {
  Corner c;
  const Session session = NewSession(c.client());
  LockGuard guard = Must(Mutex(session, c("lock")).Lock());
  EXPECT_TRUE(Must(guard.Txn().Then(op::Put(c("a"), "1")).Commit()).succeeded);
  ASSERT_TRUE(c.client().Delete(guard.key()).ok());
  EXPECT_FALSE(Must(guard.Txn().Then(op::Put(c("a"), "2")).Commit()).succeeded);
  EXPECT_EQ(c.Get("a").value, "1");
}

TEST(ClientMutex, IsPassedOnWhenTheHoldersLeaseEnds) {
  Corner c;
  Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  const LockGuard held = Must(Mutex(first, c("lock")).Lock());
  auto waiting = Mutex(second, c("lock")).AsyncLock();
  AwaitLine(c, "lock", 2);
  ASSERT_TRUE(first.Close().ok());
  EXPECT_TRUE(Must(std::move(waiting).Get()).held());
}

TEST(ClientMutex, TheDestroyedGuardUnlocks) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  { const LockGuard held = Must(Mutex(first, c("lock")).Lock()); }
  EXPECT_TRUE(Mutex(second, c("lock")).Lock({.timeout = Corner::kPatience}).ok());
}

TEST(ClientMutex, UnlockedTwiceSaysSo) {
  Corner c;
  const Session session = NewSession(c.client());
  LockGuard guard = Must(Mutex(session, c("lock")).Lock());
  EXPECT_TRUE(guard.Unlock().ok());
  EXPECT_EQ(guard.Unlock().code(), Code::kFailedPrecondition);
}

TEST(ClientMutex, WaitsAcrossALostConnection) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client far(proxy.endpoint());
  const Session first = NewSession(c.client());
  const Session second = NewSession(far);
  LockGuard held = Must(Mutex(first, c("lock")).Lock());
  auto waiting = Mutex(second, c("lock")).AsyncLock();
  AwaitLine(c, "lock", 2);
  proxy.Cut();
  EXPECT_TRUE(held.Unlock().ok());
  EXPECT_FALSE(waiting.WaitFor(50ms));
  proxy.Restore();
  EXPECT_TRUE(Must(std::move(waiting).Get()).held());
}

Future<int> LockInACoroutine(Mutex mutex) {
  auto guard = co_await mutex.AsyncLock();
  if (!guard.ok()) co_return guard.status();
  const auto unlocked = co_await guard->AsyncUnlock();
  if (!unlocked.ok()) co_return unlocked.status();
  co_return 1;
}

TEST(ClientMutex, IsAwaited) {
  Corner c;
  const Session session = NewSession(c.client());
  EXPECT_EQ(Must(LockInACoroutine(Mutex(session, c("lock"))).Get()), 1);
}

TEST(ClientMutex, OfPythonUsesItsOneKey) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  const std::string name = c("lock");
  Mutex mutex(first, name, LockLayout::kPython);
  LockGuard held = Must(mutex.Lock());
  EXPECT_EQ(held.key(), "/locks/" + name);
  const auto kv = *Must(c.client().Get(held.key()));
  EXPECT_EQ(kv.value.size(), 16U);
  EXPECT_EQ(kv.lease, first.lease());
  Mutex other(second, name, LockLayout::kPython);
  EXPECT_EQ(Must(other.TryLock()), std::nullopt);
  EXPECT_EQ(other.Lock({.timeout = 20ms}).status().code(), Code::kDeadlineExceeded);
  auto waiting = other.AsyncLock();
  EXPECT_TRUE(held.Unlock().ok());
  EXPECT_TRUE(Must(std::move(waiting).Get()).held());
}

TEST(ClientRwMutex, SharesAmongReadersAndKeepsWritersAlone) {
  Corner c;
  const Session first = NewSession(c.client());
  const Session second = NewSession(c.client());
  RwMutex one(first, c("rw"));
  RwMutex two(second, c("rw"));
  LockGuard reader = Must(one.LockShared());
  LockGuard another = Must(two.LockShared());
  auto writer = two.AsyncLock();
  AwaitLine(c, "rw", 3);
  auto late_reader = one.AsyncLockShared();
  AwaitLine(c, "rw", 4);
  EXPECT_TRUE(reader.Unlock().ok());
  EXPECT_FALSE(writer.WaitFor(20ms));
  EXPECT_TRUE(another.Unlock().ok());
  LockGuard written = Must(std::move(writer).Get());
  EXPECT_FALSE(late_reader.ready());
  EXPECT_TRUE(written.Unlock().ok());
  EXPECT_TRUE(Must(std::move(late_reader).Get()).held());
}

}  // namespace
}  // namespace conformance
