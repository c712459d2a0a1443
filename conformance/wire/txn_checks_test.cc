// What a transaction is refused for before it is looked at any closer: its size and the shape of
// its compares and operations, in both branches and in nested transactions.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::HasSubstr;

constexpr int kMostOps = 128;

std::vector<Op> Ranges(const Scratch& s, int count) {
  return std::vector<Op>(static_cast<size_t>(count), Range(s("a")));
}

std::vector<Op> With(std::vector<Op> ops, const Op& op) {
  ops.push_back(op);
  return ops;
}

TEST(TxnSize, OfTheLimitIsAllowed) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, Ranges(s, kMostOps), Ranges(s, kMostOps))), IsOk());
}

TEST(TxnSize, AboveTheLimitInTheSuccessBranchIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, Ranges(s, kMostOps + 1))), FailsWith(kTooManyOps));
}

TEST(TxnSize, AboveTheLimitInTheFailureBranchIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {}, Ranges(s, kMostOps + 1))), FailsWith(kTooManyOps));
}

TEST(TxnSize, OfComparesHasTheSameLimit) {
  Scratch s;
  std::vector<pb::Compare> compares(kMostOps, If(s("a"), kVersion, kEqual, 0));
  EXPECT_THAT(s.Call(Txn(compares, {})), IsOk());
  compares.push_back(compares[0]);
  EXPECT_THAT(s.Call(Txn(compares, {})), FailsWith(kTooManyOps));
}

TEST(TxnSize, LeavesANestedTxnWhatTheOuterOneHasLeft) {
  Scratch s;
  const struct {
    int outer;
    int nested;
    bool allowed;
  } cases[] = {{127, 0, true},  {127, 1, false}, {125, 2, true},
               {125, 3, false}, {63, 64, true},  {63, 65, false}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.outer) + " and a nested txn of " + std::to_string(c.nested));
    const auto txn = s.Call(Txn({}, With(Ranges(s, c.outer), Txn({}, Ranges(s, c.nested)))));
    if (c.allowed) {
      EXPECT_THAT(txn, IsOk());
    } else {
      EXPECT_THAT(txn, FailsWith(kTooManyOps));
    }
  }
}

TEST(TxnSize, CountsTheLongestOfComparesAndBranchesForNestedTxns) {
  Scratch s;
  const std::vector<pb::Compare> compares(kMostOps - 1, If(s("a"), kVersion, kEqual, 0));
  EXPECT_THAT(s.Call(Txn(compares, {Txn({}, Ranges(s, 1))})), IsOk());
  EXPECT_THAT(s.Call(Txn(compares, {Txn({}, Ranges(s, 2))})), FailsWith(kTooManyOps));
}

TEST(TxnSize, DoesNotAddUpOverNestedTxnsBesideEachOther) {
  Scratch s;
  const Op nested = Txn({}, Ranges(s, 100));
  EXPECT_THAT(s.Call(Txn({}, {nested, nested, nested})), IsOk());
}

TEST(TxnSize, AddsUpOverNestedTxnsInEachOther) {
  Scratch s;
  const auto two_deep = [&s](int innermost) {
    return Txn({}, {Txn({}, With(Ranges(s, 99), Txn({}, Ranges(s, innermost))))});
  };
  EXPECT_THAT(s.Call(two_deep(27)), IsOk());
  EXPECT_THAT(s.Call(two_deep(28)), FailsWith(kTooManyOps));
}

TEST(TxnSize, IsCheckedBeforeTheOperations) {
  Scratch s;
  const std::vector<Op> keyless(kMostOps + 1, Put("", "1"));
  EXPECT_THAT(s.Call(Txn({}, keyless)), FailsWith(kTooManyOps));
}

TEST(TxnSize, IsCheckedBeforeTheCompares) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({If("", kVersion, kEqual, 0)}, Ranges(s, kMostOps + 1))),
              FailsWith(kTooManyOps));
}

TEST(TxnShape, OfACompareNeedsAKey) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Txn({If("", kVersion, kEqual, 0)}, {})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfEveryOperationNeedsAKey) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Txn({}, {Range("")})), FailsWith(kEmptyKey));
  EXPECT_THAT(wire.Call(Txn({}, {Put("", "1")})), FailsWith(kEmptyKey));
  EXPECT_THAT(wire.Call(Txn({}, {Delete("")})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfTheFailureBranchIsCheckedToo) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Txn({}, {}, {Put("", "1")})), FailsWith(kEmptyKey));
}

