// Reads: which keys a range covers, at which revision, and what comes back of each.
#include <limits>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// a, b and c, each written once, in this order.
TEST(Range, OfOneKeyAnswersThePair) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();

  const auto range = s.Call(Range(s("a")));

  ASSERT_THAT(range, IsOk());
  EXPECT_THAT(range->kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                    .value = "1",
                                                    .create_revision = revision,
                                                    .mod_revision = revision,
                                                    .version = 1})));
}

TEST(Range, OfAMissingKeyIsEmptyAndNoError) {
  Scratch s;
  const auto range = s.Call(Range(s("a")));
  ASSERT_THAT(range, IsOk());
  EXPECT_THAT(range->kvs(), IsEmpty());
  EXPECT_EQ(range->count(), 0);
}

TEST(Range, OfOneKeyDoesNotSeeKeysItIsAPrefixOf) {
  Scratch s;
  s.Put("ab", "1");
  EXPECT_EQ(s.Call(Range(s("a")))->count(), 0);
}

TEST(Range, WithoutAKeyIsRefused) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Range("")), FailsWith(kEmptyKey));
}

TEST(Range, WithoutAKeyIsRefusedWhateverTheRangeEnd) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Range("", {.range_end = kZeroByte})), FailsWith(kEmptyKey));
}

TEST(Range, CoversTheKeyAndNotTheEnd) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s("c")}));
  EXPECT_THAT(s.Names(*range), ElementsAre("a", "b"));
}

TEST(Range, CoversKeysBetweenBoundsThatDoNotExist) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("aa"), {.range_end = s("bz")}));
  EXPECT_THAT(s.Names(*range), ElementsAre("b"));
}

TEST(Range, UpToTheKeyItselfIsEmptyAndNoError) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("b"), {.range_end = s("b")}));
  ASSERT_THAT(range, IsOk());
  EXPECT_EQ(range->count(), 0);
}

TEST(Range, BackwardsIsEmptyAndNoError) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("c"), {.range_end = s("a")}));
  ASSERT_THAT(range, IsOk());
  EXPECT_EQ(range->count(), 0);
}

TEST(Range, WithAZeroByteAsEndReachesTheLastKey) {
  Scratch s(Scratch::Where::kLast);
  s.PutThree();
  const auto range = s.Call(Range(s("b"), {.range_end = kZeroByte}));
  EXPECT_THAT(s.Names(*range), ElementsAre("b", "c"));
}

TEST(Range, WithTwoZeroBytesAsEndIsAnOrdinaryEnd) {
  Scratch s;
  s.PutThree();
  EXPECT_EQ(s.Call(Range(s("b"), {.range_end = kZeroByte + kZeroByte}))->count(), 0);
}

TEST(Range, FromAZeroByteToAZeroByteIsTheWholeKeySpace) {
  Scratch s;
  const auto everything = Range(kZeroByte, {.range_end = kZeroByte, .count_only = true});
  const int64_t before = s.Call(everything)->count();
  s.PutThree();
  EXPECT_EQ(s.Call(everything)->count(), before + 3);
}

TEST(Range, OfAZeroByteWithoutEndIsThatKeyAlone) {
  Scratch s;
  s.PutThree();
  EXPECT_EQ(s.Call(Range(kZeroByte))->count(), 0);
}

TEST(Range, OrdersKeysAsUnsignedBytes) {
  Scratch s;
  for (const char* name : {"\xff", "\x7f", "\x80", "a"}) s.Put(name, "1");
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", "\x7f", "\x80", "\xff"));
}

TEST(Range, OrdersAPrefixBeforeWhatItBegins) {
  Scratch s;
  const std::string with_zero = "a" + kZeroByte;
  for (const std::string& name : {std::string("ab"), with_zero, std::string("a")}) s.Put(name, "");
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", with_zero, "ab"));
}

TEST(Range, OfAPrefixEndingIn0xffEndsWhereTheByteBeforeGrows) {
  Scratch s;
  for (const char* name : {"a\xff", "a\xff\xff", "a\xff z", "b", "a\xfe"}) s.Put(name, "1");
  const auto range = s.Call(Range(s("a\xff"), {.range_end = s("b")}));
  EXPECT_THAT(s.Names(*range), ElementsAre("a\xff", "a\xff z", "a\xff\xff"));
}

