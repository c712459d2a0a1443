// What may be done while an alarm is on, and in which order etcd asks.
#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

constexpr int64_t kNoLease = 0x6e6f7375636866;

bool NestedPutsCount() { return target().version.Since({V(3, 5, 33), V(3, 6, 14), V(3, 7, 0)}); }

TEST(NoSpace, RefusesAPut) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kNoSpace));
}

TEST(NoSpace, RefusesALease) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(LeaseGrant(600)), FailsWith(kNoSpace));
}

TEST(NoSpace, RefusesATxnThatPutsInEitherBranch) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")})), FailsWith(kNoSpace));
  EXPECT_THAT(s.Call(Txn({}, {}, {Put(s("a"), "1")})), FailsWith(kNoSpace));
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("b")), Put(s("a"), "1")})), FailsWith(kNoSpace));
}

TEST(NoSpace, LetsATxnPassThatPutsOnlyWithinAnotherUpToOldPatches) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  const auto txn = s.Call(Txn({}, {Txn({}, {Put(s("a"), "1")})}));
  if (NestedPutsCount()) {
    EXPECT_THAT(txn, FailsWith(kNoSpace));
  } else {
    EXPECT_THAT(txn, IsOk());
    EXPECT_EQ(s.Get("a").count(), 1);
  }
}

TEST(NoSpace, LetsReadsPass) {
  Scratch s;
  s.Put("a", "1");
  const Armed armed(s, pb::NOSPACE);
  EXPECT_EQ(s.Call(Range(s("a")))->count(), 1);
  EXPECT_EQ(s.Call(Range(s("a"), {.serializable = true}))->count(), 1);
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"))})), IsOk());
}

TEST(NoSpace, LetsPassWhatMakesRoom) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t at = s.Put("a", "1").header().revision();
  s.Put("b", "1");
  const Armed armed(s, pb::NOSPACE);
  EXPECT_EQ(s.Call(Delete(s("a")))->deleted(), 1);
  EXPECT_THAT(s.Call(Txn({}, {Delete(s("b"))})), IsOk());
  EXPECT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  EXPECT_THAT(s.Call(Compact(at)), IsOk());
  EXPECT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
}

TEST(NoSpace, LetsLeasesBeKeptAndLookedAt) {
  Scratch s;
  const int64_t lease = s.Grant();
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(TimeToLive(lease)), IsOk());
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest()), IsOk());
}

TEST(NoSpace, LetsMembersChange) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE);
  const Learner learner(wire);
  EXPECT_THAT(Change(wire, MemberRemove(learner.id())), IsOk());
}

TEST(NoSpace, ThatRefusesChangesNothing) {
  Scratch s;
  const int64_t before = s.Revision();
  {
    const Armed armed(s, pb::NOSPACE);
    EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kNoSpace));
    EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")})), FailsWith(kNoSpace));
  }
  EXPECT_EQ(s.Revision(), before);
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(NoSpace, EndsWithTheLastMembersAlarm) {
  Scratch s;
  const Armed first(s, pb::NOSPACE, 7);
  { const Armed second(s, pb::NOSPACE, 8); }
  EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kNoSpace));
  ASSERT_THAT(s.Call(Alarm(pb::AlarmRequest::DEACTIVATE, pb::NOSPACE, 7)), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1")), IsOk());
}

TEST(NoSpace, IsAskedAfterTheShapeOfARequest) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(Put("", "1")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.ignore_value = true})), FailsWith(kValueProvided));
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("a"), "2")})), FailsWith(kDuplicateKey));
  EXPECT_THAT(s.Call(Put(s("a"), std::string(1600000, 'v'))), FailsWith(kRequestTooLarge));
}

TEST(NoSpace, IsAskedBeforeTheState) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = kNoLease})), FailsWith(kNoSpace));
  EXPECT_THAT(s.Call(Put(s("a"), "", {.ignore_value = true})), FailsWith(kNoSpace));
  EXPECT_THAT(s.Call(LeaseGrant(int64_t{10000000000})), FailsWith(kNoSpace));
}

TEST(NoSpace, LeavesOtherRefusalsAsTheyAre) {
  Scratch s;
  const Armed armed(s, pb::NOSPACE);
  EXPECT_THAT(s.Call(LeaseRevoke(kNoLease)), FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Call(Compact(s.Revision() + 1)), FailsWith(kFutureRevision));
}

