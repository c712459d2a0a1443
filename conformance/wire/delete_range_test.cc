// Deletes: what they cover, what they answer, and the revisions they take.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DeleteRange, OfOneKeyTakesItAway) {
  Scratch s;
  s.PutThree();
  const auto deleted = s.Call(Delete(s("b")));
  EXPECT_EQ(deleted->deleted(), 1);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", "c"));
}

TEST(DeleteRange, OfOneKeyLeavesKeysItIsAPrefixOf) {
  Scratch s;
  s.Put("a", "1");
  s.Put("ab", "1");
  EXPECT_EQ(s.Call(Delete(s("a")))->deleted(), 1);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("ab"));
}

TEST(DeleteRange, OfARangeLeavesItsEnd) {
  Scratch s;
  s.PutThree();
  EXPECT_EQ(s.Call(Delete(s("a"), {.range_end = s("c")}))->deleted(), 2);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("c"));
}

TEST(DeleteRange, WithAZeroByteAsEndReachesTheLastKey) {
  Scratch s(Scratch::Where::kLast);
  s.PutThree();
  EXPECT_EQ(s.Call(Delete(s("b"), {.range_end = kZeroByte}))->deleted(), 2);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a"));
}

TEST(DeleteRange, UpToTheKeyItselfOrBackwardsDeletesNothing) {
  Scratch s;
  s.PutThree();
  EXPECT_EQ(s.Call(Delete(s("b"), {.range_end = s("b")}))->deleted(), 0);
  EXPECT_EQ(s.Call(Delete(s("c"), {.range_end = s("a")}))->deleted(), 0);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", "b", "c"));
}

TEST(DeleteRange, WithoutAKeyIsRefused) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Delete("")), FailsWith(kEmptyKey));
}

TEST(DeleteRange, WithoutAKeyIsRefusedWhateverTheRangeEnd) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Delete("", {.range_end = kZeroByte})), FailsWith(kEmptyKey));
}

TEST(DeleteRange, TakesOneRevisionForAllItsKeys) {
  Scratch s;
  s.PutThree();
  const int64_t before = s.Revision();
  EXPECT_THAT(*s.Call(Delete(s("a"), {.range_end = s.end()})), AtRevision(before + 1));
  EXPECT_EQ(s.Revision(), before + 1);
}

TEST(DeleteRange, OfNothingTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto deleted = s.Call(Delete(s("a")));
  EXPECT_EQ(deleted->deleted(), 0);
  EXPECT_THAT(*deleted, AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(DeleteRange, OfADeletedKeyDeletesNothing) {
  Scratch s;
  s.Put("a", "1");
  const int64_t first = s.Delete("a").header().revision();
  const auto again = s.Call(Delete(s("a")));
  EXPECT_EQ(again->deleted(), 0);
  EXPECT_THAT(*again, AtRevision(first));
}

TEST(DeleteRange, CountsLiveKeysAlone) {
  Scratch s;
  s.PutThree();
  s.Put("a", "again");
  s.Delete("b");
  EXPECT_EQ(s.Call(Delete(s("a"), {.range_end = s.end()}))->deleted(), 2);
}

TEST(DeleteRange, LeavesTheHistory) {
  Scratch s;
  s.PutThree();
  const int64_t then = s.Revision();
  ASSERT_THAT(s.Call(Delete(s("a"), {.range_end = s.end()})), IsOk());
  EXPECT_THAT(s.Names(s.All({.revision = then})), ElementsAre("a", "b", "c"));
}

TEST(DeleteRange, TakesTheKeyFromItsLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Delete("a");
  EXPECT_THAT(s.Call(TimeToLive(lease, true))->keys(), IsEmpty());
}

TEST(DeleteRange, OfAThousandKeysIsOneRevision) {
  Scratch s;
  for (int at = 0; at < 1000; at += 100) {
    std::vector<Op> puts;
    for (int i = at; i < at + 100; ++i) puts.emplace_back(Put(s(std::to_string(1000 + i)), "1"));
    ASSERT_THAT(s.Call(Txn({}, puts)), IsOk());
  }
  const int64_t before = s.Revision();
  const auto deleted = s.Call(Delete(s("1"), {.range_end = s("2")}));
  EXPECT_EQ(deleted->deleted(), 1000);
  EXPECT_THAT(*deleted, AtRevision(before + 1));
}

TEST(DeleteRangePrevKv, IsNotSentUnlessAskedFor) {
  Scratch s;
  s.PutThree();
  EXPECT_THAT(s.Call(Delete(s("a"), {.range_end = s.end()}))->prev_kvs(), IsEmpty());
}

TEST(DeleteRangePrevKv, IsEveryPairInKeyOrder) {
  Scratch s;
  for (const char* name : {"c", "a", "b"}) s.Put(name, std::string("value of ") + name);
  const auto deleted = s.Call(Delete(s("a"), {.range_end = s.end(), .prev_kv = true}));
  EXPECT_THAT(deleted->prev_kvs(),
              ElementsAre(Holds(s("a"), "value of a"), Holds(s("b"), "value of b"),
                          Holds(s("c"), "value of c")));
}

TEST(DeleteRangePrevKv, IsThePairAsItWas) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t changed = s.Put("a", "2", {.lease = lease}).header().revision();
  const auto deleted = s.Call(Delete(s("a"), {.prev_kv = true}));
  EXPECT_THAT(deleted->prev_kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                           .value = "2",
                                                           .create_revision = created,
                                                           .mod_revision = changed,
                                                           .version = 2,
                                                           .lease = lease})));
}

TEST(DeleteRangePrevKv, OfNothingIsNothing) {
  Scratch s;
  const auto deleted = s.Call(Delete(s("a"), {.prev_kv = true}));
  ASSERT_THAT(deleted, IsOk());
  EXPECT_THAT(deleted->prev_kvs(), IsEmpty());
}

}  // namespace
}  // namespace conformance