TEST(Range, GivesBackEveryByteOfKeyAndValue) {
  Scratch s;
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  s.Put(bytes, bytes);
  EXPECT_THAT(s.Get(bytes).kvs(), ElementsAre(Holds(s(bytes), bytes)));
}

TEST(Range, TellsAnEmptyValueFromAnAbsentKey) {
  Scratch s;
  s.Put("a", "");
  const auto range = s.Call(Range(s("a")));
  EXPECT_EQ(range->count(), 1);
  EXPECT_THAT(range->kvs(), ElementsAre(Holds(s("a"), "")));
}

TEST(Range, GivesBackAValueOfAMegabyte) {
  Scratch s;
  const std::string value(1 << 20, 'v');
  s.Put("a", value);
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), value)));
}

TEST(Range, AnswersMoreThanOneRequestMayHold) {
  Scratch s;
  const std::string value(1 << 20, 'v');
  for (const char* name : {"a", "b", "c", "d"}) s.Put(name, value);
  EXPECT_THAT(s.All().kvs(), SizeIs(4));
}

TEST(Range, GivesBackAThousandKeysInOrder) {
  Scratch s;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(std::to_string(1000 + i));
  for (size_t at = 0; at < names.size(); at += 100) {
    std::vector<Op> puts;
    for (size_t i = at; i < at + 100; ++i) puts.emplace_back(Put(s(names[i]), "1"));
    ASSERT_THAT(s.Call(Txn({}, puts)), IsOk());
  }
  EXPECT_EQ(s.Names(s.All()), names);
}

TEST(Range, SaysWhichLeaseAKeyHas) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  EXPECT_EQ(s.Get("a").kvs(0).lease(), lease);
}

TEST(RangeLimit, CutsAndSaysThereIsMore) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = 2}));
  EXPECT_THAT(s.Names(*range), ElementsAre("a", "b"));
  EXPECT_TRUE(range->more());
}

TEST(RangeLimit, OfExactlyAllIsNoMore) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = 3}));
  EXPECT_THAT(s.Names(*range), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(range->more());
}

TEST(RangeLimit, AboveAllIsNoMore) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = 4}));
  EXPECT_THAT(range->kvs(), SizeIs(3));
  EXPECT_FALSE(range->more());
}

TEST(RangeLimit, DoesNotChangeTheCount) {
  Scratch s;
  s.PutThree();
  EXPECT_EQ(s.Call(Range(s("a"), {.range_end = s.end(), .limit = 1}))->count(), 3);
}

TEST(RangeLimit, BelowZeroIsNoLimit) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = -1}));
  EXPECT_THAT(range->kvs(), SizeIs(3));
  EXPECT_FALSE(range->more());
}

TEST(RangeLimit, OfTheLargestNumberIsNoLimit) {
  Scratch s;
  s.PutThree();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = kMost}));
  EXPECT_THAT(range->kvs(), SizeIs(3));
  EXPECT_FALSE(range->more());
}

TEST(RangeLimit, OfOneKeyFoundIsNoMore) {
  Scratch s;
  s.Put("a", "1");
  const auto range = s.Call(Range(s("a"), {.limit = 1}));
  EXPECT_THAT(range->kvs(), SizeIs(1));
  EXPECT_FALSE(range->more());
}

TEST(RangeCountOnly, AnswersTheCountWithoutPairs) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .count_only = true}));
  EXPECT_EQ(range->count(), 3);
  EXPECT_THAT(range->kvs(), IsEmpty());
}

TEST(RangeCountOnly, OfOneKeyIsOneOrZero) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_EQ(s.Call(Range(s("a"), {.count_only = true}))->count(), 1);
  EXPECT_EQ(s.Call(Range(s("b"), {.count_only = true}))->count(), 0);
}

TEST(RangeCountOnly, IgnoresTheLimit) {
  Scratch s;
  s.PutThree();
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(), .limit = 1, .count_only = true}));
  EXPECT_EQ(range->count(), 3);
  EXPECT_FALSE(range->more());
}

