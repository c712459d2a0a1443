// Transactions: which branch runs, what its operations see of each other, and what is answered.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Compares that hold and do not, of a key that was never written.
pb::Compare Holding(const Scratch& s) { return If(s("never written"), kVersion, kEqual, 0); }
pb::Compare Failing(const Scratch& s) { return If(s("never written"), kVersion, kGreater, 0); }

TEST(Txn, WithoutComparesTakesTheSuccessBranch) {
  Scratch s;
  const auto txn = s.Call(Txn({}, {Put(s("a"), "success")}, {Put(s("a"), "failure")}));
  EXPECT_TRUE(txn->succeeded());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "success")));
}

TEST(Txn, WhoseComparesHoldTakesTheSuccessBranch) {
  Scratch s;
  const auto txn =
      s.Call(Txn({Holding(s), Holding(s)}, {Put(s("a"), "success")}, {Put(s("a"), "failure")}));
  EXPECT_TRUE(txn->succeeded());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "success")));
}

TEST(Txn, WithOneCompareThatFailsTakesTheFailureBranch) {
  Scratch s;
  const auto txn =
      s.Call(Txn({Holding(s), Failing(s)}, {Put(s("a"), "success")}, {Put(s("a"), "failure")}));
  EXPECT_FALSE(txn->succeeded());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "failure")));
}

TEST(Txn, AnswersTheOperationsOfTheBranchTakenInTheirOrder) {
  Scratch s;
  s.Put("a", "1");
  const auto txn =
      s.Call(Txn({Failing(s)}, {Range(s("a"))}, {Range(s("a")), Put(s("b"), "1"), Delete(s("a"))}));
  ASSERT_THAT(txn->responses(), SizeIs(3));
  EXPECT_TRUE(txn->responses(0).has_response_range());
  EXPECT_TRUE(txn->responses(1).has_response_put());
  EXPECT_TRUE(txn->responses(2).has_response_delete_range());
}

TEST(Txn, OfNothingSucceedsAndTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(pb::TxnRequest());
  ASSERT_THAT(txn, IsOk());
  EXPECT_TRUE(txn->succeeded());
  EXPECT_THAT(txn->responses(), IsEmpty());
  EXPECT_THAT(*txn, AtRevision(before));
}

TEST(Txn, ThatTakesAnEmptyBranchTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({Failing(s)}, {Put(s("a"), "1")}));
  EXPECT_FALSE(txn->succeeded());
  EXPECT_THAT(txn->responses(), IsEmpty());
  EXPECT_THAT(*txn, AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Txn, TakesOneRevisionForAllItsWrites) {
  Scratch s;
  s.Put("c", "1");
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "1"), Delete(s("c"))}));
  EXPECT_THAT(*txn, AtRevision(before + 1));
  EXPECT_EQ(s.Revision(), before + 1);
  EXPECT_EQ(s.Get("a").kvs(0).mod_revision(), before + 1);
  EXPECT_EQ(s.Get("b").kvs(0).mod_revision(), before + 1);
}

TEST(Txn, ThatOnlyReadsTakesNoRevision) {
  Scratch s;
  s.Put("a", "1");
  const int64_t before = s.Revision();
  EXPECT_THAT(*s.Call(Txn({}, {Range(s("a"))})), AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Txn, ThatDeletesNothingTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Delete(s("a"))}));
  EXPECT_THAT(*txn, AtRevision(before));
  EXPECT_EQ(txn->responses(0).response_delete_range().deleted(), 0);
  EXPECT_EQ(s.Revision(), before);
}

TEST(Txn, ReadsWhatItWroteBefore) {
  Scratch s;
  s.Put("b", "1");
  const int64_t revision = s.Revision() + 1;
  const auto txn =
      s.Call(Txn({}, {Put(s("a"), "1"), Delete(s("b")), Range(s("a"), {.range_end = s.end()})}));
  EXPECT_THAT(txn->responses(2).response_range().kvs(),
              ElementsAre(IsPair(Pair{.key = s("a"),
                                      .value = "1",
                                      .create_revision = revision,
                                      .mod_revision = revision,
                                      .version = 1})));
}

TEST(Txn, CountsWhatItWroteBefore) {
  Scratch s;
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Range(s("a"), {.count_only = true})}));
  EXPECT_EQ(txn->responses(1).response_range().count(), 1);
}

