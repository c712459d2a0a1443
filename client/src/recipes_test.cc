// Barriers, queues and transactions in memory, on a store whose streams break and whose history
// goes; and what of the client's core ends wherever it likes.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/tiny_store.h"
#include "etcdpp/async_client.h"
#include "etcdpp/barrier.h"
#include "etcdpp/callback_watch.h"
#include "etcdpp/mocks/mock_connection.h"
#include "etcdpp/mutex.h"
#include "etcdpp/queue.h"
#include "etcdpp/reflector.h"
#include "etcdpp/session.h"
#include "etcdpp/stm.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::NiceMock;

constexpr seconds kPatience{20};

class RecipesTest : public testing::Test {
 protected:
  // Until somebody watches: what waits has got as far as that.
  void AwaitWatches(size_t count) const {
    while (store_.watches() < count) std::this_thread::yield();
  }

  Session NewSession() { return *Session::Create(client_); }

  template <typename T>
  static Status EndOf(Future<T> future) {
    if (!future.WaitFor(kPatience)) return {Code::kUnknown, "it hangs"};
    return std::move(future).Get().status();
  }

  TinyStore store_;
  Client client_{store_.Connect()};
};

TEST_F(RecipesTest, ABarrierHoldsBackUntilItIsReleased) {
  Barrier barrier(client_, "gate");
  EXPECT_EQ(EndOf(barrier.AsyncWait()), Status());  // nobody holds it
  EXPECT_EQ(barrier.Hold(), Status());
  EXPECT_EQ(barrier.Hold().code(), Code::kAlreadyExists);
  auto waits = barrier.AsyncWait();
  AwaitWatches(1);
  EXPECT_FALSE(waits.ready());
  EXPECT_EQ(barrier.Release(), Status());
  EXPECT_EQ(EndOf(std::move(waits)), Status());
}

TEST_F(RecipesTest, WhoWaitsAtABarrierMayGiveUp) {
  Barrier barrier(client_, "gate");
  ASSERT_TRUE(barrier.Hold().ok());
  EXPECT_EQ(barrier.Wait({.timeout = milliseconds(5)}).code(), Code::kDeadlineExceeded);
  std::stop_source stop;
  auto waits = barrier.AsyncWait({.cancel = stop.get_token()});
  stop.request_stop();
  EXPECT_EQ(EndOf(std::move(waits)).code(), Code::kCancelled);
}

TEST_F(RecipesTest, ABarrierIsSeenToBeReleasedOverBrokenStreamsAndACompaction) {
  Barrier barrier(client_, "gate");
  ASSERT_TRUE(barrier.Hold().ok());
  auto waits = barrier.AsyncWait();
  AwaitWatches(1);
  for (int i = 0; i < 5; ++i) store_.BreakStreams();
  ASSERT_TRUE(barrier.Release().ok());
  ASSERT_TRUE(barrier.Hold().ok());  // another time, which is no matter of who waits
  store_.Compact(store_.revision());
  EXPECT_EQ(EndOf(std::move(waits)), Status());
}

TEST_F(RecipesTest, ADoubleBarrierIsEnteredAndLeftTogether) {
  Session first = NewSession();
  Session second = NewSession();
  Session third = NewSession();
  DoubleBarrier a(first, "room", 2);
  DoubleBarrier b(second, "room", 2);
  EXPECT_EQ(EndOf(a.AsyncLeave()).code(), Code::kFailedPrecondition);
  auto entering = a.AsyncEnter();
  AwaitWatches(1);
  EXPECT_FALSE(entering.ready());
  EXPECT_EQ(EndOf(b.AsyncEnter()), Status());
  EXPECT_EQ(EndOf(std::move(entering)), Status());
  EXPECT_EQ(EndOf(a.AsyncEnter()).code(), Code::kFailedPrecondition);
  DoubleBarrier c(third, "room", 2);
  EXPECT_EQ(EndOf(c.AsyncEnter()).code(), Code::kResourceExhausted);

  auto leaving = a.AsyncLeave();
  EXPECT_FALSE(leaving.WaitFor(milliseconds(5)));
  store_.BreakStreams();
  EXPECT_EQ(EndOf(b.AsyncLeave()), Status());
  EXPECT_EQ(EndOf(std::move(leaving)), Status());
  EXPECT_EQ(client_.Range(KeyRange::Prefix("room"))->count, 0);
}

