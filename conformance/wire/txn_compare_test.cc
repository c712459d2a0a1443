// Compares: what each target and result means for keys that are there, that are not, and for
// ranges of keys.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

constexpr pb::Compare::CompareResult kResults[] = {kEqual, kGreater, kLess, kNotEqual};

bool Succeeds(const Scratch& s, const pb::Compare& compare) {
  return s.Call(Txn({compare}, {}))->succeeded();
}

// What `result` is to say when what is stored is `order` (-1, 0 or 1) to the operand.
bool Expected(pb::Compare::CompareResult result, int order) {
  if (result == kEqual) return order == 0;
  if (result == kNotEqual) return order != 0;
  return result == kGreater ? order > 0 : order < 0;
}

// Compares `name`, where `actual` is stored, with numbers below, at and above it.
void ExpectOrder(const Scratch& s, const char* name, pb::Compare::CompareTarget compared,
                 int64_t actual) {
  for (const auto result : kResults) {
    for (const int order : {-1, 0, 1}) {
      SCOPED_TRACE(std::to_string(actual) + " " + pb::Compare::CompareResult_Name(result) + " " +
                   std::to_string(actual - order));
      EXPECT_EQ(Succeeds(s, If(s(name), compared, result, actual - order)),
                Expected(result, order));
    }
  }
}

// c and d written twice, b once.
struct Written {
  explicit Written(const Scratch& s) {
    s.Put("b", "vb");
    s.Put("c", "");
    s.Put("c", "vc");
    s.Put("d", "");
    s.Put("d", "vd");
  }
};

TEST(Compare, OfTheVersionIsOfNumbers) {
  Scratch s;
  for (int i = 0; i < 3; ++i) s.Put("a", "1");
  ExpectOrder(s, "a", kVersion, 3);
}

TEST(Compare, OfTheCreateRevisionIsOfNumbers) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  ExpectOrder(s, "a", kCreate, created);
}

TEST(Compare, OfTheModRevisionIsOfNumbers) {
  Scratch s;
  s.Put("a", "1");
  ExpectOrder(s, "a", kMod, s.Put("a", "2").header().revision());
}

TEST(Compare, OfTheLeaseIsOfNumbers) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ExpectOrder(s, "a", kLease, lease);
}

TEST(Compare, OfANegativeLeaseIsOfSignedNumbers) {
  Scratch s;
  const int64_t lease = s.Grant(600, -0x636f6d70);
  s.Put("a", "1", {.lease = lease});
  EXPECT_TRUE(Succeeds(s, If(s("a"), kLease, kLess, 0)));
}

TEST(Compare, OfTheValueIsOfUnsignedBytes) {
  Scratch s;
  s.Put("a", "m\x80");
  const struct {
    std::string operand;
    int order;
  } cases[] = {{"m", 1},      {"", 1},   {"m\x7f", 1},      {"m\x80", 0},
               {"m\x81", -1}, {"n", -1}, {"m\x80\x01", -1}, {"\xff", -1}};
  for (const auto& c : cases) {
    for (const auto result : kResults) {
      SCOPED_TRACE(pb::Compare::CompareResult_Name(result) + " " +
                   testing::PrintToString(c.operand));
      EXPECT_EQ(Succeeds(s, IfValue(s("a"), result, c.operand)), Expected(result, c.order));
    }
  }
}

TEST(Compare, OfAnEmptyValueIsAComparisonLikeAnyOther) {
  Scratch s;
  s.Put("a", "");
  EXPECT_TRUE(Succeeds(s, IfValue(s("a"), kEqual, "")));
  EXPECT_TRUE(Succeeds(s, IfValue(s("a"), kLess, "1")));
}

TEST(Compare, TakesTheNumbersOfAMissingKeyForZero) {
  Scratch s;
  for (const auto compared : {kVersion, kCreate, kMod, kLease}) {
    SCOPED_TRACE(pb::Compare::CompareTarget_Name(compared));
    ExpectOrder(s, "missing", compared, 0);
  }
}

TEST(Compare, TakesTheNumbersOfADeletedKeyForZero) {
  Scratch s;
  s.Put("a", "1");
  s.Delete("a");
  for (const auto compared : {kVersion, kCreate, kMod, kLease}) {
    SCOPED_TRACE(pb::Compare::CompareTarget_Name(compared));
    EXPECT_TRUE(Succeeds(s, If(s("a"), compared, kEqual, 0)));
  }
}

TEST(Compare, OfTheValueOfAMissingKeyAlwaysFails) {
  Scratch s;
  for (const auto result : kResults) {
    SCOPED_TRACE(pb::Compare::CompareResult_Name(result));
    EXPECT_FALSE(Succeeds(s, IfValue(s("missing"), result, "")));
    EXPECT_FALSE(Succeeds(s, IfValue(s("missing"), result, "1")));
  }
}

TEST(Compare, TakesTheLeaseOfAKeyWithoutOneForZero) {
  Scratch s;
  s.Put("a", "1");
  ExpectOrder(s, "a", kLease, 0);
}

TEST(Compare, TakesAnOperandThatIsNotGivenForZero) {
  Scratch s;
  for (const auto compared : {kVersion, kCreate, kMod, kLease}) {
    SCOPED_TRACE(pb::Compare::CompareTarget_Name(compared));
    pb::Compare compare;
    compare.set_key(s("missing"));
    compare.set_target(compared);
    EXPECT_TRUE(Succeeds(s, compare));
    compare.set_result(kGreater);
    EXPECT_FALSE(Succeeds(s, compare));
  }
}

