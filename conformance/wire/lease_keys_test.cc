// The keys of leases: how they come to one, leave it, and end with it.
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::string> NamesAfterRevoke(const Scratch& s, int64_t lease) {
  EXPECT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  return s.Names(s.All());
}

TEST(LeaseKeys, AreThePutsThatNameTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("b", "1");
  s.Put("c", "1", {.lease = lease});
  EXPECT_THAT(s.KeysOf(lease), UnorderedElementsAre("a", "c"));
}

TEST(LeaseKeys, CountAKeyOnceHoweverOftenItIsPut) {
  Scratch s;
  const int64_t lease = s.Grant();
  for (int i = 0; i < 3; ++i) s.Put("a", "1", {.lease = lease});
  EXPECT_THAT(s.KeysOf(lease), ElementsAre("a"));
}

TEST(LeaseKeys, MayBeThousands) {
  Scratch s;
  const int64_t lease = s.Grant();
  for (int txn = 0; txn < 20; ++txn) {
    std::vector<Op> puts;
    for (int i = 0; i < 100; ++i) {
      puts.emplace_back(Put(s(std::to_string(100 * txn + i)), "1", {.lease = lease}));
    }
    ASSERT_THAT(s.Call(Txn({}, puts)), IsOk());
  }
  EXPECT_THAT(s.KeysOf(lease), SizeIs(2000));
}

TEST(LeaseKeys, AreDeletedByTheRevoke) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("b", "1");
  s.Put("c", "1", {.lease = lease});
  EXPECT_THAT(NamesAfterRevoke(s, lease), ElementsAre("b"));
}

TEST(LeaseKeys, AreDeletedInOneRevision) {
  Scratch s;
  const int64_t lease = s.Grant();
  for (const char* name : {"a", "b", "c"}) s.Put(name, "1", {.lease = lease});
  const int64_t revision = s.Revision();
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  EXPECT_EQ(s.Revision(), revision + 1);
}

TEST(LeaseKeys, AreDeletedInKeyOrderWhateverTheOrderTheyCameIn) {
  Scratch s;
  const int64_t lease = s.Grant();
  for (const char* name : {"b", "aa", "\xff", "c", "a", "B"}) s.Put(name, "1", {.lease = lease});
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s.prefix(), {.range_end = s.end()})).watch_id();

  const int64_t revision = s.Call(LeaseRevoke(lease))->header().revision();

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response.events(),
              ElementsAre(IsDeleteOf(s("B"), revision), IsDeleteOf(s("a"), revision),
                          IsDeleteOf(s("aa"), revision), IsDeleteOf(s("b"), revision),
                          IsDeleteOf(s("c"), revision), IsDeleteOf(s("\xff"), revision)));
  EXPECT_THAT(response, AtRevision(revision));
  EXPECT_THAT(response, CarriesOnlyEvents());
}

TEST(LeaseKeys, AreDeletedForAWatchWithThePairAndItsLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t put = s.Put("a", "1", {.lease = lease}).header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();

  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());

  EXPECT_THAT(stream.Events(id, 1)[0].prev_kv(), IsPair(Pair{.key = s("a"),
                                                             .value = "1",
                                                             .create_revision = put,
                                                             .mod_revision = put,
                                                             .version = 1,
                                                             .lease = lease}));
}

TEST(LeaseKeys, AreStillThereInTheHistoryAfterTheRevoke) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t put = s.Put("a", "1", {.lease = lease}).header().revision();
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());

  const auto then = s.Get("a", {.revision = put});

  ASSERT_THAT(then.kvs(), SizeIs(1));
  EXPECT_EQ(then.kvs(0).lease(), lease);
}

TEST(LeaseKeys, BeginANewLifeAfterTheRevoke) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());

  s.Put("a", "2");

  EXPECT_EQ(s.Get("a").kvs(0).version(), 1);
  EXPECT_EQ(s.Get("a").kvs(0).lease(), 0);
}

TEST(LeaseKeys, AreRefusedOnceTheLeaseIsRevoked) {
  Scratch s;
  const int64_t lease = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = lease})), FailsWith(kLeaseNotFound));
}

TEST(LeaseKeys, LeaveForTheLeaseOfALaterPut) {
  Scratch s;
  const int64_t old_lease = s.Grant();
  const int64_t new_lease = s.Grant();
  s.Put("a", "1", {.lease = old_lease});
  s.Put("a", "2", {.lease = new_lease});
  EXPECT_THAT(NamesAfterRevoke(s, old_lease), ElementsAre("a"));
  EXPECT_THAT(NamesAfterRevoke(s, new_lease), IsEmpty());
}

TEST(LeaseKeys, LeaveWithAPutThatNamesNoLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("a", "2");
  EXPECT_THAT(NamesAfterRevoke(s, lease), ElementsAre("a"));
}

TEST(LeaseKeys, StayWithAPutThatIgnoresTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("a", "2", {.ignore_lease = true});
  EXPECT_THAT(NamesAfterRevoke(s, lease), IsEmpty());
}

