#include "fakeserver/coordination/lock.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/coordination/coordination_test_fixture.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A lock asked for, and what was answered so far.
struct Asked {
  Asked(CoordinationFixture& f, std::string_view name, LeaseId lease)
      : waiter(std::make_shared<LockWaiter>(f.parties(), name, lease,
                                            [this](absl::StatusOr<LockWaiter::Answer> got) {
                                              ++answers;
                                              answer = std::move(got);
                                            })) {}

  int answers = 0;
  std::optional<absl::StatusOr<LockWaiter::Answer>> answer;
  std::shared_ptr<LockWaiter> waiter;

  bool waiting() const { return answers == 0; }
  bool holds() const { return answers == 1 && answer->ok(); }
};

std::unique_ptr<Asked> Lock(CoordinationFixture& f, std::string_view name, LeaseId lease) {
  auto asked = std::make_unique<Asked>(f, name, lease);
  asked->waiter->Start();
  return asked;
}

TEST(LockTest, IsHeldAtOnceWhenFree) {
  CoordinationFixture f;
  const auto lock = Lock(f, "name", f.Grant());
  ASSERT_TRUE(lock->holds());
  EXPECT_EQ((*lock->answer)->key, "name/10");
  EXPECT_EQ((*lock->answer)->revision, 2);
  EXPECT_EQ(f.Get("name/10")->lease(), 16);
  EXPECT_EQ(f.Get("name/10")->value(), "");
}

TEST(LockTest, IsHeldOnByTheSameLease) {
  CoordinationFixture f;
  const LeaseId lease = f.Grant();
  Lock(f, "name", lease);
  const auto again = Lock(f, "name", lease);
  ASSERT_TRUE(again->holds());
  EXPECT_EQ((*again->answer)->revision, 2);
  EXPECT_EQ(f.engine.revision(), 2);
}

TEST(LockTest, OfNoLeaseGrantsOneOfAMinute) {
  CoordinationFixture f;
  const auto lock = Lock(f, "name", 0);
  ASSERT_TRUE(lock->holds());
  const LeaseId lease = f.Get((*lock->answer)->key)->lease();
  EXPECT_EQ(f.engine.LeaseTimeToLive(lease, false).granted_seconds, 60);
  f.Advance(seconds(60));
  EXPECT_THAT(f.Keys(), IsEmpty());
}

TEST(LockTest, OfANegativeLeaseNamesItWithASign) {
  CoordinationFixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(-255, 600).ok());
  EXPECT_EQ((*Lock(f, "name", -255)->answer)->key, "name/-ff");
}

TEST(LockTest, FailsForALeaseThatIsNotThere) {
  CoordinationFixture f;
  const auto lock = Lock(f, "name", 7);
  EXPECT_TRUE(absl::IsNotFound(lock->answer->status()));
  EXPECT_EQ(f.engine.revision(), 1);
}

TEST(LockTest, WaitsForTheHolder) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant());
  EXPECT_TRUE(waiter->waiting());

  EXPECT_EQ(*Unlock(*f.caller, (*holder->answer)->key), 4);
  ASSERT_TRUE(waiter->holds());
  EXPECT_EQ((*waiter->answer)->key, "name/11");
  EXPECT_EQ((*waiter->answer)->revision, 4);
}

TEST(LockTest, DoesNotWaitForOtherNames) {
  CoordinationFixture f;
  const LeaseId lease = f.Grant();
  EXPECT_TRUE(Lock(f, "a", lease)->holds());
  EXPECT_TRUE(Lock(f, "b", lease)->holds());
  EXPECT_TRUE(Lock(f, "a/b", lease)->holds());
  EXPECT_TRUE(Lock(f, "", lease)->holds());
}

TEST(LockTest, WaitsForAnyKeyUnderTheName) {
  CoordinationFixture f;
  f.Put("name/zzz", "put by hand");
  const auto lock = Lock(f, "name", f.Grant());
  f.Put("name/zzz", "and again");
  EXPECT_TRUE(lock->waiting());
  f.Delete("name/zzz");
  EXPECT_TRUE(lock->holds());
}

TEST(LockTest, GoesRoundInOrderOfComing) {
  CoordinationFixture f;
  std::vector<std::unique_ptr<Asked>> locks;
  for (int i = 0; i < 5; ++i) locks.push_back(Lock(f, "name", f.Grant()));
  for (size_t i = 0; i < locks.size(); ++i) {
    ASSERT_TRUE(locks[i]->holds()) << i;
    for (size_t next = i + 1; next < locks.size(); ++next) EXPECT_TRUE(locks[next]->waiting());
    ASSERT_TRUE(Unlock(*f.caller, (*locks[i]->answer)->key).ok());
  }
  EXPECT_THAT(f.Keys(), IsEmpty());
}

TEST(LockTest, GoesToTheNextWhenTheLeaseOfTheHolderRunsOut) {
  CoordinationFixture f;
  Lock(f, "name", f.Grant(10));
  const auto waiter = Lock(f, "name", f.Grant(600));
  f.Advance(seconds(9));
  EXPECT_TRUE(waiter->waiting());
  f.Advance(seconds(1));
  EXPECT_TRUE(waiter->holds());
}

TEST(LockTest, IsNotGotByOneWhoseLeaseRanOutMeanwhile) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant(10));
  f.Advance(seconds(10));
  EXPECT_TRUE(waiter->waiting());

  ASSERT_TRUE(Unlock(*f.caller, "name/10").ok());
  EXPECT_EQ(waiter->answer->status().message(), "mutex: session is expired");
}

