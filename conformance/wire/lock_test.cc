// The Lock service: a lock is the oldest key under its name, and who waits has a key there too.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/exchange.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/session_keys.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using PendingLock = std::unique_ptr<Pending<lockpb::LockResponse>>;

// Calls that this service makes on a caller's behalf fail with texts only.
constexpr auto kNoCode = grpc::UNKNOWN;

// A lock that is held, and one who waits for it.
struct Contended {
  Contended() : holder(s.Grant()), waiter(s.Grant()), before(s.Revision()) {
    held = *s.Call(Lock(s("lock"), holder));
    waiting = Begin(s, Lock(s("lock"), waiter));
    AwaitKeys(s, 2);
  }

  Scratch s;
  const int64_t holder;
  const int64_t waiter;
  const int64_t before;
  lockpb::LockResponse held;
  PendingLock waiting;
};

TEST(Lock, IsAKeyNamedAfterTheLeaseInHexadecimal) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto lock = s.Call(Lock(s("lock"), lease));
  ASSERT_THAT(lock, IsOk());
  EXPECT_EQ(lock->key(), SessionKey(s("lock"), lease));
  EXPECT_THAT(s.Names(s.All()), ElementsAre(s.Name(lock->key())));
}

TEST(Lock, IsAnEmptyValueOfTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto lock = s.Call(Lock(s("lock"), lease));
  const int64_t revision = lock->header().revision();
  EXPECT_THAT(s.All().kvs(), ElementsAre(IsPair(Pair{.key = lock->key(),
                                                     .create_revision = revision,
                                                     .mod_revision = revision,
                                                     .version = 1,
                                                     .lease = lease})));
}

TEST(Lock, TakesOneRevisionAndTellsItInAFullHeader) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t before = s.Revision();
  const auto lock = s.Call(Lock(s("lock"), lease));
  EXPECT_THAT(*lock, AtRevision(before + 1));
  EXPECT_THAT(lock->header(), IsFullHeader());
}

TEST(Lock, OfNoLeaseGetsOneOfAMinute) {
  Scratch s;
  const auto lock = s.Call(Lock(s("lock"), 0));
  const int64_t lease = s.All().kvs(0).lease();
  s.RevokeAtEnd(lease);
  EXPECT_EQ(lock->key(), SessionKey(s("lock"), lease));
  EXPECT_EQ(s.Call(TimeToLive(lease))->grantedttl(), 60);
}

TEST(Lock, OfANegativeLeaseIsNamedWithASign) {
  Scratch s;
  const int64_t lease = s.Grant(600, -255);
  EXPECT_EQ(s.Call(Lock(s("lock"), lease))->key(), s("lock/-ff"));
}

TEST(Lock, OfALeaseThatIsNotThereFailsAndLeavesNothing) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Lock(s("lock"), kNoSuchLease)),
              FailsWith(kNoCode, "etcdserver: requested lease not found"));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Lock, HeldBySomeoneElseIsNotAskedForWithALeaseThatIsNotThere) {
  Scratch s;
  s.Call(Lock(s("lock"), s.Grant()));
  EXPECT_THAT(s.Call(Lock(s("lock"), kNoSuchLease)),
              FailsWith(kNoCode, "etcdserver: requested lease not found"));
}

TEST(Lock, MayHaveAnyName) {
  for (const std::string& name : {std::string("a/b/"), std::string("\xff\xfe"), kZeroByte}) {
    Scratch s;
    const int64_t lease = s.Grant();
    EXPECT_EQ(s.Call(Lock(s(name), lease))->key(), SessionKey(s(name), lease));
  }
}

TEST(Lock, WithoutANameIsAKeyUnderASlash) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto lock = s.Call(Lock("", lease));
  EXPECT_EQ(lock->key(), SessionKey("", lease));
  EXPECT_THAT(s.Call(Unlock(lock->key())), IsOk());
}

TEST(Lock, IsStillHeldWhenTheHolderAsksAgain) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto first = s.Call(Lock(s("lock"), lease));
  const auto again = s.Call(Lock(s("lock"), lease));
  EXPECT_EQ(again->key(), first->key());
  EXPECT_THAT(*again, AtRevision(first->header().revision()));
  EXPECT_EQ(s.All().kvs(0).version(), 1);
}

TEST(Lock, AskedForAgainTellsTheRevisionOfNow) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Call(Lock(s("lock"), lease));
  const int64_t now = s.Put("other", "1").header().revision();
  EXPECT_THAT(*s.Call(Lock(s("lock"), lease)), AtRevision(now));
}

TEST(Lock, OfTwoNamesMayBeHeldByOneLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  EXPECT_THAT(s.Call(Lock(s("a"), lease)), IsOk());
  EXPECT_THAT(s.Call(Lock(s("b"), lease)), IsOk());
  EXPECT_EQ(s.All().count(), 2);
}