TEST(Txn, DoesNotReadWhatItWritesLater) {
  Scratch s;
  s.Put("a", "1");
  const auto txn = s.Call(Txn({}, {Range(s("a")), Put(s("a"), "2")}));
  EXPECT_THAT(txn->responses(0).response_range().kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(Txn, DeletesWhatItWroteBefore) {
  Scratch s(Scratch::Where::kLast);
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Delete(s("a"), {.range_end = kZeroByte})}));
  EXPECT_EQ(txn->responses(1).response_delete_range().deleted(), 1);
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(Txn, ThatDeletesAndPutsAKeyBeginsItsLifeAnew) {
  Scratch s(Scratch::Where::kLast);
  s.Put("a", "1");
  s.Put("a", "2");
  const auto txn = s.Call(Txn({}, {Delete(s("a"), {.range_end = kZeroByte}), Put(s("a"), "3")}));
  const int64_t revision = txn->header().revision();
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                        .value = "3",
                                                        .create_revision = revision,
                                                        .mod_revision = revision,
                                                        .version = 1})));
}

TEST(Txn, TellsItsChangesInTheOrderOfItsOperations) {
  Scratch s;
  s.Put("b", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s.prefix(), {.range_end = s.end()})).watch_id();
  const int64_t revision =
      s.Call(Txn({}, {Put(s("c"), "1"), Delete(s("b")), Put(s("a"), "1")}))->header().revision();

  std::vector<std::string> told;
  for (const mvccpb::Event& event : stream.Events(id, 3)) {
    EXPECT_EQ(event.kv().mod_revision(), revision);
    told.push_back(mvccpb::Event::EventType_Name(event.type()) + " " + s.Name(event.kv().key()));
  }
  EXPECT_THAT(told, ElementsAre("PUT c", "DELETE b", "PUT a"));
}

TEST(Txn, AnswersThePreviousPairOfAPutWhenAsked) {
  Scratch s;
  s.Put("a", "1");
  const auto txn = s.Call(Txn({}, {Put(s("a"), "2", {.prev_kv = true})}));
  EXPECT_THAT(txn->responses(0).response_put().prev_kv(), Holds(s("a"), "1"));
}

TEST(Txn, AnswersThePreviousPairsOfADeleteWhenAsked) {
  Scratch s;
  s.Put("a", "1");
  const auto txn = s.Call(Txn({}, {Delete(s("a"), {.prev_kv = true})}));
  EXPECT_THAT(txn->responses(0).response_delete_range().prev_kvs(),
              ElementsAre(Holds(s("a"), "1")));
}

TEST(Txn, AnswersThePreviousPairAsOneOfItsOwnDeletesLeftIt) {
  Scratch s(Scratch::Where::kLast);
  s.Put("a", "1");
  const auto txn = s.Call(
      Txn({}, {Delete(s("a"), {.range_end = kZeroByte}), Put(s("a"), "2", {.prev_kv = true})}));
  EXPECT_FALSE(txn->responses(1).response_put().has_prev_kv());
}

TEST(Txn, ReadsWithEveryOptionOfARange) {
  Scratch s;
  for (const char* name : {"a", "b", "c"}) s.Put(name, name);
  const auto txn = s.Call(Txn({}, {Range(s("a"), {.range_end = s.end(),
                                                  .limit = 1,
                                                  .order = pb::RangeRequest::DESCEND,
                                                  .keys_only = true})}));
  const pb::RangeResponse& range = txn->responses(0).response_range();
  EXPECT_THAT(range.kvs(), ElementsAre(Holds(s("c"), "")));
  EXPECT_TRUE(range.more());
  EXPECT_EQ(range.count(), 3);
}

TEST(Txn, KeepsTheValueOfAPutThatIgnoresIt) {
  Scratch s;
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "", {.ignore_value = true})})), IsOk());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(TxnRevision, OfAReadMayBeInThePast) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  const auto txn = s.Call(Txn({}, {Put(s("a"), "3"), Range(s("a"), {.revision = then})}));
  EXPECT_THAT(txn->responses(1).response_range().kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(TxnRevision, OfAReadMayBeTheOneBeforeTheTxn) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const auto txn = s.Call(Txn({}, {Put(s("a"), "2"), Range(s("a"), {.revision = now})}));
  EXPECT_THAT(txn->responses(1).response_range().kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(TxnRevision, OfAReadMayNotBeTheOneTheTxnTakes) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "2"), Range(s("a"), {.revision = now + 1})})),
              FailsWith(kFutureRevision));
}