TEST(LockTest, OfEtcd34IsGotByOneWhoseLeaseRanOutMeanwhile) {
  CoordinationFixture f({3, 4, 23});
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant(10));
  f.Advance(seconds(10));
  ASSERT_TRUE(Unlock(*f.caller, "name/10").ok());
  ASSERT_TRUE(waiter->holds());
  EXPECT_EQ((*waiter->answer)->key, "name/11");
  EXPECT_THAT(f.Keys(), IsEmpty());
}

TEST(LockTest, LeavesNothingWhenCancelledInTheQueue) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  const auto second = Lock(f, "name", f.Grant());
  const auto third = Lock(f, "name", f.Grant());
  second->waiter->Cancel();
  EXPECT_TRUE(absl::IsCancelled(second->answer->status()));
  EXPECT_THAT(f.Keys(), ElementsAre("name/10", "name/12"));
  EXPECT_TRUE(third->waiting());

  ASSERT_TRUE(Unlock(*f.caller, "name/10").ok());
  EXPECT_TRUE(third->holds());
  EXPECT_EQ(second->answers, 1);
}

TEST(LockTest, StaysHeldWhenCancelledTooLate) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  holder->waiter->Cancel();
  EXPECT_TRUE(holder->holds());
  EXPECT_THAT(f.Keys(), ElementsAre("name/10"));
}

TEST(LockTest, IsNotEvenAskedForWhenCancelledBefore) {
  CoordinationFixture f;
  Asked lock(f, "name", f.Grant());
  lock.waiter->Cancel();
  lock.waiter->Start();
  EXPECT_TRUE(absl::IsCancelled(lock.answer->status()));
  EXPECT_EQ(lock.answers, 1);
  EXPECT_EQ(f.engine.revision(), 1);
}

TEST(LockTest, LeavesTheKeyOfTheCancelledWhereNobodyMayDeleteIt) {
  CoordinationFixture f;
  f.nobody->Forbid();
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant());
  waiter->waiter->Cancel();
  EXPECT_TRUE(absl::IsCancelled(waiter->answer->status()));
  EXPECT_THAT(f.Keys(), ElementsAre("name/10", "name/11"));
}

TEST(LockTest, IsGivenUpByOneWhoMayNotLookAnyMore) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant());
  f.caller->Forbid();
  f.Delete("name/10");
  EXPECT_TRUE(absl::IsPermissionDenied(waiter->answer->status()));
  EXPECT_THAT(f.Keys(), IsEmpty());
}

TEST(LockTest, IsNotAnsweredWhenAbandoned) {
  CoordinationFixture f;
  const auto holder = Lock(f, "name", f.Grant());
  const auto waiter = Lock(f, "name", f.Grant());
  waiter->waiter->Abandon();
  waiter->waiter->Cancel();
  f.Delete("name/10");
  EXPECT_EQ(waiter->answers, 0);
  EXPECT_THAT(f.Keys(), ElementsAre("name/11"));
}

TEST(LockTest, IsLetGoOfByTheEngineOnceAnswered) {
  CoordinationFixture f;
  auto holder = Lock(f, "name", f.Grant());
  auto waiter = Lock(f, "name", f.Grant());
  const std::weak_ptr<LockWaiter> weak = waiter->waiter;
  waiter->waiter.reset();
  EXPECT_FALSE(weak.expired());
  f.Delete("name/10");
  EXPECT_TRUE(weak.expired());
}

TEST(LockTest, OfManyThreadsIsHeldByOneAtATime) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 25;
  CoordinationFixture f;
  std::atomic<int> holders = 0;
  std::atomic<int> most = 0;
  std::vector<LeaseId> leases;
  for (int i = 0; i < kThreads; ++i) leases.push_back(f.Grant());
  std::vector<std::thread> threads;
  for (const LeaseId lease : leases) {
    threads.emplace_back([&f, &holders, &most, lease] {
      for (int round = 0; round < kRounds; ++round) {
        std::promise<std::string> held;
        auto key_of = held.get_future();
        const auto waiter = std::make_shared<LockWaiter>(
            f.parties(), "name", lease,
            [promise = std::make_shared<std::promise<std::string>>(std::move(held))](
                const absl::StatusOr<LockWaiter::Answer>& answer) {
              promise->set_value(answer.ok() ? answer->key : "");
            });
        waiter->Start();
        const std::string key = key_of.get();
        most = std::max(most.load(), ++holders);
        --holders;
        ASSERT_TRUE(Unlock(*f.caller, key).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(f.engine.revision(), 1 + 2 * kThreads * kRounds);
}

TEST(LockTest, CancelledWhileItIsHandedOverIsHeldOrGone) {
  CoordinationFixture f;
  for (int round = 0; round < 200; ++round) {
    const auto holder = Lock(f, "name", f.Grant());
    const auto waiter = Lock(f, "name", f.Grant());
    std::thread canceller([&waiter] { waiter->waiter->Cancel(); });
    ASSERT_TRUE(Unlock(*f.caller, (*holder->answer)->key).ok());
    canceller.join();
    ASSERT_EQ(waiter->answers, 1);
    EXPECT_EQ(f.Keys().size(), waiter->holds() ? 1U : 0U);
    if (waiter->holds()) f.Delete((*waiter->answer)->key);
  }
}

}  // namespace
}  // namespace fakeetcd
