// Sessions and what waits on them, where the connection fails in every way.

#include "etcdpp/session.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/session_state.h"
#include "etcdpp/barrier.h"
#include "etcdpp/election.h"
#include "etcdpp/mocks/mock_connection.h"
#include "etcdpp/mutex.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::_;
using testing::NiceMock;

constexpr LeaseId kLease = 0xabc;

/// A watch that tells nothing until it is cancelled, or told to.
class QuietWatch final : public WatchStream {
 public:
  using Waiter = std::function<void(Result<WatchResponse>)>;

  explicit QuietWatch(std::vector<Waiter>* waiters) : waiters_(waiters) {}
  ~QuietWatch() override { QuietWatch::Cancel(); }

  Result<WatchResponse> Next() override { return Status(Code::kUnimplemented, "not asked"); }
  Result<WatchResponse> NextFor(milliseconds /*timeout*/) override { return Next(); }
  void AsyncNext(milliseconds /*timeout*/, Waiter done) override {
    index_ = waiters_->size();
    waiters_->push_back(std::move(done));
  }
  void RequestProgress() override {}
  void Cancel() override {
    if (index_ == waiters_->max_size()) return;
    const Waiter waiter =
        std::exchange((*waiters_)[std::exchange(index_, waiters_->max_size())], {});
    if (waiter) waiter(Status(Code::kCancelled, "the watch was cancelled"));
  }
  int64_t compact_revision() const override { return 0; }

 private:
  std::vector<Waiter>* waiters_;
  size_t index_ = waiters_->max_size();  // of the one that waits; else this
};

/// Remembers the transactions, and answers them in turn.
class SessionTest : public testing::Test {
 protected:
  using Renewal = NiceMock<mocks::MockLeaseRenewal>;

  SessionTest() {
    ON_CALL(*connection_, LeaseGrant).WillByDefault([](const LeaseGrantParams& params) {
      return LeaseGrantResponse{{}, kLease, params.request.ttl};
    });
    ON_CALL(*connection_, LeaseRevoke).WillByDefault(testing::Return(LeaseRevokeResponse()));
    ON_CALL(*connection_, KeepAlive).WillByDefault([this](const KeepAliveParams& params) {
      auto renewal = std::make_unique<Renewal>();
      ON_CALL(*renewal, id).WillByDefault(testing::Return(params.request.id));
      ON_CALL(*renewal, loss).WillByDefault([this] { return loss_; });
      ON_CALL(*renewal, OnLost).WillByDefault([this](auto lost) { lost_ = std::move(lost); });
      return renewal;
    });
    ON_CALL(*connection_, Watch).WillByDefault([this](const WatchParams& params) {
      watched_.push_back(params.request.range.key());
      return std::make_unique<QuietWatch>(&waiters_);
    });
    ON_CALL(*connection_, AsyncTxn).WillByDefault([this](TxnParams params, auto done) {
      txns_.push_back(std::move(params.request));
      cancels_.push_back(params.call.cancel);
      if (answers_.empty()) {
        hanging_.push_back(std::move(done));
        return;
      }
      auto answer = std::move(answers_.front());
      answers_.erase(answers_.begin());
      done(std::move(answer));
    });
    ON_CALL(*connection_, RunAfter).WillByDefault([this](milliseconds delay, auto task) {
      if (delay < seconds(1)) return task();  // between attempts
      timeouts_.push_back(std::move(task));
    });
  }

  // A connection answers every call, be it that it ends.
  void TearDown() override {
    const Status gone(Code::kCancelled, "the connection is gone");
    while (!hanging_.empty()) {
      const auto done = std::move(hanging_.back());
      hanging_.pop_back();
      if (done) done(gone);
    }
    for (size_t i = 0; i < waiters_.size(); ++i) {
      if (const auto waiter = std::exchange(waiters_[i], {})) waiter(gone);
    }
  }

  Session NewSession() { return *Session::Create(Client(connection_)); }

  // The answer to who enters a line behind `others`.
  static TxnResponse Entered(int64_t revision, std::vector<KeyValue> others = {}) {
    RangeResponse line;
    line.kvs = std::move(others);
    return {{.revision = revision}, true, {{PutResponse()}, {line}}};
  }

