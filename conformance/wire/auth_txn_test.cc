// What a transaction needs permission for.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

bool ChecksNested() { return target().version.Since({V(3, 4, 42), V(3, 5, 28), V(3, 6, 11)}); }
bool ChecksLeasesOfPuts() {
  return target().version.Since({V(3, 4, 44), V(3, 5, 30), V(3, 6, 11)});
}

// Alice may read r, write w and do both to b, and nothing else.
class AuthTxn : public testing::Test {
 protected:
  AuthTxn() {
    s.AddUser("alice", {{kReadWrite, "b"}, {kRead, "r"}, {kWrite, "w"}});
    s.Enable();
  }

  auto Send(const pb::TxnRequest& txn) { return s.Call(txn, s.As("alice")); }

  AuthScratch s;
};

TEST_F(AuthTxn, OneThatIsEmptyIsForEverybody) {
  EXPECT_THAT(s.Call(Txn({}, {})), IsOk());
  EXPECT_THAT(Send(Txn({}, {})), IsOk());
  EXPECT_THAT(s.Call(Txn({}, {}), s.WithToken("x")), FailsWith(kInvalidAuthToken));
}

TEST_F(AuthTxn, NobodyMayDoMore) {
  EXPECT_THAT(s.Call(Txn({}, {Range(s("r"))})), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Txn({}, {Put(s("w"), "1")})), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Txn({If(s("r"), kVersion, kEqual, 0)}, {})), FailsWith(kUserEmpty));
}

TEST_F(AuthTxn, ComparesAreReads) {
  EXPECT_THAT(Send(Txn({If(s("r"), kVersion, kEqual, 0)}, {})), IsOk());
  EXPECT_THAT(Send(Txn({If(s("w"), kVersion, kEqual, 0)}, {})), FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({If(s("w"), kVersion, kEqual, 0)}, {Put(s("w"), "1")})),
              FailsWith(kPermissionDenied));
}

TEST_F(AuthTxn, ComparesOfARangeReadAllOfIt) {
  EXPECT_THAT(Send(Txn({Over(If(s("r"), kVersion, kEqual, 0), s("r") + kZeroByte)}, {})), IsOk());
  EXPECT_THAT(Send(Txn({Over(If(s("r"), kVersion, kEqual, 0), s("s"))}, {})),
              FailsWith(kPermissionDenied));
}

TEST_F(AuthTxn, ComparesThatAreNotReachedAreCheckedToo) {
  EXPECT_THAT(Send(Txn({If(s("r"), kVersion, kEqual, 9), If(s("w"), kVersion, kEqual, 0)}, {})),
              FailsWith(kPermissionDenied));
}

TEST_F(AuthTxn, EachOperationNeedsItsOwn) {
  EXPECT_THAT(Send(Txn({}, {Range(s("r")), Put(s("w"), "1"), Delete(s("b"))})), IsOk());
  EXPECT_THAT(Send(Txn({}, {Range(s("w"))})), FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({}, {Put(s("r"), "1")})), FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({}, {Delete(s("r"))})), FailsWith(kPermissionDenied));
}

TEST_F(AuthTxn, TheBranchNotTakenIsCheckedToo) {
  EXPECT_THAT(Send(Txn({}, {Put(s("w"), "1")}, {Put(s("x"), "1")})), FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({If(s("r"), kVersion, kEqual, 9)}, {Put(s("x"), "1")}, {Put(s("w"), "1")})),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({}, {Range(s("r"))}, {Range(s("w"))})), FailsWith(kPermissionDenied));
}

TEST_F(AuthTxn, ADeleteThatTellsWhatWasBeforeReads) {
  EXPECT_THAT(Send(Txn({}, {Delete(s("w"), {.prev_kv = true})})), FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({}, {Delete(s("b"), {.prev_kv = true})})), IsOk());
}

TEST_F(AuthTxn, APutThatTellsWhatWasBeforeReadsInNewReleases) {
  EXPECT_THAT(Send(Txn({}, {Put(s("w"), "1", {.prev_kv = true})})),
              EndsAs(ChecksLeasesOfPuts() ? kPermissionDenied : kOk));
  EXPECT_THAT(Send(Txn({}, {Put(s("b"), "1", {.prev_kv = true})})), IsOk());
}

TEST_F(AuthTxn, OneWithinAnotherIsCheckedByNewReleases) {
  const Error expected = ChecksNested() ? kPermissionDenied : kOk;

  EXPECT_THAT(Send(Txn({}, {Txn({}, {Put(s("x"), "1")})})), EndsAs(expected));
  EXPECT_THAT(Send(Txn({}, {Txn({}, {Range(s("w"))})})), EndsAs(expected));
  EXPECT_THAT(Send(Txn({}, {Txn({If(s("w"), kVersion, kEqual, 0)}, {})})), EndsAs(expected));
  EXPECT_THAT(Send(Txn({}, {}, {Txn({}, {Put(s("x"), "1")})})), EndsAs(expected));
  EXPECT_THAT(Send(Txn({}, {Txn({}, {Txn({}, {}, {Delete(s("r"))})})})), EndsAs(expected));
  EXPECT_THAT(Send(Txn({}, {Txn({If(s("r"), kVersion, kEqual, 0)}, {Put(s("w"), "1")})})), IsOk());
}

TEST_F(AuthTxn, OneThatHoldsOnlyAnEmptyOneIsForEverybody) {
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {})})), IsOk());
}

TEST_F(AuthTxn, IsCheckedAfterTheShape) {
  EXPECT_THAT(s.Call(Txn({If("", kVersion, kEqual, 0)}, {})), FailsWith(kEmptyKey));
  EXPECT_THAT(Send(Txn({}, {Put(s("x"), "1"), Put(s("x"), "2")})), FailsWith(kDuplicateKey));
}

TEST_F(AuthTxn, IsCheckedBeforeWhatTheOperationsNeed) {
  const PutOptions no_lease{.lease = 0x7ffffffffffffff0};

  EXPECT_THAT(Send(Txn({}, {Put(s("w"), "1", no_lease), Put(s("x"), "1")})),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(Send(Txn({}, {Put(s("w"), "1", no_lease)})), FailsWith(kLeaseNotFound));
}

TEST_F(AuthTxn, ARefusedOneChangesNothing) {
  EXPECT_THAT(Send(Txn({}, {Put(s("w"), "1"), Put(s("x"), "1")})), FailsWith(kPermissionDenied));
  EXPECT_EQ(s.Call(Range(s("w")), s.AsRoot())->count(), 0);
}

}  // namespace
}  // namespace conformance
