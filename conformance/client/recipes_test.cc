// Barriers, queues and software transactions.
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "etcdpp/barrier.h"
#include "etcdpp/queue.h"
#include "etcdpp/stm.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

using etcdpp::Barrier;
using etcdpp::Code;
using etcdpp::DoubleBarrier;
using etcdpp::Future;
using etcdpp::Isolation;
using etcdpp::Nothing;
using etcdpp::PriorityQueue;
using etcdpp::Queue;
using etcdpp::RunStm;
using etcdpp::Session;
using etcdpp::Status;
using etcdpp::Stm;
using testing::ElementsAre;

Session NewSession(Corner& c) { return Must(Session::Create(c.client(), {.ttl = 600s})); }

TEST(ClientBarrier, HoldsBackUntilItIsReleased) {
  Corner c;
  Barrier barrier(c.client(), c("b"));
  EXPECT_TRUE(barrier.Wait().ok());
  EXPECT_TRUE(barrier.Hold().ok());
  EXPECT_EQ(barrier.Hold().code(), Code::kAlreadyExists);
  EXPECT_EQ(barrier.Wait({.timeout = 20ms}).code(), Code::kDeadlineExceeded);
  auto first = barrier.AsyncWait();
  auto second = barrier.AsyncWait();
  EXPECT_FALSE(first.WaitFor(20ms));
  EXPECT_TRUE(barrier.Release().ok());
  EXPECT_TRUE(std::move(first).Get().ok());
  EXPECT_TRUE(std::move(second).Get().ok());
}

TEST(ClientBarrier, ADoubleOneIsPassedTogether) {
  constexpr size_t kCount = 3;
  Corner c;
  std::vector<Session> sessions;
  std::vector<DoubleBarrier> barriers;
  for (size_t i = 0; i < kCount; ++i) {
    sessions.push_back(NewSession(c));
    barriers.emplace_back(sessions.back(), c("b"), kCount);
  }
  for (int round = 0; round < 2; ++round) {
    std::vector<Future<Nothing>> entering;
    for (size_t i = 0; i + 1 < kCount; ++i) entering.push_back(barriers[i].AsyncEnter());
    EXPECT_FALSE(entering[0].WaitFor(20ms));
    EXPECT_TRUE(barriers.back().Enter().ok());
    for (auto& entered : entering) EXPECT_TRUE(std::move(entered).Get().ok());

    DoubleBarrier late(sessions[0], c("b"), kCount);
    EXPECT_EQ(late.Enter().code(), Code::kResourceExhausted);

    std::vector<Future<Nothing>> leaving;
    for (size_t i = 0; i + 1 < kCount; ++i) leaving.push_back(barriers[i].AsyncLeave());
    EXPECT_FALSE(leaving[0].WaitFor(20ms));
    EXPECT_FALSE(leaving[1].ready());
    EXPECT_TRUE(barriers.back().Leave().ok());
    for (auto& left : leaving) EXPECT_TRUE(std::move(left).Get().ok());
    EXPECT_EQ(barriers[0].Leave().code(), Code::kFailedPrecondition);
  }
}

TEST(ClientQueue, GivesEachValueOnceInOrder) {
  Corner c;
  Queue queue(c.client(), c("q"));
  EXPECT_EQ(Must(queue.TryDequeue()), std::nullopt);
  for (const char* value : {"a", "b", "c"}) EXPECT_TRUE(queue.Enqueue(value).ok());
  EXPECT_EQ(Must(queue.Dequeue()), "a");
  EXPECT_EQ(Must(queue.TryDequeue()), "b");
  EXPECT_EQ(Must(queue.Dequeue()), "c");
  EXPECT_EQ(queue.Dequeue({.timeout = 20ms}).status().code(), Code::kDeadlineExceeded);
}