TEST(Compare, TakesAValueThatIsNotGivenForEmpty) {
  Scratch s;
  s.Put("empty", "");
  s.Put("full", "1");
  pb::Compare compare;
  compare.set_target(pb::Compare::VALUE);
  compare.set_key(s("empty"));
  EXPECT_TRUE(Succeeds(s, compare));
  compare.set_key(s("full"));
  EXPECT_FALSE(Succeeds(s, compare));
}

TEST(Compare, TakesTheOperandOfAnotherTargetForZero) {
  Scratch s;
  s.Put("a", "1");
  pb::Compare compare = If(s("a"), kVersion, kEqual, 1);
  EXPECT_TRUE(Succeeds(s, compare));
  compare.set_mod_revision(1);  // in place of the version
  EXPECT_FALSE(Succeeds(s, compare));
  compare.set_result(kGreater);
  EXPECT_TRUE(Succeeds(s, compare));
}

TEST(Compare, WithAResultThatDoesNotExistHolds) {
  Scratch s;
  s.Put("a", "1");
  const auto no_such_result = static_cast<pb::Compare::CompareResult>(4);
  EXPECT_TRUE(Succeeds(s, If(s("a"), kVersion, no_such_result, 7)));
  EXPECT_TRUE(Succeeds(s, IfValue(s("a"), no_such_result, "7")));
}

TEST(Compare, WithAResultThatDoesNotExistFailsForTheValueOfAMissingKey) {
  Scratch s;
  EXPECT_FALSE(Succeeds(s, IfValue(s("a"), static_cast<pb::Compare::CompareResult>(4), "7")));
}

TEST(Compare, OfATargetThatDoesNotExistFindsThingsEqual) {
  Scratch s;
  s.Put("a", "1");
  const auto no_such_target = static_cast<pb::Compare::CompareTarget>(5);
  for (const auto result : kResults) {
    SCOPED_TRACE(pb::Compare::CompareResult_Name(result));
    EXPECT_EQ(Succeeds(s, If(s("a"), no_such_target, result, 7)), Expected(result, 0));
  }
}

TEST(Compare, SeesWhatWasThereBeforeTheTxn) {
  Scratch s;
  s.Put("a", "1");
  const auto txn = s.Call(Txn({IfValue(s("a"), kEqual, "1")}, {Put(s("a"), "2"), Range(s("a"))}));
  EXPECT_TRUE(txn->succeeded());
  EXPECT_EQ(txn->responses(1).response_range().kvs(0).value(), "2");
}

TEST(Compare, MayNameAKeyMoreThanOnce) {
  Scratch s;
  s.Put("a", "m");
  EXPECT_TRUE(
      s.Call(Txn({IfValue(s("a"), kGreater, "l"), IfValue(s("a"), kLess, "n")}, {}))->succeeded());
}

TEST(CompareRange, HoldsWhenItHoldsForEveryKey) {
  Scratch s;
  const Written written(s);
  EXPECT_TRUE(Succeeds(s, Over(If(s("c"), kVersion, kEqual, 2), s("e"))));
  EXPECT_TRUE(Succeeds(s, Over(IfValue(s("b"), kGreater, "v"), s("e"))));
}

TEST(CompareRange, FailsWhenItFailsForOneKey) {
  Scratch s;
  const Written written(s);
  EXPECT_FALSE(Succeeds(s, Over(If(s("b"), kVersion, kEqual, 2), s("e"))));
  EXPECT_FALSE(Succeeds(s, Over(IfValue(s("b"), kNotEqual, "vd"), s("e"))));
}

TEST(CompareRange, LeavesItsEndOut) {
  Scratch s;
  const Written written(s);
  EXPECT_TRUE(Succeeds(s, Over(If(s("a"), kVersion, kEqual, 1), s("c"))));
}

TEST(CompareRange, OfNoKeysIsLikeAMissingKey) {
  Scratch s;
  const Written written(s);
  EXPECT_TRUE(Succeeds(s, Over(If(s("x"), kVersion, kEqual, 0), s("z"))));
  EXPECT_FALSE(Succeeds(s, Over(If(s("x"), kVersion, kGreater, 0), s("z"))));
  EXPECT_FALSE(Succeeds(s, Over(IfValue(s("x"), kNotEqual, "1"), s("z"))));
}

TEST(CompareRange, BackwardsIsLikeAMissingKey) {
  Scratch s;
  const Written written(s);
  EXPECT_TRUE(Succeeds(s, Over(If(s("d"), kMod, kEqual, 0), s("b"))));
}

TEST(CompareRange, WithAZeroByteAsEndReachesTheLastKey) {
  Scratch s(Scratch::Where::kLast);
  const Written written(s);
  EXPECT_TRUE(Succeeds(s, Over(If(s("c"), kVersion, kEqual, 2), kZeroByte)));
  EXPECT_FALSE(Succeeds(s, Over(If(s("b"), kVersion, kEqual, 2), kZeroByte)));
}

TEST(CompareRange, OfAPrefixTellsThatNothingIsThere) {
  Scratch s;
  const pb::Compare nothing = Over(If(s.prefix(), kCreate, kEqual, 0), s.end());
  EXPECT_TRUE(Succeeds(s, nothing));
  s.Put("a", "1");
  EXPECT_FALSE(Succeeds(s, nothing));
}

}  // namespace
}  // namespace conformance