TEST(TxnRevision, OfAReadInTheFutureUndoesTheWholeTxn) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "2"), Range(s("a"), {.revision = now + 9})})),
              FailsWith(kFutureRevision));
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
  EXPECT_EQ(s.Revision(), now);
}

TEST(TxnRevision, OfAReadInTheFutureIsRefusedWithoutAnyWriteToo) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"), {.revision = s.Revision() + 1})})),
              FailsWith(kFutureRevision));
}

TEST(TxnHeader, IsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")}))->header(), IsFullHeader());
}

TEST(TxnHeader, OfAPutHasTheNewRevisionAndNothingElse) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1")}));
  EXPECT_THAT(txn->responses(0).response_put().header(), HasOnlyRevision(before + 1));
}

TEST(TxnHeader, OfAReadBeforeAnyWriteHasTheOldRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Range(s("a")), Put(s("a"), "1")}));
  EXPECT_THAT(txn->responses(0).response_range().header(), HasOnlyRevision(before));
}

TEST(TxnHeader, OfAReadAfterAWriteHasTheNewRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Range(s("a"))}));
  EXPECT_THAT(txn->responses(1).response_range().header(), HasOnlyRevision(before + 1));
}

TEST(TxnHeader, OfADeleteThatDeletedHasTheNewRevision) {
  Scratch s;
  const int64_t before = s.Put("a", "1").header().revision();
  const auto txn = s.Call(Txn({}, {Delete(s("a"))}));
  EXPECT_THAT(txn->responses(0).response_delete_range().header(), HasOnlyRevision(before + 1));
}

TEST(TxnHeader, OfADeleteOfNothingHasTheOldRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Delete(s("a")), Put(s("b"), "1")}));
  EXPECT_THAT(txn->responses(0).response_delete_range().header(), HasOnlyRevision(before));
}

TEST(TxnHeader, OfADeleteOfNothingAfterAWriteHasTheNewRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Put(s("b"), "1"), Delete(s("a"))}));
  EXPECT_THAT(txn->responses(1).response_delete_range().header(), HasOnlyRevision(before + 1));
}

TEST(TxnHeader, OfANestedTxnIsThereAndEmpty) {
  Scratch s;
  const auto txn = s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")})}));
  const pb::TxnResponse& nested = txn->responses(0).response_txn();
  EXPECT_TRUE(nested.has_header());
  EXPECT_THAT(nested.header(), HasOnlyRevision(0));
}

TEST(TxnHeader, OfAnOperationOfANestedTxnHasOnlyTheRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")})}));
  EXPECT_THAT(txn->responses(0).response_txn().responses(0).response_put().header(),
              HasOnlyRevision(before + 1));
}

TEST(TxnNested, TakesTheBranchItsOwnComparesSay) {
  Scratch s;
  const auto txn = s.Call(Txn({}, {Txn({Holding(s)}, {Put(s("a"), "1")}, {Put(s("a"), "2")}),
                                   Txn({Failing(s)}, {Put(s("b"), "1")}, {Put(s("b"), "2")})}));
  EXPECT_TRUE(txn->responses(0).response_txn().succeeded());
  EXPECT_FALSE(txn->responses(1).response_txn().succeeded());
  EXPECT_THAT(s.All().kvs(), ElementsAre(Holds(s("a"), "1"), Holds(s("b"), "2")));
}

TEST(TxnNested, ComparesWhatWasThereBeforeTheOuterTxn) {
  Scratch s;
  const auto txn =
      s.Call(Txn({}, {Put(s("a"), "1"), Txn({If(s("a"), kVersion, kEqual, 0)}, {}, {})}));
  EXPECT_TRUE(txn->responses(1).response_txn().succeeded());
}

TEST(TxnNested, ReadsWhatTheOuterTxnWroteBefore) {
  Scratch s;
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Range(s("a"))})}));
  EXPECT_THAT(txn->responses(1).response_txn().responses(0).response_range().kvs(),
              ElementsAre(Holds(s("a"), "1")));
}

TEST(TxnNested, SharesTheRevisionOfTheOuterTxn) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Put(s("b"), "1")})}));
  EXPECT_THAT(*txn, AtRevision(before + 1));
  EXPECT_EQ(s.Get("b").kvs(0).mod_revision(), before + 1);
}