TEST(Lock, IsNotInTheWayOfNamesThatOnlyBeginTheSame) {
  Scratch s;
  s.Put("lock", "1");
  s.Put("lock0", "1");
  s.Put("lockstep/1", "1");
  s.Call(Lock(s("lockstep"), s.Grant()));
  EXPECT_THAT(s.Call(Lock(s("lock"), s.Grant())), IsOk());
}

TEST(Lock, IsFoundHeldInAKeyPutByHand) {
  Scratch s;
  const int64_t lease = s.Grant();
  const std::string key = SessionKey(s("lock"), lease);
  const int64_t put = s.Call(Put(key, "by hand"))->header().revision();
  const auto lock = s.Call(Lock(s("lock"), lease));
  EXPECT_THAT(*lock, AtRevision(put));
  EXPECT_THAT(s.All().kvs(), ElementsAre(Holds(key, "by hand")));
}

TEST(Lock, WaitsUntilTheHolderUnlocks) {
  Contended c;
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
  const auto unlock = c.s.Call(Unlock(c.held.key()));
  const auto lock = c.waiting->Take();
  EXPECT_EQ(lock->key(), SessionKey(c.s("lock"), c.waiter));
  EXPECT_THAT(lock->header(), IsFullHeader());
  EXPECT_THAT(*lock, AtRevision(unlock->header().revision()));
}

TEST(Lock, WaitedForTakesARevisionToComeAndOneToGo) {
  Contended c;
  c.s.Call(Unlock(c.held.key()));
  const auto lock = c.waiting->Take();
  EXPECT_THAT(*c.s.Call(Unlock(lock->key())), AtRevision(c.before + 4));
  EXPECT_THAT(c.s.All().kvs(), IsEmpty());
}

TEST(Lock, PassesOnWhenTheLeaseOfTheHolderIsRevoked) {
  Contended c;
  c.s.Call(LeaseRevoke(c.holder));
  EXPECT_EQ(c.waiting->Take()->key(), SessionKey(c.s("lock"), c.waiter));
}

TEST(Lock, PassesOnWhenTheLeaseOfTheHolderRunsOut) {
  Scratch s;
  s.Call(Lock(s("lock"), s.Grant(2)));
  EXPECT_THAT(s.Call(Lock(s("lock"), s.Grant())), IsOk());
}

TEST(Lock, PassesOnWhenTheKeyOfTheHolderIsDeletedByAnyone) {
  Contended c;
  c.s.Call(Txn({}, {Delete(c.held.key())}));
  EXPECT_THAT(c.waiting->Take(), IsOk());
}

TEST(Lock, DoesNotPassOnWhenTheKeyOfTheHolderIsWritten) {
  Contended c;
  c.s.Call(Put(c.held.key(), "1", {.lease = c.holder}));
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
  c.s.Call(Unlock(c.held.key()));
  EXPECT_THAT(c.waiting->Take(), IsOk());
}

TEST(Lock, PassesOnThoughTheKeyOfTheHolderComesBack) {
  Contended c;
  c.s.Call(Delete(c.held.key()));
  c.s.Call(Put(c.held.key(), "", {.lease = c.holder}));
  EXPECT_THAT(c.waiting->Take(), IsOk());
}

TEST(Lock, WaitsForEveryOlderKeyUnderItsName) {
  Scratch s;
  s.Put("lock/by hand", "1");
  s.Put("lock/1/2", "2");
  const auto waiting = Begin(s, Lock(s("lock"), s.Grant()));
  AwaitKeys(s, 3);
  s.Delete("lock/by hand");
  EXPECT_FALSE(waiting->DoneWithin(kAWhile));
  s.Delete("lock/1/2");
  EXPECT_THAT(waiting->Take(), IsOk());
}

TEST(Lock, DoesNotWaitForYoungerKeys) {
  Contended c;
  c.s.Put("lock/0", "younger");
  c.s.Call(Unlock(c.held.key()));
  EXPECT_THAT(c.waiting->Take(), IsOk());
}

TEST(Lock, WaitsForOneOfALongerName) {
  Scratch s;
  const auto longer = s.Call(Lock(s("lock/inner"), s.Grant()));
  const auto waiting = Begin(s, Lock(s("lock"), s.Grant()));
  AwaitKeys(s, 2);
  EXPECT_FALSE(waiting->DoneWithin(kAWhile));
  s.Call(Unlock(longer->key()));
  EXPECT_THAT(waiting->Take(), IsOk());
}

