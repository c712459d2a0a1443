// Compaction: what it takes away, what it leaves, and what is refused before and after it. These
// cases compact the history of the server.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// a written twice and c deleted, then compacted, then a written again.
struct Compacted {
  explicit Compacted(const Scratch& s) {
    created = s.Put("a", "1").header().revision();
    s.Put("c", "1");
    s.Delete("c");
    at = s.Put("a", "2").header().revision();
    s.Call(Compact(at)).operator*();
    now = s.Put("a", "3").header().revision();
  }

  int64_t created = 0;
  int64_t at = 0;
  int64_t now = 0;
};

TEST(Compact, MayBeAtTheCurrentRevision) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Compact(now)), IsOk());
}

TEST(Compact, TakesNoRevisionAndAnswersTheCurrentOne) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  const int64_t now = s.Put("a", "2").header().revision();
  EXPECT_THAT(*s.Call(Compact(first)), AtRevision(now));
  EXPECT_EQ(s.Revision(), now);
}

TEST(Compact, TwiceAtOneRevisionIsRefused) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Compact(compacted.at)), FailsWith(kCompacted));
}

TEST(Compact, BelowTheLastOneIsRefused) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Compact(compacted.at - 1)), FailsWith(kCompacted));
}

TEST(Compact, AtZeroAfterAnotherIsRefused) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Compact(0)), FailsWith(kCompacted));
}

TEST(Compact, AtANegativeRevisionIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Compact(-1)), FailsWith(kCompacted));
}

TEST(Compact, InTheFutureIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Compact(s.Revision() + 1)), FailsWith(kFutureRevision));
}

TEST(Compact, ThatIsRefusedChangesNothing) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Compact(now + 1)), FailsWith(kFutureRevision));
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = now})), IsOk());
}

TEST(Compact, RefusesReadsBelowIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = compacted.at - 1})), FailsWith(kCompacted));
}

TEST(Compact, RefusesReadsOfRevisionOne) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = 1})), FailsWith(kCompacted));
}

TEST(Compact, RefusesSerializableReadsBelowIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = compacted.at - 1, .serializable = true})),
              FailsWith(kCompacted));
}

TEST(Compact, RefusesCountsBelowIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = compacted.at - 1, .count_only = true})),
              FailsWith(kCompacted));
}

TEST(Compact, RefusesReadsBelowItOfKeysThatNeverWere) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Range(s("never written"), {.revision = compacted.at - 1})),
              FailsWith(kCompacted));
}

TEST(Compact, AllowsReadsAtIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Get("a", {.revision = compacted.at}).kvs(), ElementsAre(Holds(s("a"), "2")));
}

TEST(Compact, AllowsReadsAfterIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Get("a", {.revision = compacted.now}).kvs(), ElementsAre(Holds(s("a"), "3")));
}

TEST(Compact, LeavesNegativeRevisionsMeaningNow) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Get("a", {.revision = -1}).kvs(), ElementsAre(Holds(s("a"), "3")));
}

TEST(Compact, KeepsTheCreateRevisionAndTheVersionOfAKey) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                        .value = "3",
                                                        .create_revision = compacted.created,
                                                        .mod_revision = compacted.now,
                                                        .version = 3})));
}

TEST(Compact, KeepsTheNewestPairOfEveryKeyHoweverOld) {
  Scratch s;
  for (const char* name : {"a", "b", "c"}) s.Put(name, name);
  s.Call(Compact(s.Put("d", "d").header().revision(), true)).operator*();
  EXPECT_THAT(s.All().kvs(), ElementsAre(Holds(s("a"), "a"), Holds(s("b"), "b"), Holds(s("c"), "c"),
                                         Holds(s("d"), "d")));
}

TEST(Compact, AtADeleteLeavesTheKeyDeleted) {
  Scratch s;
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  ASSERT_THAT(s.Call(Compact(deleted, true)), IsOk());
  EXPECT_THAT(s.Get("a", {.revision = deleted}).kvs(), IsEmpty());
  EXPECT_THAT(s.Get("a").kvs(), IsEmpty());
}

