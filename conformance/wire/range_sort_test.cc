// The order of what a read answers, and how the order and the limit work on each other.
#include <algorithm>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using Strings = std::vector<std::string>;

constexpr auto kNone = pb::RangeRequest::NONE;
constexpr auto kAscend = pb::RangeRequest::ASCEND;
constexpr auto kDescend = pb::RangeRequest::DESCEND;

// Four keys whose order by each target is another one:
//   key a b c d; version a=1 d=1 c=2 b=3; created d c b a; modified d c a b; value c a d b.
void PutFour(const Scratch& s) {
  s.Put("d", "3");
  s.Put("c", "0");
  s.Put("c", "1");
  s.Put("b", "0");
  s.Put("a", "2");
  s.Put("b", "0");
  s.Put("b", "4");
}

struct SortCase {
  const char* name;
  pb::RangeRequest::SortTarget target;
  Strings ascending;
};

std::vector<SortCase> SortCases() {
  return {
      {"KEY", pb::RangeRequest::KEY, {"a", "b", "c", "d"}},
      {"CREATE", pb::RangeRequest::CREATE, {"d", "c", "b", "a"}},
      {"MOD", pb::RangeRequest::MOD, {"d", "c", "a", "b"}},
      {"VALUE", pb::RangeRequest::VALUE, {"c", "a", "d", "b"}},
      {"VERSION", pb::RangeRequest::VERSION, {"a", "d", "c", "b"}},
  };
}

TEST(RangeSort, IsByKeyUnlessAskedOtherwise) {
  Scratch s;
  PutFour(s);
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", "b", "c", "d"));
}

TEST(RangeSort, AscendsByEachTarget) {
  Scratch s;
  PutFour(s);
  for (const SortCase& c : SortCases()) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(s.Names(s.All({.target = c.target, .order = kAscend})), c.ascending);
  }
}

TEST(RangeSort, DescendsByEachTarget) {
  Scratch s;
  PutFour(s);
  for (const SortCase& c : SortCases()) {
    SCOPED_TRACE(c.name);
    Strings want(c.ascending.rbegin(), c.ascending.rend());
    if (c.target == pb::RangeRequest::VERSION) std::swap(want[2], want[3]);  // a and d are even
    EXPECT_EQ(s.Names(s.All({.target = c.target, .order = kDescend})), want);
  }
}

TEST(RangeSort, AscendsWhereATargetIsGivenWithoutOrder) {
  Scratch s;
  PutFour(s);
  for (const SortCase& c : SortCases()) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(s.Names(s.All({.target = c.target, .order = kNone})), c.ascending);
  }
}

TEST(RangeSort, LeavesEvenPairsInKeyOrderGoingUp) {
  Scratch s;
  for (const char* name : {"d", "b", "a", "c"}) s.Put(name, "same");
  EXPECT_THAT(s.Names(s.All({.target = pb::RangeRequest::VALUE, .order = kAscend})),
              ElementsAre("a", "b", "c", "d"));
}

TEST(RangeSort, LeavesEvenPairsInKeyOrderGoingDown) {
  Scratch s;
  for (const char* name : {"d", "b", "a", "c"}) s.Put(name, "same");
  EXPECT_THAT(s.Names(s.All({.target = pb::RangeRequest::VALUE, .order = kDescend})),
              ElementsAre("a", "b", "c", "d"));
}

TEST(RangeSort, ComparesValuesAsUnsignedBytes) {
  Scratch s;
  s.Put("a", "\xff");
  s.Put("b", "\x7f");
  s.Put("c", "");
  s.Put("d", "\x7f\x01");
  EXPECT_THAT(s.Names(s.All({.target = pb::RangeRequest::VALUE, .order = kAscend})),
              ElementsAre("c", "b", "d", "a"));
}

TEST(RangeSort, ComparesVersionsAsNumbers) {
  Scratch s;
  for (int i = 0; i < 10; ++i) s.Put("a", "");
  for (int i = 0; i < 9; ++i) s.Put("b", "");
  EXPECT_THAT(s.Names(s.All({.target = pb::RangeRequest::VERSION, .order = kAscend})),
              ElementsAre("b", "a"));
}

TEST(RangeSort, ByValueWorksOnTheValuesThatKeysOnlyHides) {
  Scratch s;
  PutFour(s);
  const auto range =
      s.All({.target = pb::RangeRequest::VALUE, .order = kAscend, .keys_only = true});
  EXPECT_THAT(s.Names(range), ElementsAre("c", "a", "d", "b"));
  EXPECT_EQ(range.kvs(0).value(), "");
}