// The bytes of transactions within each other, the innermost empty. Made from the inside out, so
// written backwards.
std::string NestedTxns(int depth) {
  std::string backwards;
  for (int i = 0; i < depth; ++i) {
    for (const char tag : {'\x22', '\x12'}) {  // RequestOp.request_txn, TxnRequest.success
      std::string head(1, tag);
      size_t size = backwards.size();
      for (; size >= 0x80; size >>= 7) head.push_back(static_cast<char>(size | 0x80));
      head.push_back(static_cast<char>(size));
      backwards.append(head.rbegin(), head.rend());
    }
  }
  return {backwards.rbegin(), backwards.rend()};
}

TEST(TxnSize, GoesByDepthHoweverDeep) {
  Scratch s;
  for (const int depth : {200, 1'500, 4'999, 5'000, 40'000, 100'000}) {
    SCOPED_TRACE(depth);
    const auto txn = s.CallRaw("/etcdserverpb.KV/Txn", NestedTxns(depth));
    if (target().version.AtLeast(3, 7) && depth >= 5'000) {
      // Go's protobuf strews blanks into its texts.
      EXPECT_EQ(txn.status.error_code(), grpc::INTERNAL);
      EXPECT_THAT(txn.status.error_message(), HasSubstr("exceeded maximum recursion depth"));
    } else {
      EXPECT_THAT(txn, FailsWith(kTooManyOps));
    }
  }
}

TEST(TxnShape, OfANestedTxnIsCheckedToo) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Txn({}, {Txn({}, {}, {Put("", "1")})})), FailsWith(kEmptyKey));
  EXPECT_THAT(wire.Call(Txn({}, {Txn({If("", kVersion, kEqual, 0)}, {})})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfAPutIsThatOfAPutAlone) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.ignore_value = true})})),
              FailsWith(kValueProvided));
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.lease = 1, .ignore_lease = true})})),
              FailsWith(kLeaseProvided));
}

TEST(TxnShape, OfAnOperationThatSaysNothingIsAKeyNotFound) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Txn({}, {Op::Empty()})), FailsWith(kKeyNotFound));
  EXPECT_THAT(wire.Call(Txn({}, {}, {Op::Empty()})), FailsWith(kKeyNotFound));
}

TEST(TxnShape, OfComparesIsCheckedBeforeThatOfOperations) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({If("", kVersion, kEqual, 0)}, {Op::Empty()})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfTheSuccessBranchIsCheckedFirst) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Op::Empty()}, {Put("", "1")})), FailsWith(kKeyNotFound));
  EXPECT_THAT(s.Call(Txn({}, {Put("", "1")}, {Op::Empty()})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfOperationsIsCheckedInTheirOrder) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Op::Empty(), Put("", "1")})), FailsWith(kKeyNotFound));
  EXPECT_THAT(s.Call(Txn({}, {Put("", "1"), Op::Empty()})), FailsWith(kEmptyKey));
}

TEST(TxnShape, IsCheckedWhicheverBranchWouldRun) {
  Scratch s;
  const pb::Compare failing = If(s("a"), kVersion, kGreater, 0);
  EXPECT_THAT(s.Call(Txn({failing}, {Put("", "1")})), FailsWith(kEmptyKey));
}

TEST(TxnShape, OfBothBranchesIsCheckedBeforeOverlaps) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("a"), "2")}, {Put("", "1")})),
              FailsWith(kEmptyKey));
}

TEST(TxnShape, IsCheckedBeforeWhatIsStored) {
  Scratch s;
  const int64_t future = s.Revision() + 100;
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"), {.revision = future}), Put("", "1")})),
              FailsWith(kEmptyKey));
}

TEST(TxnOverlap, OfTwoPutsIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("a"), "2")})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, IsRefusedInTheFailureBranchToo) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {}, {Put(s("a"), "1"), Put(s("a"), "2")})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, IsCheckedBeforeWhatIsStored) {
  Scratch s;
  const Op missing = Put(s("a"), "", {.ignore_value = true});
  EXPECT_THAT(s.Call(Txn({}, {missing, missing})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, ThatIsRefusedChangesNothing) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Txn({}, {Put(s("b"), "1"), Put(s("a"), "1"), Put(s("a"), "2")})),
              FailsWith(kDuplicateKey));
  EXPECT_EQ(s.All().count(), 0);
  EXPECT_EQ(s.Revision(), before);
}