TEST_F(RecipesTest, WhoDiesInADoubleBarrierIsOut) {
  Session first = NewSession();
  Session second = NewSession();
  DoubleBarrier a(first, "room", 2);
  DoubleBarrier b(second, "room", 2);
  auto entering = a.AsyncEnter();
  ASSERT_TRUE(EndOf(b.AsyncEnter()).ok());
  ASSERT_TRUE(EndOf(std::move(entering)).ok());
  auto leaving = a.AsyncLeave();
  store_.Expire(second.lease());
  EXPECT_EQ(EndOf(std::move(leaving)), Status());
}

TEST_F(RecipesTest, AQueueGivesEachValueOnceInOrder) {
  Queue queue(client_, "jobs");
  EXPECT_EQ(*queue.TryDequeue(), std::nullopt);
  for (const char* value : {"a", "b", "c"}) ASSERT_TRUE(queue.Enqueue(value).ok());
  EXPECT_EQ(*queue.Dequeue(), "a");
  EXPECT_EQ(*queue.TryDequeue(), "b");
  EXPECT_EQ(*queue.Dequeue(), "c");
  EXPECT_EQ(*queue.TryDequeue(), std::nullopt);
}

TEST_F(RecipesTest, AQueueIsWaitedForOverBrokenStreamsAndACompaction) {
  Queue queue(client_, "jobs");
  auto waits = queue.AsyncDequeue();
  AwaitWatches(1);
  for (int i = 0; i < 5; ++i) store_.BreakStreams();
  ASSERT_TRUE(queue.Enqueue("a").ok());
  store_.Compact(store_.revision());
  ASSERT_TRUE(waits.WaitFor(kPatience));
  EXPECT_EQ(*std::move(waits).Get(), "a");
}

TEST_F(RecipesTest, ManyShareAQueue) {
  constexpr int kValues = 60;
  std::vector<Future<std::string>> waiting;
  for (int i = 0; i < kValues; ++i) {
    waiting.push_back(Queue(client_, "jobs").AsyncDequeue());
  }
  for (int i = 0; i < kValues; ++i) {
    ASSERT_TRUE(Queue(client_, "jobs").Enqueue(std::to_string(i)).ok());
    if (i % 6 == 0) store_.BreakStreams();
  }
  std::set<std::string> taken;
  for (auto& future : waiting) {
    ASSERT_TRUE(future.WaitFor(kPatience));
    taken.insert(*std::move(future).Get());
  }
  EXPECT_EQ(taken.size(), static_cast<size_t>(kValues));
}

TEST_F(RecipesTest, AQueueOfPrioritiesGivesTheLowestAndOfThoseTheOldest) {
  PriorityQueue queue(client_, "jobs");
  for (const auto& [value, priority] :
       std::vector<std::pair<std::string, uint16_t>>{{"late", 9}, {"a", 1}, {"b", 1}, {"c", 1}}) {
    ASSERT_TRUE(queue.Enqueue(value, priority).ok());
  }
  std::vector<std::string> taken;
  for (int i = 0; i < 4; ++i) taken.push_back(*queue.Dequeue());
  EXPECT_THAT(taken, ElementsAre("a", "b", "c", "late"));
  EXPECT_EQ(*queue.TryDequeue(), std::nullopt);
}

TEST_F(RecipesTest, ATransactionRunsAgainWhereWhatItReadHasChanged) {
  for (const Isolation isolation :
       {Isolation::kSerializableSnapshot, Isolation::kSerializable, Isolation::kRepeatableReads}) {
    ASSERT_TRUE(client_.Put("a", "1").ok());
    int runs = 0;
    const auto done = RunStm(client_,
                             [&](Stm& stm) -> Status {
                               const auto a = stm.Get("a");
                               if (!a.ok()) return a.status();
                               ++runs;
                               EXPECT_TRUE(runs > 1 || client_.Put("a", "5").ok());
                               stm.Put("b", **a + "!");
                               return {};
                             },
                             {.isolation = isolation});
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(runs, 2);
    EXPECT_EQ((*client_.Get("b"))->value, "5!");
  }
}