TEST(Corrupt, RefusesEveryWrite) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1");
  const int64_t now = s.Revision();
  const Armed armed(s, pb::CORRUPT);
  EXPECT_THAT(s.Call(Put(s("a"), "2")), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(Delete(s("a"))), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(Compact(now)), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(LeaseGrant(600)), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(LeaseRevoke(lease)), FailsWith(kCorrupt));
}

TEST(Corrupt, RefusesEveryTxnThatMayWrite) {
  Scratch s;
  const Armed armed(s, pb::CORRUPT);
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")})), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(Txn({}, {}, {Delete(s("a"))})), FailsWith(kCorrupt));
  // Even one that could not: a transaction within another counts as a write.
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {})})), FailsWith(kCorrupt));
}

TEST(Corrupt, LetsReadsPass) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1");
  const Armed armed(s, pb::CORRUPT);
  EXPECT_EQ(s.Call(Range(s("a")))->count(), 1);
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"))})), IsOk());
  EXPECT_THAT(s.Call(Txn({}, {})), IsOk());
  EXPECT_THAT(s.Call(TimeToLive(lease)), IsOk());
  EXPECT_THAT(s.Call(HashKv(0)), IsOk());
  EXPECT_THAT(s.Call(pb::HashRequest()), IsOk());
  EXPECT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
}

TEST(Corrupt, IsAskedAfterTheShapeOfARequest) {
  Scratch s;
  const Armed armed(s, pb::CORRUPT);
  EXPECT_THAT(s.Call(Put("", "1")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Delete("")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Delete(s(std::string(1600000, 'k')))), FailsWith(kRequestTooLarge));
}

TEST(Corrupt, IsAskedBeforeTheState) {
  Scratch s;
  const Armed armed(s, pb::CORRUPT);
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = kNoLease})), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(LeaseRevoke(kNoLease)), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(LeaseGrant(int64_t{10000000000})), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(Compact(-5)), FailsWith(kCorrupt));
}

TEST(Corrupt, EndsWithItsAlarm) {
  Scratch s;
  {
    const Armed armed(s, pb::CORRUPT);
    EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kCorrupt));
  }
  EXPECT_THAT(s.Call(Put(s("a"), "1")), IsOk());
}

// Up to 3.5 the type raised last takes the place of the other.
TEST(Alarms, OfBothTypesAddUpSince36) {
  Scratch s;
  const Armed corrupt(s, pb::CORRUPT);
  const Armed no_space(s, pb::NOSPACE);
  if (target().version.AtLeast(3, 6)) {
    EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kCorrupt));
    EXPECT_THAT(s.Call(Delete(s("a"))), FailsWith(kCorrupt));
  } else {
    EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kNoSpace));
    EXPECT_THAT(s.Call(Delete(s("a"))), IsOk());
  }
}

TEST(Alarms, OfBothTypesAddUpInEitherOrderSince36) {
  Scratch s;
  const Armed no_space(s, pb::NOSPACE);
  const Armed corrupt(s, pb::CORRUPT);
  EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kCorrupt));
  EXPECT_THAT(s.Call(Delete(s("a"))), FailsWith(kCorrupt));
}

TEST(Alarms, OfWhichOneTypeGoesLeaveTheOtherSince36) {
  Scratch s;
  const Armed no_space(s, pb::NOSPACE);
  { const Armed corrupt(s, pb::CORRUPT); }
  const auto put = s.Call(Put(s("a"), "1"));
  if (target().version.AtLeast(3, 6)) {
    EXPECT_THAT(put, FailsWith(kNoSpace));
  } else {
    EXPECT_THAT(put, IsOk());
  }
  EXPECT_EQ(s.Call(Alarm(pb::AlarmRequest::GET))->alarms_size(), 1);
}

TEST(Alarms, OfATypeAlreadyOnDoNotTakeTheOthersPlace) {
  Scratch s;
  const Armed first(s, pb::NOSPACE, 7);
  const Armed corrupt(s, pb::CORRUPT, 7);
  const Armed second(s, pb::NOSPACE, 8);
  EXPECT_THAT(s.Call(Delete(s("a"))), FailsWith(kCorrupt));
}

}  // namespace
}  // namespace conformance