TEST(Compact, BeforeADeleteLeavesThePairUpToIt) {
  Scratch s;
  const int64_t put = s.Put("a", "1").header().revision();
  s.Delete("a");
  ASSERT_THAT(s.Call(Compact(put, true)), IsOk());
  EXPECT_THAT(s.Get("a", {.revision = put}).kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(Compact, OfADeletedKeyLetsItBeginAnew) {
  Scratch s;
  s.Put("a", "1");
  s.Put("a", "2");
  ASSERT_THAT(s.Call(Compact(s.Delete("a").header().revision(), true)), IsOk());
  const int64_t revision = s.Put("a", "3").header().revision();
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                        .value = "3",
                                                        .create_revision = revision,
                                                        .mod_revision = revision,
                                                        .version = 1})));
}

TEST(Compact, LeavesThePreviousPairForAPutToAnswer) {
  Scratch s;
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "2", {.prev_kv = true}))->prev_kv(), Holds(s("a"), "1"));
}

TEST(Compact, LeavesTheLeaseOfAKey) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ASSERT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  EXPECT_EQ(s.Get("a").kvs(0).lease(), lease);
  EXPECT_THAT(s.Call(TimeToLive(lease, true))->keys(), ElementsAre(s("a")));
}

TEST(Compact, LeavesTheHistoryAfterItReadable) {
  Scratch s;
  s.Put("a", "1");
  const int64_t at = s.Put("a", "2").header().revision();
  const int64_t between = s.Put("a", "3").header().revision();
  s.Put("a", "4");
  ASSERT_THAT(s.Call(Compact(at, true)), IsOk());
  EXPECT_THAT(s.Get("a", {.revision = between}).kvs(), ElementsAre(Holds(s("a"), "3")));
}

TEST(CompactPhysical, AnswersLikeAnyOther) {
  Scratch s;
  s.Put("a", "1");
  const int64_t now = s.Put("a", "2").header().revision();
  const auto compaction = s.Call(Compact(now, true));
  ASSERT_THAT(compaction, IsOk());
  EXPECT_THAT(*compaction, AtRevision(now));
}

TEST(CompactPhysical, IsRefusedLikeAnyOther) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Compact(compacted.at, true)), FailsWith(kCompacted));
  EXPECT_THAT(s.Call(Compact(s.Revision() + 1, true)), FailsWith(kFutureRevision));
}

TEST(CompactPhysical, OfThousandsOfChangesEnds) {
  Scratch s;
  for (int round = 0; round < 25; ++round) {
    std::vector<Op> puts;
    for (int i = 0; i < 100; ++i) puts.emplace_back(Put(s(std::to_string(i)), "1"));
    ASSERT_THAT(s.Call(Txn({}, puts)), IsOk());
  }
  EXPECT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  EXPECT_EQ(s.All().count(), 100);
}

TEST(CompactTxn, RefusesReadsBelowIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"), {.revision = compacted.at - 1})})),
              FailsWith(kCompacted));
}

TEST(CompactTxn, AllowsReadsAtIt) {
  Scratch s;
  const Compacted compacted(s);
  const auto txn = s.Call(Txn({}, {Range(s("a"), {.revision = compacted.at})}));
  EXPECT_THAT(txn->responses(0).response_range().kvs(), ElementsAre(Holds(s("a"), "2")));
}

TEST(CompactTxn, RefusesReadsAtNegativeRevisions) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"), {.revision = -1})})), FailsWith(kCompacted));
}

TEST(CompactTxn, UndoesTheWholeTxnForOneReadBelowIt) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "4"), Range(s("a"), {.revision = compacted.at - 1})})),
              FailsWith(kCompacted));
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "3")));
  EXPECT_EQ(s.Revision(), compacted.now);
}

TEST(CompactTxn, LeavesReadsBelowItInTheBranchNotTakenAlone) {
  Scratch s;
  const Compacted compacted(s);
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"))}, {Range(s("a"), {.revision = compacted.at - 1})})),
              IsOk());
}

}  // namespace
}  // namespace conformance