  static KeyValue Other(int64_t revision) {
    return {.key = "lock/1", .create_revision = revision, .mod_revision = revision};
  }

  // Of a lock that was had at revision 5.
  static TxnRequest DeleteOfKey() {
    return TxnRequest().If(cmp::CreateRevision("lock/abc") == 5).Then(op::Delete("lock/abc"));
  }

  void LoseLease() {
    loss_ = LeaseLoss::kExpired;
    lost_(loss_);
  }

  std::vector<Result<TxnResponse>> answers_;
  std::vector<Callback<TxnResponse>> hanging_;
  std::vector<TxnRequest> txns_;
  std::vector<std::stop_token> cancels_;
  std::vector<std::string> watched_;
  std::vector<QuietWatch::Waiter> waiters_;
  std::vector<std::function<void()>> timeouts_;
  std::function<void(LeaseLoss)> lost_;
  LeaseLoss loss_ = LeaseLoss::kNone;
  const std::shared_ptr<NiceMock<mocks::MockConnection>> connection_ =
      std::make_shared<NiceMock<mocks::MockConnection>>();
};

TEST_F(SessionTest, IsNotMadeWithoutALease) {
  EXPECT_CALL(*connection_, LeaseGrant)
      .WillOnce(testing::Return(Status(Code::kUnavailable, "gone")));

  EXPECT_EQ(Session::Create(Client(connection_)).status().message(), "gone");
}

TEST_F(SessionTest, DestroyedItRevokesItsLeaseOnce) {
  EXPECT_CALL(*connection_, AsyncLeaseRevoke).Times(1);
  Session session = NewSession();
  const Session moved = std::move(session);
}

TEST_F(SessionTest, OrphanedItRevokesNothing) {
  EXPECT_CALL(*connection_, AsyncLeaseRevoke).Times(0);
  Session session = NewSession();
  session.Orphan();
}

TEST_F(SessionTest, ItIsClosedOnceThatHasSucceeded) {
  EXPECT_CALL(*connection_, LeaseRevoke)
      .WillOnce(testing::Return(Status(Code::kUnavailable, "gone")))
      .WillOnce(testing::Return(LeaseRevokeResponse()));
  Session session = NewSession();

  EXPECT_EQ(session.Close().message(), "gone");
  EXPECT_TRUE(session.Close().ok());
  EXPECT_TRUE(session.Close().ok());
}

TEST_F(SessionTest, OrphanedItMayStillBeClosed) {
  EXPECT_CALL(*connection_, LeaseRevoke).WillOnce(testing::Return(LeaseRevokeResponse()));
  Session session = NewSession();
  session.Orphan();

  EXPECT_TRUE(session.Close().ok());
}

TEST_F(SessionTest, ALockIsAskedForAgainWhileTheFailureMayPass) {
  answers_ = {Status(Code::kUnavailable, "gone"), Status(Code::kDeadlineExceeded, "late"),
              Entered(5)};
  const Session session = NewSession();

  auto guard = Mutex(session, "lock").Lock();

  ASSERT_TRUE(guard.ok()) << guard.status();
  EXPECT_EQ(guard->key(), "lock/abc");
  EXPECT_EQ(guard->revision(), 5);
  EXPECT_EQ(txns_.size(), 3U);
}

TEST_F(SessionTest, WhatALockMayHaveLeftBehindIsDeleted) {
  answers_ = {Status(Code::kDataLoss, "who knows"), TxnResponse()};
  const Session session = NewSession();

  EXPECT_EQ(Mutex(session, "lock").Lock().status().message(), "who knows");

  ASSERT_EQ(txns_.size(), 2U);
  const TxnRequest want =
      TxnRequest().If(cmp::Lease("lock/abc") == kLease).Then(op::Delete("lock/abc"));
  EXPECT_EQ(txns_[1], want);
}

