// The Lock and Election services while authentication is on: what they do on a caller's behalf
// needs the caller's rights.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/exchange.h"
#include "conformance/support/matchers.h"
#include "conformance/support/session_keys.h"
#include "conformance/target.h"

namespace conformance {
namespace {

// What goes wrong behind these services has a text only.
constexpr Error kNobody{grpc::UNKNOWN, "etcdserver: user name is empty"};
constexpr Error kBadToken{grpc::UNKNOWN, "etcdserver: invalid auth token"};
constexpr Error kDenied{grpc::UNKNOWN, "etcdserver: permission denied"};

// Alice has all rights over the keys of "lock", Bob over others, and each has a lease.
class AuthCoordination : public testing::Test {
 protected:
  AuthCoordination() : alices(s.Grant()), bobs(s.Grant()) {
    s.AddUser("alice", {{kReadWrite, "lock", "lock0"}});
    s.AddUser("bob", {{kReadWrite, "other", "other0"}, {kRead, "read", "read0"}});
    s.Enable();
  }

  AuthScratch s;
  const int64_t alices;
  const int64_t bobs;
};

TEST_F(AuthCoordination, ALockIsTakenWithTheRightsOfTheCaller) {
  const auto lock = s.Call(Lock(s("lock"), alices), s.As("alice"));
  ASSERT_THAT(lock, IsOk());
  EXPECT_THAT(s.Call(Unlock(lock->key()), s.As("alice")), IsOk());
}

TEST_F(AuthCoordination, ALockIsNotTakenWithoutThem) {
  EXPECT_THAT(s.Call(Lock(s("lock"), alices)), FailsWith(kNobody));
  EXPECT_THAT(s.Call(Lock(s("lock"), alices), s.WithToken("x")), FailsWith(kBadToken));
  EXPECT_THAT(s.Call(Lock(s("lock"), bobs), s.As("bob")), FailsWith(kDenied));
  EXPECT_THAT(s.Call(Lock(s("read"), bobs), s.As("bob")), FailsWith(kDenied));
}

TEST_F(AuthCoordination, ALockOfAnotherIsNotGivenBack) {
  const auto lock = s.Call(Lock(s("lock"), alices), s.As("alice"));
  EXPECT_THAT(s.Call(Unlock(lock->key())), FailsWith(kNobody));
  EXPECT_THAT(s.Call(Unlock(lock->key()), s.WithToken("x")), FailsWith(kBadToken));
  EXPECT_THAT(s.Call(Unlock(lock->key()), s.As("bob")), FailsWith(kDenied));
}

TEST_F(AuthCoordination, ALockPassesToWhoWaitsWithTheRights) {
  const auto held = s.Call(Lock(s("lock"), alices), s.As("alice"));
  auto waiting = Begin(s, Lock(s("lock"), bobs), s.As("root"));
  EXPECT_THAT(s.Call(Unlock(held->key()), s.As("alice")), IsOk());
  EXPECT_THAT(waiting->Take(), IsOk());
}

TEST_F(AuthCoordination, AnElectionIsWonAndResignedWithTheRightsOfTheCaller) {
  const auto campaign = s.Call(Campaign(s("lock"), "v", alices), s.As("alice"));
  ASSERT_THAT(campaign, IsOk());
  EXPECT_THAT(s.Call(Proclaim(campaign->leader(), "w"), s.As("alice")), IsOk());
  EXPECT_EQ(s.Call(Leader(s("lock")), s.As("alice"))->kv().value(), "w");
  EXPECT_THAT(s.Call(Resign(campaign->leader()), s.As("alice")), IsOk());
}

TEST_F(AuthCoordination, AnElectionIsNotWonWithoutThem) {
  EXPECT_THAT(s.Call(Campaign(s("lock"), "v", alices)), FailsWith(kNobody));
  EXPECT_THAT(s.Call(Campaign(s("lock"), "v", alices), s.WithToken("x")), FailsWith(kBadToken));
  EXPECT_THAT(s.Call(Campaign(s("lock"), "v", bobs), s.As("bob")), FailsWith(kDenied));
}

TEST_F(AuthCoordination, AnElectionOfOthersIsLeftAlone) {
  const auto campaign = s.Call(Campaign(s("lock"), "v", alices), s.As("alice"));
  for (const auto& [options, error] :
       {std::pair{CallOptions(), kNobody}, {s.WithToken("x"), kBadToken}, {s.As("bob"), kDenied}}) {
    EXPECT_THAT(s.Call(Proclaim(campaign->leader(), "w"), options), FailsWith(error));
    EXPECT_THAT(s.Call(Leader(s("lock")), options), FailsWith(error));
    EXPECT_THAT(s.Call(Resign(campaign->leader()), options), FailsWith(error));
  }
}

}  // namespace
}  // namespace conformance
