// Who may do what to leases, which belong to nobody but hold keys.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/keepalive_stream.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

bool LeasesNeedUsers() { return target().version.Since({V(3, 4, 42), V(3, 5, 28), V(3, 6, 9)}); }
bool KeysOfLeasesNeedReads() {
  return target().version.Since({V(3, 4, 26), V(3, 5, 9), V(3, 6, 0)});
}
bool ChecksLeasesOfPutsInTxns() {
  return target().version.Since({V(3, 4, 44), V(3, 5, 30), V(3, 6, 11)});
}

// Root has put x with `lease`; alice may read and write a, and read r.
class AuthLease : public testing::Test {
 protected:
  AuthLease() {
    s.AddUser("alice", {{kReadWrite, "a"}, {kRead, "r"}});
    s.AddUser("bob");
    lease = s.Grant();
    free_lease = s.Grant();
    s.Enable();
    *s.Call(Put(s("x"), "1", {.lease = lease}), s.AsRoot());
  }

  grpc::Status KeepAlive(int64_t id, const CallOptions& options) {
    KeepAliveStream stream(s, options);
    stream.Send(id);
    if (stream.TryNext(std::chrono::seconds(5))) stream.HalfClose();
    return stream.End();
  }

  CallOptions Bad() { return AuthScratch::WithToken("x"); }

  AuthScratch s;
  int64_t lease = 0;
  int64_t free_lease = 0;
};

TEST_F(AuthLease, GrantNeedsAUserInNewReleases) {
  const auto granted = s.Call(LeaseGrant(600));
  if (granted.status.ok()) s.RevokeAtEnd(granted->id());
  EXPECT_THAT(granted, EndsAs(LeasesNeedUsers() ? kUserEmpty : kOk));
  EXPECT_THAT(s.Call(LeaseGrant(600), Bad()), FailsWith(kInvalidAuthToken));
  const auto by_bob = s.Call(LeaseGrant(600), s.As("bob"));
  s.RevokeAtEnd(by_bob->id());
}

TEST_F(AuthLease, GrantIsRefusedForItsCallerFirst) {
  EXPECT_THAT(s.Call(LeaseGrant(9000000001), Bad()), FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(LeaseGrant(600, lease)),
              FailsWith(LeasesNeedUsers() ? kUserEmpty : kLeaseExists));
  EXPECT_THAT(s.Call(LeaseGrant(600, lease), s.As("bob")), FailsWith(kLeaseExists));
}

TEST_F(AuthLease, APutNeedsToWriteTheKeysOfItsLease) {
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = lease}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = free_lease}), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "2", {.lease = free_lease}), s.As("alice")), IsOk());
}

TEST_F(AuthLease, ReadingTheKeysOfALeaseIsNotEnoughToPut) {
  *s.Call(Put(s("r"), "1", {.lease = free_lease}), s.AsRoot());

  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = free_lease}), s.As("alice")),
              FailsWith(kPermissionDenied));
}

TEST_F(AuthLease, APutOfATxnIsCheckedLikewiseInNewReleases) {
  const Error expected = ChecksLeasesOfPutsInTxns() ? kPermissionDenied : kOk;

  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1", {.lease = lease})}), s.As("alice")),
              EndsAs(expected));
}