TEST(TxnNested, OfTheBranchNotTakenDoesNotRun) {
  Scratch s;
  const auto txn = s.Call(Txn({Failing(s)}, {Txn({}, {Put(s("a"), "1")})}));
  EXPECT_THAT(txn->responses(), IsEmpty());
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(TxnNested, ThreeDeepAnswersEachLevel) {
  Scratch s;
  const auto txn =
      s.Call(Txn({}, {Txn({Failing(s)}, {}, {Range(s("x")), Txn({}, {Put(s("a"), "1")})}),
                      Txn({Failing(s)}, {}, {Put(s("b"), "1")})}));
  const pb::TxnResponse& second = txn->responses(0).response_txn();
  EXPECT_FALSE(second.succeeded());
  EXPECT_TRUE(second.responses(1).response_txn().succeeded());
  EXPECT_TRUE(second.responses(1).response_txn().responses(0).has_response_put());
  EXPECT_FALSE(txn->responses(1).response_txn().succeeded());
  EXPECT_THAT(s.Names(s.All()), ElementsAre("a", "b"));
}

TEST(TxnNested, OfNothingSucceeds) {
  Scratch s;
  const int64_t before = s.Revision();
  const auto txn = s.Call(Txn({}, {Txn({}, {})}));
  EXPECT_TRUE(txn->responses(0).response_txn().succeeded());
  EXPECT_THAT(*txn, AtRevision(before));
}

TEST(TxnNested, ThatOnlyReadsTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Put("a", "1").header().revision();
  EXPECT_THAT(*s.Call(Txn({}, {Txn({}, {Range(s("a"))})})), AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(TxnDynamicChecks, RefuseALeaseThatDoesNotExist) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "1", {.lease = kNoSuchLease})})),
              FailsWith(kLeaseNotFound));
}

TEST(TxnDynamicChecks, RefuseToIgnoreTheValueOfAMissingKey) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "", {.ignore_value = true})})), FailsWith(kKeyNotFound));
}

TEST(TxnDynamicChecks, RefuseToIgnoreTheLeaseOfAMissingKey) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.ignore_lease = true})})), FailsWith(kKeyNotFound));
}

TEST(TxnDynamicChecks, ThatFailUndoTheWholeTxn) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "1", {.lease = kNoSuchLease})})),
              FailsWith(kLeaseNotFound));
  EXPECT_EQ(s.Get("a").count(), 0);
  EXPECT_EQ(s.Revision(), before);
}

TEST(TxnDynamicChecks, LookIntoNestedTxns) {
  Scratch s;
  EXPECT_THAT(
      s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Put(s("b"), "1", {.lease = kNoSuchLease})})})),
      FailsWith(kLeaseNotFound));
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(TxnDynamicChecks, LeaveTheBranchNotTakenAlone) {
  Scratch s;
  const int64_t future = s.Revision() + 100;
  EXPECT_THAT(
      s.Call(Txn({}, {Put(s("a"), "1")},
                 {Put(s("b"), "1", {.lease = kNoSuchLease}),
                  Put(s("c"), "", {.ignore_value = true}), Range(s("d"), {.revision = future})})),
      IsOk());
}

TEST(TxnDynamicChecks, LeaveTheBranchNotTakenOfANestedTxnAlone) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Txn({Failing(s)}, {Put(s("a"), "1", {.lease = kNoSuchLease})})})),
              IsOk());
}

TEST(TxnDynamicChecks, ComeToPutsBeforeReadsUntil36) {
  Scratch s;
  const int64_t future = s.Revision() + 100;
  const auto txn = s.Call(
      Txn({}, {Range(s("a"), {.revision = future}), Put(s("a"), "1", {.lease = kNoSuchLease})}));
  EXPECT_THAT(txn, FailsWith(target().version.AtLeast(3, 6) ? kFutureRevision : kLeaseNotFound));
}

TEST(TxnDynamicChecks, ComeToPutsInTheirOrder) {
  Scratch s;
  const Op no_lease = Put(s("a"), "1", {.lease = kNoSuchLease});
  const Op no_key = Put(s("b"), "", {.ignore_value = true});
  EXPECT_THAT(s.Call(Txn({}, {no_lease, no_key})), FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Call(Txn({}, {no_key, no_lease})), FailsWith(kKeyNotFound));
}

TEST(TxnSerializable, AnswersWhatALinearizableReadDoes) {
  Scratch s;
  s.Put("a", "1");
  const auto txn = s.Call(Txn({}, {Range(s("a"), {.serializable = true})}));
  EXPECT_THAT(txn->responses(0).response_range().kvs(), ElementsAre(Holds(s("a"), "1")));
}

}  // namespace
}  // namespace conformance