TEST(RangeCountOnly, IgnoresTheRevisionBounds) {
  Scratch s;
  s.PutThree();
  const int64_t future = s.Revision() + 10;
  const auto range =
      s.Call(Range(s("a"), {.range_end = s.end(), .count_only = true, .min_mod_revision = future}));
  EXPECT_EQ(range->count(), 3);
}

TEST(RangeCountOnly, CountsAtTheRevisionAskedFor) {
  Scratch s;
  s.PutThree();
  const int64_t then = s.Revision();
  s.Delete("a");
  const auto range =
      s.Call(Range(s("a"), {.range_end = s.end(), .revision = then, .count_only = true}));
  EXPECT_EQ(range->count(), 3);
}

TEST(RangeKeysOnly, EmptiesTheValueAndKeepsTheRevisions) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t changed = s.Put("a", "2").header().revision();

  const auto range = s.Call(Range(s("a"), {.keys_only = true}));

  EXPECT_THAT(
      range->kvs(),
      ElementsAre(IsPair(
          Pair{.key = s("a"), .create_revision = created, .mod_revision = changed, .version = 2})));
}

// From 3.7 on such a read is answered from the index, which knows no leases.
TEST(RangeKeysOnly, SaysTheLeaseBefore37) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  const auto range = s.Call(Range(s("a"), {.keys_only = true}));
  EXPECT_EQ(range->kvs(0).lease(), target().version.AtLeast(3, 7) ? 0 : lease);
}

TEST(RangeKeysOnly, SaysTheLeaseWhereTheSortNeedsTheValues) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  const auto range = s.Call(Range(s("a"), {.target = pb::RangeRequest::VALUE, .keys_only = true}));
  EXPECT_EQ(range->kvs(0).lease(), lease);
  EXPECT_EQ(range->kvs(0).value(), "");
}

TEST(RangeKeysOnly, DoesNotEmptyWhatIsStored) {
  Scratch s;
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Range(s("a"), {.keys_only = true})), IsOk());
  EXPECT_EQ(s.Get("a").kvs(0).value(), "1");
}

TEST(RangeRevision, ShowsThePairAsItWasThen) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t second = s.Put("a", "2").header().revision();
  s.Put("a", "3");
  const auto range = s.Call(Range(s("a"), {.revision = second}));
  EXPECT_THAT(range->kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                    .value = "2",
                                                    .create_revision = created,
                                                    .mod_revision = second,
                                                    .version = 2})));
}

TEST(RangeRevision, BeforeTheFirstPutHasNothing) {
  Scratch s;
  const int64_t before = s.Put("other", "").header().revision();
  s.Put("a", "1");
  EXPECT_EQ(s.Get("a", {.revision = before}).count(), 0);
}

TEST(RangeRevision, BeforeADeleteStillHasTheKey) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  s.Delete("a");
  EXPECT_THAT(s.Get("a", {.revision = then}).kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(RangeRevision, OfTheDeleteHasTheKeyNoMore) {
  Scratch s;
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  s.Put("a", "2");
  EXPECT_EQ(s.Get("a", {.revision = deleted}).count(), 0);
}

TEST(RangeRevision, CountsTheKeysOfThatTime) {
  Scratch s;
  s.PutThree();
  const int64_t then = s.Revision();
  s.Put("d", "1");
  EXPECT_EQ(s.All({.revision = then}).count(), 3);
}

TEST(RangeRevision, LeavesTheHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  const int64_t now = s.Put("a", "2").header().revision();
  EXPECT_THAT(*s.Call(Range(s("a"), {.revision = then})), AtRevision(now));
}

TEST(RangeRevision, MayBeTheCurrentOne) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Get("a", {.revision = now}).kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(RangeRevision, OfTheFutureIsRefused) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = now + 1})), FailsWith(kFutureRevision));
}

TEST(RangeRevision, OfTheFutureIsRefusedForACountToo) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = now + 1, .count_only = true})),
              FailsWith(kFutureRevision));
}

TEST(RangeRevision, OfTheFutureIsRefusedForAnEmptyRangeToo) {
  Scratch s;
  EXPECT_THAT(s.Call(Range(s("z"), {.range_end = s("a"), .revision = s.Revision() + 1})),
              FailsWith(kFutureRevision));
}