TEST(LeaseKeys, LeaveWithAPutThatIgnoresOnlyTheValue) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("a", "", {.ignore_value = true});
  EXPECT_THAT(NamesAfterRevoke(s, lease), ElementsAre("a"));
}

TEST(LeaseKeys, LeaveWithTheirDeleteAndDoNotComeBack) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Delete("a");
  EXPECT_THAT(s.KeysOf(lease), IsEmpty());
  s.Put("a", "2");
  EXPECT_THAT(NamesAfterRevoke(s, lease), ElementsAre("a"));
}

TEST(LeaseKeys, LeaveWithADeleteOfTheirRange) {
  Scratch s;
  const int64_t lease = s.Grant();
  for (const char* name : {"a", "b", "c"}) s.Put(name, "1", {.lease = lease});
  ASSERT_THAT(s.Call(Delete(s("a"), {.range_end = s("c")})), IsOk());
  EXPECT_THAT(s.KeysOf(lease), ElementsAre("c"));
}

TEST(LeaseKeys, ThatAllLeftMakeTheRevokeTakeNoRevision) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("a", "2");
  const int64_t revision = s.Revision();
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  EXPECT_EQ(s.Revision(), revision);
}

TEST(LeaseKeys, OfOneLeaseAreNotTouchedByTheRevokeOfAnother) {
  Scratch s;
  const int64_t one = s.Grant();
  const int64_t other = s.Grant();
  s.Put("a", "1", {.lease = one});
  s.Put("b", "1", {.lease = other});
  EXPECT_THAT(NamesAfterRevoke(s, one), ElementsAre("b"));
  EXPECT_THAT(s.KeysOf(other), ElementsAre("b"));
}

TEST(LeaseKeys, ComeByATransactionToo) {
  Scratch s;
  const int64_t lease = s.Grant();
  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.lease = lease}), Put(s("b"), "1"),
                              Txn({}, {Put(s("c"), "1", {.lease = lease})})})),
              IsOk());
  EXPECT_THAT(s.KeysOf(lease), UnorderedElementsAre("a", "c"));
}

TEST(LeaseKeys, LeaveWithADeleteInTheTransactionThatPutThem) {
  Scratch s;
  const int64_t lease = s.Grant();
  ASSERT_THAT(
      s.Call(Txn({}, {Txn({}, {Put(s("a"), "1", {.lease = lease})}), Txn({}, {Delete(s("a"))})})),
      IsOk());
  EXPECT_THAT(s.KeysOf(lease), IsEmpty());
}

TEST(LeaseKeys, AreLeftAloneByTheBranchNotTaken) {
  Scratch s;
  const int64_t lease = s.Grant();
  ASSERT_THAT(
      s.Call(Txn({}, {Put(s("a"), "1")},
                 {Put(s("a"), "1", {.lease = lease}), Put(s("b"), "1", {.lease = kNoSuchLease})})),
      IsOk());
  EXPECT_THAT(s.KeysOf(lease), IsEmpty());
}

TEST(LeaseKeys, OfALeaseThatDoesNotExistUndoTheWholeTransaction) {
  Scratch s;
  s.Put("c", "1");
  const int64_t lease = s.Grant();
  const int64_t revision = s.Revision();
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.lease = lease}), Delete(s("c")),
                              Put(s("b"), "1", {.lease = kNoSuchLease})})),
              FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Names(s.All()), ElementsAre("c"));
  EXPECT_THAT(s.KeysOf(lease), IsEmpty());
  EXPECT_EQ(s.Revision(), revision);
}

TEST(LeaseKeys, OfALeaseThatDoesNotExistUndoTheWholeNestedTransaction) {
  Scratch s;
  EXPECT_THAT(
      s.Call(Txn({}, {Put(s("a"), "1"), Txn({}, {Put(s("b"), "1", {.lease = kNoSuchLease})})})),
      FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Names(s.All()), IsEmpty());
}

TEST(LeaseKeys, KeepTheLeaseThatTheLastPutOfARevisionNamed) {
  Scratch s(Scratch::Where::kLast);
  const int64_t old_lease = s.Grant();
  const int64_t new_lease = s.Grant();
  s.Put("a", "1", {.lease = old_lease});
  ASSERT_THAT(s.Call(Txn({}, {Delete(s("a"), {.range_end = kZeroByte}),
                              Put(s("a"), "2", {.lease = new_lease})})),
              IsOk());
  EXPECT_THAT(s.KeysOf(old_lease), IsEmpty());
  EXPECT_THAT(s.KeysOf(new_lease), ElementsAre("a"));
}

TEST(LeaseKeys, SurviveACompaction) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ASSERT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  EXPECT_THAT(s.KeysOf(lease), ElementsAre("a"));
  EXPECT_THAT(NamesAfterRevoke(s, lease), IsEmpty());
}

}  // namespace
}  // namespace conformance