TEST(Lock, GoesRoundInTheOrderOfComing) {
  constexpr size_t kWaiters = 8;
  Scratch s;
  auto held = s.Call(Lock(s("lock"), s.Grant()));
  std::vector<PendingLock> waiting;
  for (size_t i = 0; i < kWaiters; ++i) {
    waiting.push_back(Begin(s, Lock(s("lock"), s.Grant())));
    AwaitKeys(s, static_cast<int64_t>(i) + 2);
  }
  int64_t revision = s.Revision();
  for (const PendingLock& next : waiting) {
    EXPECT_THAT(*s.Call(Unlock(held->key())), AtRevision(++revision));
    held = next->Take();
    EXPECT_THAT(*held, AtRevision(revision));
  }
}

TEST(Lock, GoesToTheNextWhenOneInBetweenHasLeft) {
  Contended c;
  const auto third = Begin(c.s, Lock(c.s("lock"), c.s.Grant()));
  AwaitKeys(c.s, 3);
  c.waiting->Cancel();
  AwaitKeys(c.s, 2);
  EXPECT_FALSE(third->DoneWithin(kAWhile));
  c.s.Call(Unlock(c.held.key()));
  EXPECT_THAT(third->Take(), IsOk());
}

TEST(Lock, GoesToTheNextWhenAllBeforeItEndAtOnce) {
  Contended c;
  const int64_t third = c.s.Grant();
  const auto waiting = Begin(c.s, Lock(c.s("lock"), third));
  AwaitKeys(c.s, 3);
  c.s.Call(Txn({}, {Delete(c.held.key()), Delete(SessionKey(c.s("lock"), c.waiter))}));
  EXPECT_EQ(waiting->Take()->key(), SessionKey(c.s("lock"), third));
}

TEST(Lock, LeavesNothingWhenTheCallIsCancelled) {
  Contended c;
  c.waiting->Cancel();
  EXPECT_EQ(c.waiting->Take().status.error_code(), grpc::CANCELLED);
  AwaitKeys(c.s, 1);
  EXPECT_EQ(c.s.All().kvs(0).key(), c.held.key());
  EXPECT_EQ(c.s.Revision(), c.before + 3);
}

TEST(Lock, LeavesNothingWhenTheDeadlineOfTheCallPasses) {
  Scratch s;
  const auto held = s.Call(Lock(s("lock"), s.Grant()));
  const auto late = s.Call(Lock(s("lock"), s.Grant()), {.timeout = std::chrono::milliseconds(200)});
  EXPECT_EQ(late.status.error_code(), grpc::DEADLINE_EXCEEDED);
  AwaitKeys(s, 1);
  EXPECT_EQ(s.All().kvs(0).key(), held->key());
}

TEST(Lock, LeavesTheLeaseOfACancelledCall) {
  Contended c;
  c.waiting->Cancel();
  AwaitKeys(c.s, 1);
  EXPECT_EQ(c.s.Call(TimeToLive(c.waiter))->grantedttl(), 600);
}

TEST(Lock, IsGotByEveryCallThatWaitsWithTheSameLease) {
  Contended c;
  const auto twin = Begin(c.s, Lock(c.s("lock"), c.waiter));
  EXPECT_FALSE(twin->DoneWithin(kAWhile));
  EXPECT_EQ(c.s.All().count(), 2);
  c.s.Call(Unlock(c.held.key()));
  EXPECT_EQ(c.waiting->Take()->key(), twin->Take()->key());
}

TEST(Lock, IsGivenUpForAllWithTheSameLeaseWhenOneCallIsCancelled) {
  Contended c;
  const auto twin = Begin(c.s, Lock(c.s("lock"), c.waiter));
  EXPECT_FALSE(twin->DoneWithin(kAWhile));
  twin->Cancel();
  AwaitKeys(c.s, 1);
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
}

TEST(Lock, IsWaitedForByOneWhoseKeyIsGone) {
  Contended c;
  c.s.Call(LeaseRevoke(c.waiter));
  AwaitKeys(c.s, 1);
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
}

TEST(Lock, IsNotGotByOneWhoseKeyIsGoneSince35) {
  Contended c;
  c.s.Call(LeaseRevoke(c.waiter));
  c.s.Call(Unlock(c.held.key()));
  const auto lock = c.waiting->Take();
  EXPECT_THAT(c.s.All().kvs(), IsEmpty());
  if (target().version.AtLeast(3, 5)) {
    EXPECT_THAT(lock, FailsWith(kNoCode, "mutex: session is expired"));
    return;
  }
  EXPECT_EQ(lock->key(), SessionKey(c.s("lock"), c.waiter));
}