TEST_F(AuthLease, RevokeNeedsToWriteItsKeys) {
  EXPECT_THAT(s.Call(LeaseRevoke(lease), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(LeaseRevoke(lease)), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(LeaseRevoke(lease), Bad()), FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(LeaseRevoke(lease), s.AsRoot()), IsOk());
}

TEST_F(AuthLease, RevokeOfOwnKeysIsAllowed) {
  *s.Call(Put(s("a"), "1", {.lease = free_lease}), s.As("alice"));

  EXPECT_THAT(s.Call(LeaseRevoke(free_lease), s.As("bob")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(LeaseRevoke(free_lease), s.As("alice")), IsOk());
}

TEST_F(AuthLease, RevokeOfOneWithoutKeysNeedsAUserInNewReleases) {
  EXPECT_THAT(s.Call(LeaseRevoke(free_lease)), EndsAs(LeasesNeedUsers() ? kUserEmpty : kOk));
  EXPECT_THAT(s.Call(LeaseRevoke(free_lease), s.As("bob")),
              EndsAs(LeasesNeedUsers() ? kOk : kLeaseNotFound));
}

TEST_F(AuthLease, RevokeOfNoneIsNotFound) {
  EXPECT_THAT(s.Call(LeaseRevoke(0x7ffffffffffffff0), s.As("bob")), FailsWith(kLeaseNotFound));
}

TEST_F(AuthLease, TimeToLiveNeedsAUserInNewReleases) {
  const Error nobody = LeasesNeedUsers() ? kUserEmpty : kOk;

  EXPECT_THAT(s.Call(TimeToLive(lease)), EndsAs(nobody));
  EXPECT_THAT(s.Call(TimeToLive(0x7ffffffffffffff0)), EndsAs(nobody));
  EXPECT_THAT(s.Call(TimeToLive(lease), Bad()),
              EndsAs(LeasesNeedUsers() ? kInvalidAuthToken : kOk));
  EXPECT_THAT(s.Call(TimeToLive(lease), s.As("bob")), IsOk());
}

TEST_F(AuthLease, TimeToLiveTellsKeysToWhoMayReadThemInNewReleases) {
  *s.Call(Put(s("r"), "1", {.lease = free_lease}), s.AsRoot());
  const Error nobody = KeysOfLeasesNeedReads() ? kUserEmpty : kOk;
  const Error denied = KeysOfLeasesNeedReads() ? kPermissionDenied : kOk;

  EXPECT_THAT(s.Call(TimeToLive(lease, true)), EndsAs(nobody));
  EXPECT_THAT(s.Call(TimeToLive(lease, true), s.As("alice")), EndsAs(denied));
  EXPECT_THAT(s.Call(TimeToLive(free_lease, true), s.As("bob")), EndsAs(denied));
  EXPECT_THAT(s.Call(TimeToLive(free_lease, true), s.As("alice"))->keys(),
              testing::ElementsAre(s("r")));
  EXPECT_THAT(s.Call(TimeToLive(lease, true), s.AsRoot())->keys(), testing::ElementsAre(s("x")));
}

TEST_F(AuthLease, LeasesAreListedToWhoMayReadAllTheirKeysInNewReleases) {
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest()), EndsAs(LeasesNeedUsers() ? kUserEmpty : kOk));
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest(), Bad()),
              EndsAs(LeasesNeedUsers() ? kInvalidAuthToken : kOk));
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest(), s.As("alice")),
              EndsAs(LeasesNeedUsers() ? kPermissionDenied : kOk));
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest(), s.AsRoot()), IsOk());
}

TEST_F(AuthLease, KeepAliveNeedsToWriteItsKeysInNewReleases) {
  const bool checked = LeasesNeedUsers();

  EXPECT_THAT(KeepAlive(lease, {}), EndsAs(checked ? kUserEmpty : kOk));
  EXPECT_THAT(KeepAlive(lease, Bad()), EndsAs(checked ? kInvalidAuthToken : kOk));
  EXPECT_THAT(KeepAlive(lease, s.As("alice")), EndsAs(checked ? kPermissionDenied : kOk));
  EXPECT_THAT(KeepAlive(lease, s.AsRoot()), IsOk());
  EXPECT_THAT(KeepAlive(free_lease, s.As("bob")), IsOk());
  EXPECT_THAT(KeepAlive(0x7ffffffffffffff0, s.As("bob")), IsOk());
}

TEST_F(AuthLease, KeepAliveIsCheckedEachTime) {
  KeepAliveStream stream(s, s.As("alice"));
  EXPECT_EQ(stream.KeepAlive(free_lease).ttl(), 600);

  *s.Call(Put(s("x"), "2", {.lease = free_lease}), s.AsRoot());
  stream.Send(free_lease);

  if (LeasesNeedUsers()) {
    EXPECT_THAT(stream.End(), FailsWith(kPermissionDenied));
  } else {
    EXPECT_EQ(stream.Next().ttl(), 600);
  }
}

TEST_F(AuthLease, OutlivesWhoGaveItKeys) {
  *s.Call(Put(s("a"), "1", {.lease = free_lease}), s.As("alice"));
  *s.Call(UserDelete("alice"), s.AsRoot());

  EXPECT_THAT(s.Call(LeaseRevoke(free_lease), s.AsRoot()), IsOk());
  EXPECT_EQ(s.Call(Range(s("a")), s.AsRoot())->count(), 0);
}

}  // namespace
}  // namespace conformance