TEST(TxnOverlap, OfAPutAndADeleteIsRefusedInEitherOrder) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Delete(s("a"))})), FailsWith(kDuplicateKey));
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("a")), Put(s("a"), "1")})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfAPutAndADeletedRangeIsRefusedInEitherOrder) {
  Scratch s;
  const Op range = Delete(s("a"), {.range_end = s("c")});
  EXPECT_THAT(s.Call(Txn({}, {Put(s("b"), "1"), range})), FailsWith(kDuplicateKey));
  EXPECT_THAT(s.Call(Txn({}, {range, Put(s("b"), "1")})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfAPutAtTheEndOfADeletedRangeIsNone) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("a"), {.range_end = s("c")}), Put(s("c"), "1")})), IsOk());
}

TEST(TxnOverlap, OfAPutWithTheStartOfADeletedRangeIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("a"), {.range_end = s("c")}), Put(s("a"), "1")})),
              FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfAPutBesideADeletedKeyIsNone) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("a")), Put(s("a") + kZeroByte, "1")})), IsOk());
}

// The check takes the end as it is, and a range that ends before it begins overlaps nothing.
TEST(TxnOverlap, WithADeleteToTheEndOfTheKeySpaceGoesUnseen) {
  Scratch s(Scratch::Where::kLast);
  const Op rest = Delete(s("a"), {.range_end = kZeroByte});
  EXPECT_THAT(s.Call(Txn({}, {Put(s("b"), "1"), rest})), IsOk());
  EXPECT_EQ(s.Get("b").count(), 0);
  EXPECT_THAT(s.Call(Txn({}, {rest, Put(s("b"), "1")})), IsOk());
  EXPECT_EQ(s.Get("b").count(), 1);
}

TEST(TxnOverlap, WithABackwardDeleteIsNone) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("c"), {.range_end = s("a")}), Put(s("b"), "1")})), IsOk());
  EXPECT_EQ(s.Get("b").count(), 1);
}

TEST(TxnOverlap, OfTwoDeletesIsAllowed) {
  Scratch s;
  for (const char* name : {"a", "b", "c"}) s.Put(name, "1");
  const auto txn = s.Call(
      Txn({}, {Delete(s("a"), {.range_end = s("c")}), Delete(s("b"), {.range_end = s("d")})}));
  EXPECT_EQ(txn->responses(0).response_delete_range().deleted(), 2);
  EXPECT_EQ(txn->responses(1).response_delete_range().deleted(), 1);
}

TEST(TxnOverlap, OfReadsWithAnythingIsAllowed) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a")), Put(s("a"), "1"), Range(s("a"))})), IsOk());
}

TEST(TxnOverlap, OfTheTwoBranchesIsAllowed) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")}, {Put(s("a"), "2")})), IsOk());
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")}, {Delete(s("a"))})), IsOk());
}

TEST(TxnOverlap, OfTheTwoBranchesOfANestedTxnIsAllowed) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")}, {Put(s("a"), "2")})})), IsOk());
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Delete(s("a"))}, {Put(s("a"), "2")})})), IsOk());
}

TEST(TxnOverlap, OfPutsInTwoNestedTxnsIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")}), Txn({}, {Put(s("a"), "2")})})),
              FailsWith(kDuplicateKey));
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")}), Txn({}, {}, {Put(s("a"), "2")})})),
              FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfAPutWithOneOfANestedTxnIsRefused) {
  Scratch s;
  const Op put = Put(s("a"), "1");
  EXPECT_THAT(s.Call(Txn({}, {put, Txn({}, {put})})), FailsWith(kDuplicateKey));
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {}, {put}), put})), FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfADeleteWithAPutOfANestedTxnIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("a")), Txn({}, {Put(s("a"), "1")})})),
              FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfAPutWithADeleteOfANestedTxnIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Delete(s("a"))})})),
              FailsWith(kDuplicateKey));
}

TEST(TxnOverlap, OfADeleteThenAPutInTwoNestedTxnsIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Delete(s("a"))}), Txn({}, {Put(s("a"), "1")})})),
              FailsWith(kDuplicateKey));
}

// A nested transaction is checked against the deletes of those before it, not of those after.
TEST(TxnOverlap, OfAPutThenADeleteInTwoNestedTxnsGoesUnseen) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")}), Txn({}, {Delete(s("a"))})})), IsOk());
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(TxnOverlap, TwoLevelsDownIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Txn({}, {Put(s("a"), "2")})})})),
              FailsWith(kDuplicateKey));
}

}  // namespace
}  // namespace conformance