TEST(ClientQueue, ManyWaitForAsManyValues) {
  constexpr int kValues = 8;
  Corner c;
  Queue queue(c.client(), c("q"));
  std::vector<Future<std::string>> waiting;
  for (int i = 0; i < kValues; ++i) waiting.push_back(queue.AsyncDequeue());
  for (int i = 0; i < kValues; ++i) EXPECT_TRUE(queue.Enqueue(std::to_string(i)).ok());
  std::vector<std::string> taken;
  for (auto& value : waiting) taken.push_back(Must(std::move(value).Get()));
  std::sort(taken.begin(), taken.end());
  EXPECT_THAT(taken, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7"));
  EXPECT_EQ(Must(queue.TryDequeue()), std::nullopt);
}

TEST(ClientQueue, OfPrioritiesGivesTheLowestFirst) {
  Corner c;
  PriorityQueue queue(c.client(), c("q"));
  EXPECT_TRUE(queue.Enqueue("late", 500).ok());
  EXPECT_TRUE(queue.Enqueue("first", 1).ok());
  EXPECT_TRUE(queue.Enqueue("second", 1).ok());
  EXPECT_EQ(Must(queue.Dequeue()), "first");
  EXPECT_EQ(Must(queue.Dequeue()), "second");
  EXPECT_EQ(Must(queue.TryDequeue()), "late");
  auto waiting = queue.AsyncDequeue();
  EXPECT_TRUE(queue.Enqueue("awaited", 7).ok());
  EXPECT_EQ(Must(std::move(waiting).Get()), "awaited");
  // What Go's recipe keeps beside a queue, outside of the corner.
  EXPECT_TRUE(c.client().Delete(etcdpp::KeyRange::Prefix("__" + c("q"))).ok());
}

int64_t Number(const etcdpp::Result<std::optional<std::string>>& value) {
  return value.ok() && *value ? std::stoll(**value) : 0;
}

Status Move(Stm& stm, const std::string& from, const std::string& to, int64_t amount) {
  const auto a = stm.Get(from);
  if (!a.ok()) return a.status();
  const auto b = stm.Get(to);
  if (!b.ok()) return b.status();
  stm.Put(from, std::to_string(Number(a) - amount));
  stm.Put(to, std::to_string(Number(b) + amount));
  return {};
}

class ClientStm : public testing::TestWithParam<Isolation> {};

TEST_P(ClientStm, ReadsItsOwnWritesAndWritesAtTheEnd) {
  Corner c;
  c.Put("a", "1");
  const auto done = RunStm(c.client(),
                           [&c](Stm& stm) -> Status {
                             EXPECT_EQ(Must(stm.Get(c("a"))), "1");
                             EXPECT_EQ(Must(stm.Get(c("none"))), std::nullopt);
                             EXPECT_EQ(Must(stm.ModRevision(c("none"))), 0);
                             EXPECT_EQ(Must(stm.ModRevision(c("a"))), c.Get("a").mod_revision);
                             stm.Put(c("a"), "2");
                             stm.Put(c("b"), "3");
                             EXPECT_EQ(Must(stm.Get(c("a"))), "2");
                             EXPECT_EQ(c.Get("a").value, "1");
                             stm.Delete(c("b"));
                             EXPECT_EQ(Must(stm.Get(c("b"))), std::nullopt);
                             return {};
                           },
                           {.isolation = GetParam()});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(done->succeeded);
  EXPECT_EQ(c.Get("a").value, "2");
  EXPECT_EQ(Must(c.client().Get(c("b"))), std::nullopt);
}

TEST_P(ClientStm, WritesNothingWhereItFails) {
  Corner c;
  c.Put("a", "1");
  const auto done = RunStm(c.client(),
                           [&c](Stm& stm) -> Status {
                             stm.Put(c("a"), "2");
                             return {Code::kInvalidArgument, "not like this"};
                           },
                           {.isolation = GetParam()});
  EXPECT_EQ(done.status().message(), "not like this");
  EXPECT_EQ(c.Get("a").value, "1");
}

// The levels that check what was read.
class ClientStmOfChecked : public ClientStm {};

TEST_P(ClientStmOfChecked, MovesLoseNothing) {
  constexpr int kThreads = 4;
  constexpr int kMoves = 15;
  Corner c;
  const std::vector<std::string> names = {"a", "b", "c"};
  for (const std::string& name : names) c.Put(name, "100");
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kMoves; ++i) {
        const std::string from = c(names[static_cast<size_t>(t + i) % 3]);
        const std::string to = c(names[static_cast<size_t>(t + i + 1) % 3]);
        const auto done = RunStm(c.client(), [&](Stm& stm) { return Move(stm, from, to, i); },
                                 {.isolation = GetParam(), .prefetch = {from}});
        EXPECT_TRUE(done.ok()) << done.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t sum = 0;
  for (const std::string& name : names) sum += std::stoll(c.Get(name).value);
  EXPECT_EQ(sum, 300);
}

// How often a transaction runs that reads `a` and writes `b`, where another writes between.
int Runs(Corner& c, Isolation isolation, const std::string& other_writes) {
  int runs = 0;
  const auto done = RunStm(c.client(),
                           [&](Stm& stm) -> Status {
                             (void)Must(stm.Get(c("a")));
                             if (++runs == 1) c.Put(other_writes, "other");
                             stm.Put(c("b"), "mine");
                             return {};
                           },
                           {.isolation = isolation});
  EXPECT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(c.Get("b").value, "mine");
  return runs;
}

TEST_P(ClientStm, RunsAgainWhereItsLevelSaysSo) {
  Corner c;
  const bool checks_reads = GetParam() != Isolation::kReadCommitted;
  const bool checks_writes = GetParam() == Isolation::kSerializableSnapshot;
  EXPECT_EQ(Runs(c, GetParam(), "a"), checks_reads ? 2 : 1);
  EXPECT_EQ(Runs(c, GetParam(), "b"), checks_writes ? 2 : 1);
  EXPECT_EQ(Runs(c, GetParam(), "c"), 1);
}

TEST_P(ClientStm, ReadsAsOfOneRevisionWhereItsLevelSaysSo) {
  Corner c;
  c.Put("a", "old");
  c.Put("b", "old");
  std::string seen;
  int runs = 0;
  const auto done = RunStm(c.client(),
                           [&](Stm& stm) -> Status {
                             (void)Must(stm.Get(c("a")));
                             if (++runs == 1) c.Put("b", "new");
                             if (runs == 1) seen = *Must(stm.Get(c("b")));
                             return {};
                           },
                           {.isolation = GetParam()});
  EXPECT_TRUE(done.ok()) << done.status();
  const bool one_revision =
      GetParam() == Isolation::kSerializableSnapshot || GetParam() == Isolation::kSerializable;
  EXPECT_EQ(seen, one_revision ? "old" : "new");
}

TEST(ClientStmAttempts, MayBeLimited) {
  Corner c;
  int runs = 0;
  const auto done = RunStm(c.client(),
                           [&](Stm& stm) -> Status {
                             (void)Must(stm.Get(c("a")));
                             c.Put("a", std::to_string(++runs));
                             return {};
                           },
                           {.attempts_max = 3});
  EXPECT_EQ(done.status().code(), Code::kAborted);
  EXPECT_EQ(runs, 3);
}

std::string NameOf(const testing::TestParamInfo<Isolation>& level) {
  switch (level.param) {
    case Isolation::kSerializableSnapshot:
      return "SerializableSnapshot";
    case Isolation::kSerializable:
      return "Serializable";
    case Isolation::kRepeatableReads:
      return "RepeatableReads";
    case Isolation::kReadCommitted:
      return "ReadCommitted";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Levels, ClientStmOfChecked,
                         testing::Values(Isolation::kSerializableSnapshot, Isolation::kSerializable,
                                         Isolation::kRepeatableReads),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(Levels, ClientStm,
                         testing::Values(Isolation::kSerializableSnapshot, Isolation::kSerializable,
                                         Isolation::kRepeatableReads, Isolation::kReadCommitted),
                         NameOf);

}  // namespace
}  // namespace conformance