TEST(RangeSort, WorksOnThePairsOfTheRevisionAskedFor) {
  Scratch s;
  PutFour(s);
  const int64_t then = s.Revision();
  s.Put("c", "9");
  EXPECT_THAT(
      s.Names(s.All({.revision = then, .target = pb::RangeRequest::VALUE, .order = kAscend})),
      ElementsAre("c", "a", "d", "b"));
}

TEST(RangeSort, IsDoneBeforeTheLimitWhereAnOrderIsGiven) {
  Scratch s;
  PutFour(s);
  const auto range = s.All({.limit = 2, .target = pb::RangeRequest::CREATE, .order = kAscend});
  EXPECT_THAT(s.Names(range), ElementsAre("d", "c"));
  EXPECT_TRUE(range.more());
}

TEST(RangeSort, DescendingByKeyIsDoneBeforeTheLimit) {
  Scratch s;
  PutFour(s);
  const auto range = s.All({.limit = 1, .order = kDescend});
  EXPECT_THAT(s.Names(range), ElementsAre("d"));
  EXPECT_TRUE(range.more());
}

// The server fetches one more than the limit in key order, sorts those and cuts.
TEST(RangeSort, IsDoneAfterTheLimitWhereOnlyATargetIsGiven) {
  Scratch s;
  PutFour(s);
  const auto range = s.All({.limit = 2, .target = pb::RangeRequest::CREATE, .order = kNone});
  EXPECT_THAT(s.Names(range), ElementsAre("c", "b"));
  EXPECT_TRUE(range.more());
}

TEST(RangeSort, IsDoneBeforeTheLimitWhereABoundIsGiven) {
  Scratch s;
  PutFour(s);
  const auto range = s.All(
      {.limit = 2, .target = pb::RangeRequest::CREATE, .order = kNone, .min_mod_revision = 1});
  EXPECT_THAT(s.Names(range), ElementsAre("d", "c"));
  EXPECT_TRUE(range.more());
}

TEST(RangeSort, WithTheLimitOfAllIsNoMore) {
  Scratch s;
  PutFour(s);
  EXPECT_FALSE(s.All({.limit = 4, .order = kDescend}).more());
}

TEST(RangeSort, DoesNotChangeTheCount) {
  Scratch s;
  PutFour(s);
  EXPECT_EQ(s.All({.limit = 1, .order = kDescend}).count(), 4);
}

TEST(RangeSort, InAnOrderThatDoesNotExistIsKeyOrderOrAnError) {
  Scratch s;
  PutFour(s);
  const auto no_such_order = static_cast<pb::RangeRequest::SortOrder>(3);
  const auto range = s.Call(Range(s("a"), {.range_end = s.end(),
                                           .limit = 2,
                                           .target = pb::RangeRequest::CREATE,
                                           .order = no_such_order}));
  if (target().version.AtLeast(3, 6)) {
    EXPECT_THAT(range, FailsWith(kInvalidSortOption));
    return;
  }
  EXPECT_THAT(s.Names(*range), ElementsAre("a", "b"));
  EXPECT_TRUE(range->more());
}

TEST(RangeSort, InAnOrderThatDoesNotExistIsTheSameInATxn) {
  Scratch s;
  PutFour(s);
  const auto no_such_order = static_cast<pb::RangeRequest::SortOrder>(-1);
  const auto txn = s.Call(Txn({}, {Range(s("a"), {.range_end = s.end(), .order = no_such_order})}));
  if (target().version.AtLeast(3, 6)) {
    EXPECT_THAT(txn, FailsWith(kInvalidSortOption));
    return;
  }
  EXPECT_THAT(s.Names(txn->responses(0).response_range()), ElementsAre("a", "b", "c", "d"));
}

TEST(RangeSort, ByATargetThatDoesNotExistIsRefused) {
  if (!target().version.AtLeast(3, 6)) GTEST_SKIP() << "crashes etcd before 3.6";
  Scratch s;
  const auto no_such_target = static_cast<pb::RangeRequest::SortTarget>(5);
  EXPECT_THAT(s.Call(Range(s("a"), {.target = no_such_target})), FailsWith(kInvalidSortOption));
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"), {.target = no_such_target})})),
              FailsWith(kInvalidSortOption));
}

TEST(RangeSort, OptionsAreCheckedAfterTheKey) {
  const Wire wire;
  const auto no_such_order = static_cast<pb::RangeRequest::SortOrder>(3);
  EXPECT_THAT(wire.Call(Range("", {.order = no_such_order})), FailsWith(kEmptyKey));
}

}  // namespace
}  // namespace conformance