TEST_F(SessionTest, ALockWaitsForTheOneBeforeItAlone) {
  answers_ = {Entered(5, {Other(3)}),
              TxnResponse{{.revision = 5}, true, {{RangeResponse{{}, {Other(3)}, false, 1}}}}};
  const Session session = NewSession();
  auto locking = Mutex(session, "lock").AsyncLock();
  EXPECT_THAT(watched_, testing::ElementsAre("lock/abc", "lock/1"));
  EXPECT_FALSE(locking.ready());

  answers_ = {TxnResponse{{.revision = 6}, true, {{RangeResponse()}}}};
  WatchResponse gone;
  gone.events.push_back({WatchEvent::Type::kDelete, {.key = "lock/1", .mod_revision = 6}, {}});
  std::exchange(waiters_[1], {})(gone);

  EXPECT_EQ(std::move(locking).Get()->header().revision, 6);
}

TEST_F(SessionTest, AWaitEndsInTimeAndCleansUp) {
  answers_ = {Entered(5, {Other(3)}),
              TxnResponse{{.revision = 5}, true, {{RangeResponse{{}, {Other(3)}, false, 1}}}}};
  const Session session = NewSession();
  auto locking = Mutex(session, "lock").AsyncLock({.timeout = seconds(10)});
  ASSERT_EQ(timeouts_.size(), 1U);

  timeouts_[0]();
  // The mock's watch hears no stop token, so its end comes by hand.
  std::exchange(waiters_[1], {})(Status(Code::kCancelled, "stopped"));

  EXPECT_EQ(std::move(locking).Get().status().code(), Code::kDeadlineExceeded);
  const TxnRequest want =
      TxnRequest().If(cmp::CreateRevision("lock/abc") == 5).Then(op::Delete("lock/abc"));
  EXPECT_EQ(txns_.back(), want);
}

TEST_F(SessionTest, ACallThatHangsIsCancelledWithItsWait) {
  const Session session = NewSession();
  auto locking = Mutex(session, "lock").AsyncLock();
  ASSERT_EQ(hanging_.size(), 1U);

  locking.Cancel();
  EXPECT_TRUE(cancels_[0].stop_requested());
  std::exchange(hanging_[0], {})(Status(Code::kCancelled, "the call was cancelled"));

  EXPECT_EQ(std::move(locking).Get().status().code(), Code::kCancelled);
  EXPECT_EQ(txns_.size(), 2U);  // the key may be there: it is deleted
}

TEST_F(SessionTest, TheGuardTellsThatTheLeaseIsLost) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = Mutex(session, "lock").Lock();
  int told = 0;
  guard->OnLost([&told] { ++told; });

  LoseLease();

  EXPECT_EQ(told, 1);
  EXPECT_FALSE(guard->held());
  EXPECT_EQ(guard->status().reason(), Reason::kLeaseNotFound);
  guard->OnLost([&told] { ++told; });  // at once, as it is lost
  EXPECT_EQ(told, 2);
}

TEST_F(SessionTest, NothingIsToldOnceItIsUnlocked) {
  answers_ = {Entered(5), TxnResponse()};
  const Session session = NewSession();
  auto guard = Mutex(session, "lock").Lock();
  int told = 0;
  guard->OnLost([&told] { ++told; });
  EXPECT_TRUE(guard->Unlock().ok());

  LoseLease();

  EXPECT_EQ(told, 0);
}

TEST_F(SessionTest, ThreadsOfASessionTakeTurnsInOrder) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto first = Mutex(session, "lock").Lock();
  auto second = Mutex(session, "lock").AsyncLock();
  auto third = Mutex(session, "lock").AsyncLock();
  EXPECT_EQ(txns_.size(), 1U);  // etcd is not asked: it would give the same key

  answers_ = {TxnResponse(), Entered(7)};
  EXPECT_TRUE(first->Unlock().ok());

  EXPECT_TRUE(second.ready());
  EXPECT_FALSE(third.ready());
  third.Cancel();
  EXPECT_EQ(std::move(third).Get().status().code(), Code::kCancelled);
  EXPECT_EQ(std::move(second).Get()->revision(), 7);
}

TEST_F(SessionTest, AnElectionIsLostWithItsKey) {
  answers_ = {Entered(5), TxnResponse{{}, false, {}}};
  const Session session = NewSession();
  auto leader = Election(session, "lock").Campaign("me");
  ASSERT_TRUE(leader.ok()) << leader.status();

  EXPECT_EQ(leader->Proclaim("still me").code(), Code::kAborted);

  EXPECT_FALSE(leader->held());
}