TEST_F(RecipesTest, ATransactionFailsAndWritesNothing) {
  const auto refuse = [](Stm& stm) -> Status {
    stm.Put("a", "1");
    return {Code::kInvalidArgument, "no"};
  };
  EXPECT_EQ(RunStm(client_, refuse).status().message(), "no");

  int runs = 0;
  const auto always_late = [&](Stm& stm) -> Status {
    (void)stm.Get("b");
    EXPECT_TRUE(client_.Put("b", std::to_string(++runs)).ok());
    stm.Put("a", "1");
    return {};
  };
  EXPECT_EQ(RunStm(client_, always_late, {.attempts_max = 3}).status().code(), Code::kAborted);
  EXPECT_EQ(runs, 3);

  const auto put = [](Stm& stm) -> Status {
    stm.Put("a", "1");
    return {};
  };
  store_.FailCalls(1);
  EXPECT_EQ(RunStm(client_, put).status().code(), Code::kUnavailable);
  store_.FailCalls(0);
  EXPECT_FALSE(client_.Get("a")->has_value());
}

TEST(CallbackWatchTest, TellsNothingOnTheThreadThatMakesIt) {
  const auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  std::vector<std::function<void()>> later;
  ON_CALL(*connection, RunAfter).WillByDefault([&later](milliseconds, auto task) {
    later.push_back(std::move(task));
  });
  ON_CALL(*connection, Watch).WillByDefault([](const WatchParams&) {
    auto stream = std::make_unique<NiceMock<mocks::MockWatchStream>>();
    ON_CALL(*stream, NextFor).WillByDefault(testing::Return(Status(Code::kPermissionDenied, "no")));
    return stream;
  });
  int told = 0;
  const CallbackWatch watch(Client(connection), "a", [&told](const auto&) { ++told; });
  EXPECT_EQ(told, 0);
  ASSERT_EQ(later.size(), 1U);
  later[0]();
  EXPECT_EQ(told, 1);
}

// One life of a client on the store, which several threads end in pieces.
void Live(TinyStore& store, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<std::shared_ptr<void>> things;
  const auto keep = [&things](auto thing) {
    things.push_back(std::make_shared<decltype(thing)>(std::move(thing)));
  };
  Client client(store.Connect());
  keep(AsyncClient(client).Put("a", "1"));
  keep(client.Watch("a", {.start_revision = 1}));
  auto waited = std::make_shared<Watch>(client.Watch(KeyRange::All(), {.start_revision = 1}));
  waited->AsyncNext().Then([](const auto&) {});
  things.push_back(waited);
  keep(CallbackWatch(client, "a", [](const auto&) {}, {.start_revision = 1}));
  things.push_back(std::make_shared<RangeCache>(client, KeyRange::Prefix("a")));
  for (int i = 0; i < 2; ++i) {
    auto session = Session::Create(client);
    ASSERT_TRUE(session.ok());
    keep(Mutex(*session, "lock").AsyncLock());
    keep(Mutex(*session, "lock").AsyncLock({.timeout = milliseconds(1)}));
    keep(DoubleBarrier(*session, "room", 2 + static_cast<int64_t>(random() % 2)).AsyncEnter());
    if (random() % 3 == 0) store.Expire(session->lease());
    keep(*std::move(session));
  }
  keep(Queue(client, "jobs").AsyncDequeue());
  keep(client);
  std::shuffle(things.begin(), things.end(), random);

  std::vector<std::thread> threads;
  threads.emplace_back([&store] { store.BreakStreams(); });
  while (!things.empty()) {
    auto held = std::make_shared<std::shared_ptr<void>>(std::move(things.back()));
    things.pop_back();
    if (random() % 3 == 0) {
      threads.emplace_back([held] { held->reset(); });
    } else if (random() % 2 == 0) {
      AsyncClient(client).Get("a").Then([held](const auto&) { held->reset(); });
    }
  }
  threads.emplace_back(
      [last = std::optional<Client>(std::move(client))]() mutable { last.reset(); });
  for (std::thread& thread : threads) thread.join();
}

TEST(CoreLifetimesTest, MayEndWhereverTheyLike) {
  constexpr unsigned kRounds = 1000;
  for (unsigned round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    TinyStore store;
    Live(store, round);
  }
}

}  // namespace
}  // namespace etcdpp