TEST(Lock, IsGotByOneWhoseKeyWasDeletedAndPutAgain) {
  Contended c;
  const std::string key = SessionKey(c.s("lock"), c.waiter);
  c.s.Call(Delete(key));
  c.s.Call(Put(key, "again", {.lease = c.waiter}));
  c.s.Call(Unlock(c.held.key()));
  EXPECT_EQ(c.waiting->Take()->key(), key);
}

// In a while: etcd's own watch begins at the revision that the waiter's key came at, and until it
// has caught up a compaction ends it, and with it the call.
TEST(Lock, IsGotThoughTheHistoryIsCompactedInAWhile) {
  Contended c;
  EXPECT_FALSE(c.waiting->DoneWithin(std::chrono::milliseconds(500)));
  const int64_t now = c.s.Put("other", "1").header().revision();
  EXPECT_THAT(c.s.Call(Compact(now)), IsOk());
  c.s.Call(Unlock(c.held.key()));
  EXPECT_THAT(c.waiting->Take(), IsOk());
}

TEST(Lock, WithATokenWhileAuthIsOffIsLikeAnyOtherCall) {
  Scratch s;
  const auto lock = s.Call(Lock(s("lock"), s.Grant()), {.metadata = {{"token", "no token"}}});
  if (target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)})) {
    EXPECT_THAT(lock, IsOk());
    return;
  }
  EXPECT_THAT(lock, FailsWith(kNoCode, "etcdserver: invalid auth token"));
}

TEST(Lock, ThatRequiresALeaderIsGotWhereThereIsOne) {
  Scratch s;
  EXPECT_THAT(s.Call(Lock(s("lock"), s.Grant()), {.metadata = {{"hasleader", "true"}}}), IsOk());
}

// The name is in the transaction seven times.
TEST(Lock, OfALongNameIsTooLargeARequest) {
  Scratch s;
  const int64_t lease = s.Grant();
  EXPECT_THAT(s.Call(Lock(s(std::string(224000, 'n')), lease)), IsOk());
  EXPECT_THAT(s.Call(Lock(s(std::string(225000, 'n')), lease)),
              FailsWith(kNoCode, "etcdserver: request is too large"));
}

TEST(Lock, ThatIsTooLargeAMessageIsRefusedAsAnyMessage) {
  Scratch s;
  const auto request = Lock(std::string(2097152, 'n'), 1);
  EXPECT_THAT(s.Call(request),
              FailsWith(grpc::RESOURCE_EXHAUSTED, "grpc: received message larger than max (" +
                                                      std::to_string(request.ByteSizeLong()) +
                                                      " vs. 2097152)"));
}

TEST(Lock, ThatIsNoMessageIsAnInternalError) {
  const Wire wire;
  for (const char* method : {"/v3lockpb.Lock/Lock", "/v3lockpb.Lock/Unlock"}) {
    SCOPED_TRACE(method);
    const auto reply = wire.CallRaw(method, "\xff\xff\xff");
    EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
    EXPECT_THAT(reply.status.error_message(), StartsWith("grpc: error unmarshalling request: "));
  }
}

TEST(Unlock, DeletesTheKeyAndTellsTheRevisionOfThat) {
  Scratch s;
  const auto lock = s.Call(Lock(s("lock"), s.Grant()));
  const auto unlock = s.Call(Unlock(lock->key()));
  EXPECT_THAT(unlock->header(), IsFullHeader());
  EXPECT_THAT(*unlock, AtRevision(lock->header().revision() + 1));
  EXPECT_THAT(s.All().kvs(), IsEmpty());
}

TEST(Unlock, LeavesTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Call(Unlock(s.Call(Lock(s("lock"), lease))->key()));
  EXPECT_THAT(s.Call(Lock(s("lock"), lease)), IsOk());
}

TEST(Unlock, OfAKeyThatIsNotThereIsNoError) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(*s.Call(Unlock(s("nothing"))), AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Unlock, OfNoKeyFails) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Unlock("")), FailsWith(kNoCode, "etcdserver: key is not provided"));
}

TEST(Unlock, DeletesAnyKey) {
  Scratch s;
  s.Put("a", "no lock");
  s.Put("ab", "no lock");
  EXPECT_THAT(s.Call(Unlock(s("a"))), IsOk());
  EXPECT_THAT(s.Names(s.All()), ElementsAre("ab"));
}

TEST(Unlock, OfOneWhoWaitsTakesItsPlaceOnly) {
  Contended c;
  const auto third = Begin(c.s, Lock(c.s("lock"), c.s.Grant()));
  AwaitKeys(c.s, 3);
  c.s.Call(Unlock(SessionKey(c.s("lock"), c.waiter)));
  EXPECT_FALSE(third->DoneWithin(kAWhile));
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
  EXPECT_THAT(c.s.All().kvs(), SizeIs(2));
}

}  // namespace
}  // namespace conformance