TEST_F(SessionTest, ALockIsGivenUpWhereAskingAgainHelpsNothing) {
  answers_ = {Status(Code::kResourceExhausted, "etcdserver: mvcc: database space exceeded"),
              TxnResponse()};
  const Session session = NewSession();

  EXPECT_EQ(Mutex(session, "lock").Lock().status().reason(), Reason::kNoSpace);
}

TEST_F(SessionTest, TheLastGuardsKeyIsDeletedUntilThatIsCertain) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = std::make_unique<LockGuard>(*Mutex(session, "lock").Lock());
  answers_ = {Status(Code::kUnavailable, "etcdserver: leader changed"),
              Status(Code::kDeadlineExceeded, "late"), TxnResponse()};

  guard.reset();

  ASSERT_EQ(txns_.size(), 4U);
  EXPECT_EQ(txns_[1], DeleteOfKey());
  EXPECT_EQ(txns_[3], DeleteOfKey());
}

TEST_F(SessionTest, NothingIsDeletedAgainOnceTheLeaseIsLost) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = std::make_unique<LockGuard>(*Mutex(session, "lock").Lock());
  LoseLease();
  answers_ = {Status(Code::kUnavailable, "gone")};

  guard.reset();

  EXPECT_EQ(txns_.size(), 2U);
}

TEST_F(SessionTest, AnUnlockThatFailedMayBeTriedAgain) {
  answers_ = {Entered(5), Status(Code::kPermissionDenied, "no"), TxnResponse()};
  const Session session = NewSession();
  {
    auto guard = Mutex(session, "lock").Lock();

    EXPECT_EQ(guard->Unlock().message(), "no");
    EXPECT_TRUE(guard->Unlock().ok());
    EXPECT_EQ(guard->Unlock().code(), Code::kFailedPrecondition);
  }
  EXPECT_EQ(txns_.size(), 3U);
}

TEST_F(SessionTest, AnUnlockHasTheTimeOfACall) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = Mutex(session, "lock").Lock();
  auto unlocking = guard->AsyncUnlock({.timeout = seconds(3)});
  ASSERT_EQ(timeouts_.size(), 1U);

  timeouts_[0]();
  EXPECT_TRUE(cancels_.back().stop_requested());
  std::exchange(hanging_[0], {})(Status(Code::kUnavailable, "gone"));

  EXPECT_EQ(std::move(unlocking).Get().status().code(), Code::kDeadlineExceeded);
}

TEST_F(SessionTest, AKeyIsDeletedThoughNobodyWaitsForItsUnlock) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = std::make_unique<LockGuard>(*Mutex(session, "lock").Lock());
  {
    const auto unlocking = guard->AsyncUnlock();
    guard.reset();
  }
  EXPECT_EQ(txns_.size(), 2U);

  answers_ = {TxnResponse()};
  std::exchange(hanging_[0], {})(Status(Code::kCancelled, "the call was cancelled"));

  ASSERT_EQ(txns_.size(), 3U);
  EXPECT_EQ(txns_[2], DeleteOfKey());
}

TEST_F(SessionTest, WhatTellsOfTheLossMayDestroyTheGuard) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = std::make_unique<LockGuard>(*Mutex(session, "lock").Lock());
  LoseLease();
  answers_ = {TxnResponse()};

  guard->OnLost([&guard] { guard.reset(); });

  EXPECT_EQ(guard, nullptr);
  EXPECT_EQ(txns_.size(), 2U);
}

TEST_F(SessionTest, WhoOnlyTriesDoesNotWaitBehindOthers) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  Mutex mutex(session, "lock");
  auto first = mutex.Lock();
  const auto second = mutex.AsyncLock();
  const auto unlocking = first->AsyncUnlock();
  ASSERT_FALSE(unlocking.ready());

  auto trying = mutex.AsyncTryLock();

  ASSERT_TRUE(trying.ready());
  EXPECT_FALSE(*std::move(trying).Get());
}