TEST(RangeRevision, IsCheckedAfterTheKey) {
  Scratch s;
  EXPECT_THAT(s.Call(Range("", {.revision = s.Revision() + 100})), FailsWith(kEmptyKey));
}

TEST(RangeRevision, BelowZeroIsNow) {
  Scratch s;
  s.Put("a", "1");
  for (const int64_t revision : {int64_t{-1}, std::numeric_limits<int64_t>::min()}) {
    SCOPED_TRACE(revision);
    EXPECT_THAT(s.Get("a", {.revision = revision}).kvs(), ElementsAre(Holds(s("a"), "1")));
  }
}

TEST(RangeSerializable, AnswersWhatALinearizableReadDoes) {
  Scratch s;
  s.PutThree();
  const auto serializable = s.Call(Range(s("a"), {.range_end = s.end(), .serializable = true}));
  EXPECT_EQ(serializable->SerializeAsString(), s.All().SerializeAsString());
}

TEST(RangeSerializable, IsRefusedForTheSameReasons) {
  Scratch s;
  EXPECT_THAT(s.Call(Range("", {.serializable = true})), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = s.Revision() + 1, .serializable = true})),
              FailsWith(kFutureRevision));
}

TEST(RangeBounds, AreInclusive) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  const struct {
    const char* bound;
    RangeOptions options;
    std::vector<std::string> want;
  } cases[] = {
      {"min_mod_revision", {.min_mod_revision = b}, {"b", "c"}},
      {"max_mod_revision", {.max_mod_revision = b}, {"a", "b"}},
      {"min_create_revision", {.min_create_revision = b}, {"b", "c"}},
      {"max_create_revision", {.max_create_revision = b}, {"a", "b"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.bound);
    EXPECT_EQ(s.Names(s.All(c.options)), c.want);
  }
}

TEST(RangeBounds, TellCreationFromModification) {
  Scratch s;
  s.PutThree();
  const int64_t changed = s.Put("a", "2").header().revision();
  EXPECT_THAT(s.Names(s.All({.min_mod_revision = changed})), ElementsAre("a"));
  EXPECT_THAT(s.Names(s.All({.min_create_revision = changed})), IsEmpty());
}

TEST(RangeBounds, AllHoldTogether) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  EXPECT_THAT(s.Names(s.All({.min_mod_revision = b, .max_mod_revision = b})), ElementsAre("b"));
}

TEST(RangeBounds, ThatExcludeEachOtherLeaveNothing) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  EXPECT_THAT(s.All({.min_mod_revision = b + 1, .max_mod_revision = b}).kvs(), IsEmpty());
}

TEST(RangeBounds, BelowZeroAreBoundsToo) {
  Scratch s;
  s.PutThree();
  EXPECT_THAT(s.All({.max_mod_revision = -1}).kvs(), IsEmpty());
  EXPECT_THAT(s.All({.min_mod_revision = -1}).kvs(), SizeIs(3));
}

TEST(RangeBounds, DoNotChangeTheCount) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  EXPECT_EQ(s.All({.min_mod_revision = b, .max_mod_revision = b}).count(), 3);
}

TEST(RangeBounds, ApplyBeforeTheLimit) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  const auto range = s.All({.limit = 1, .min_mod_revision = b});
  EXPECT_THAT(s.Names(range), ElementsAre("b"));
  EXPECT_TRUE(range.more());
}

TEST(RangeBounds, ThatLeaveExactlyTheLimitLeaveNoMore) {
  Scratch s;
  s.PutThree();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  const auto range = s.All({.limit = 2, .min_mod_revision = b});
  EXPECT_THAT(s.Names(range), ElementsAre("b", "c"));
  EXPECT_FALSE(range.more());
}

TEST(RangeBounds, ApplyToThePairsOfTheRevisionAskedFor) {
  Scratch s;
  s.PutThree();
  const int64_t then = s.Revision();
  const int64_t b = s.Get("b").kvs(0).mod_revision();
  s.Put("b", "2");
  EXPECT_THAT(s.Names(s.All({.revision = then, .max_mod_revision = b})), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace conformance