TEST_F(SessionTest, WhoOnlyTriesWaitsForAnUnlockUnderWay) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  Mutex mutex(session, "lock");
  auto first = mutex.Lock();
  const auto unlocking = first->AsyncUnlock();
  auto trying = mutex.AsyncTryLock();
  EXPECT_FALSE(trying.ready());

  answers_ = {Entered(7), TxnResponse()};
  std::exchange(hanging_[0], {})(TxnResponse());

  ASSERT_TRUE(trying.ready());
  EXPECT_EQ((*std::move(trying).Get())->revision(), 7);
}

TEST_F(SessionTest, ALossIsSeenThroughACompaction) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  auto guard = Mutex(session, "lock").Lock();
  ASSERT_EQ(waiters_.size(), 1U);
  answers_ = {Status(Code::kUnavailable, "gone"),
              TxnResponse{{.revision = 9}, true, {{RangeResponse()}}}, TxnResponse()};

  std::exchange(waiters_[0], {})(
      Status(Code::kOutOfRange, "etcdserver: mvcc: required revision has been compacted"));

  EXPECT_FALSE(guard->held());
  EXPECT_EQ(guard->status().code(), Code::kAborted);
}

TEST_F(SessionTest, ALossThatAProclamationFindsIsToldOnTheThreadForCallbacks) {
  answers_ = {Entered(5), TxnResponse{{}, false, {}}, TxnResponse()};
  const Session session = NewSession();
  auto leader = Election(session, "lock").Campaign("me");
  ASSERT_TRUE(leader.ok()) << leader.status();
  int told = 0;
  leader->OnLost([&told] { ++told; });
  std::function<void()> on_that_thread;
  EXPECT_CALL(*connection_, RunAfter(milliseconds(0), _)).WillOnce([&](milliseconds, auto task) {
    on_that_thread = std::move(task);
  });

  auto proclaiming = leader->AsyncProclaim("still me");
  EXPECT_EQ(told, 0);
  on_that_thread();

  EXPECT_EQ(told, 1);
  EXPECT_EQ(std::move(proclaiming).Get().status().code(), Code::kAborted);
}

TEST_F(SessionTest, ResumingAnElectionHasTheTimeOfACall) {
  answers_ = {Entered(5)};
  const Session session = NewSession();
  Election election(session, "lock");
  const auto leader = election.Campaign("me");
  ASSERT_TRUE(leader.ok()) << leader.status();
  auto resuming = election.AsyncResume({.timeout = seconds(3)});
  ASSERT_EQ(timeouts_.size(), 1U);

  timeouts_[0]();

  ASSERT_TRUE(resuming.ready());
  EXPECT_EQ(std::move(resuming).Get().status().code(), Code::kDeadlineExceeded);
}

TEST_F(SessionTest, AnObservationEndsWithAFutureThatIsDropped) {
  EXPECT_CALL(*connection_, Range).WillOnce([](const RangeParams& params) {
    EXPECT_LE(params.call.timeout.value_or(kNoTimeout), seconds(2));
    return RangeResponse{{.revision = 5}, {}, false, 0};
  });
  LeaderWatch leaders = ElectionView(Client(connection_), "lock").Observe();
  {
    const auto next = leaders.AsyncNext(seconds(2));
    EXPECT_FALSE(next.ready());
  }

  auto next = leaders.AsyncNext();

  ASSERT_TRUE(next.ready());
  EXPECT_EQ(std::move(next).Get().status().code(), Code::kCancelled);
}

TEST_F(SessionTest, WhatEnteringABarrierMayHaveLeftBehindIsDeleted) {
  answers_ = {Status(Code::kDataLoss, "who knows"), TxnResponse()};
  const Session session = NewSession();

  EXPECT_EQ(DoubleBarrier(session, "barrier", 2).Enter().message(), "who knows");

  ASSERT_EQ(txns_.size(), 2U);
  const std::string key = "barrier/waiters/abc-1";
  EXPECT_EQ(txns_[1], TxnRequest().If(cmp::Lease(key) == kLease).Then(op::Delete(key)));
}

}  // namespace
}  // namespace etcdpp
