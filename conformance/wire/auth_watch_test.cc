// Whom a watch tells: it is asked for when the watch is created, and never again.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;

constexpr char kNobodyReason[] =
    "rpc error: code = InvalidArgument desc = etcdserver: user name is empty";
constexpr char kBadTokenReason[] =
    "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";
constexpr char kDeniedReason[] =
    "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

CallOptions Long(CallOptions options) {
  options.timeout = std::chrono::seconds(120);
  return options;
}

// Alice may read a and write w.
class AuthWatch : public testing::Test {
 protected:
  AuthWatch() {
    s.AddUser("alice", {{kRead, "a"}, {kRead, "m", "p"}, {kWrite, "w"}});
    s.Enable();
  }

  pb::WatchResponse Create(const CallOptions& caller, const pb::WatchCreateRequest& create) {
    WatchStream stream(s, Long(caller));
    return stream.Create(create);
  }
  pb::WatchResponse CreateByAlice(const std::string& key, const std::string& range_end = "") {
    return Create(s.As("alice"), WatchCreate(key, {.range_end = range_end}));
  }

  AuthScratch s;
};

TEST_F(AuthWatch, ByNobodyIsRefused) {
  const auto response = Create({}, WatchCreate(s("a")));

  EXPECT_THAT(response, RefusesTheWatch(kNobodyReason));
  EXPECT_THAT(response.header(), IsFullHeader());
}

TEST_F(AuthWatch, WithABadTokenIsRefused) {
  EXPECT_THAT(Create(s.WithToken("x"), WatchCreate(s("a"))), RefusesTheWatch(kBadTokenReason));
}

TEST_F(AuthWatch, OfWhatMayNotBeReadIsRefused) {
  EXPECT_THAT(CreateByAlice(s("x")), RefusesTheWatch(kDeniedReason));
  EXPECT_THAT(CreateByAlice(s("w")), RefusesTheWatch(kDeniedReason));
  EXPECT_THAT(CreateByAlice(s("a"), s("b")), RefusesTheWatch(kDeniedReason));
  EXPECT_THAT(CreateByAlice(s("m"), s("q")), RefusesTheWatch(kDeniedReason));
}

TEST_F(AuthWatch, OfWhatMayBeReadIsAllowed) {
  EXPECT_FALSE(CreateByAlice(s("a")).canceled());
  EXPECT_FALSE(CreateByAlice(s("m"), s("p")).canceled());
  EXPECT_FALSE(CreateByAlice(s("n"), s("o")).canceled());
  EXPECT_FALSE(Create(s.AsRoot(), WatchCreate(s("a"), {.range_end = kZeroByte})).canceled());
}

TEST_F(AuthWatch, FromAKeyOnIsCheckedAsThatKeyByOldReleases) {
  const bool checked = target().version.Since({V(3, 5, 33), V(3, 6, 14)});

  EXPECT_EQ(CreateByAlice(s("a"), kZeroByte).canceled(), checked);
  EXPECT_THAT(CreateByAlice(s("x"), kZeroByte), RefusesTheWatch(kDeniedReason));
}

TEST_F(AuthWatch, ARefusalLeavesTheStreamToOthers) {
  WatchStream stream(s, Long(s.As("alice")));
  EXPECT_THAT(stream.Create(WatchCreate(s("x"))), RefusesTheWatch(kDeniedReason));

  const auto allowed = stream.Create(WatchCreate(s("a")));

  EXPECT_FALSE(allowed.canceled());
  EXPECT_EQ(allowed.watch_id(), 0);
  *s.Call(Put(s("a"), "1"), s.AsRoot());
  EXPECT_THAT(stream.Events(0, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST_F(AuthWatch, IsCheckedBeforeItsRangeAndItsId) {
  WatchStream stream(s, Long(s.As("alice")));
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));

  EXPECT_THAT(stream.Create(WatchCreate(s("x"), {.range_end = s("b")})),
              RefusesTheWatch(kDeniedReason));
  EXPECT_THAT(stream.Create(WatchCreate(s("x"), {.watch_id = 7})), RefusesTheWatch(kDeniedReason));
  EXPECT_THAT(stream.Create(WatchCreate(s("a"), {.watch_id = 7})),
              RefusesTheWatch("mvcc: duplicate watch ID provided on the WatchStream"));
}

TEST_F(AuthWatch, ANegativeStartIsRefusedFirstByNewReleases) {
  const bool first = target().version.Since({V(3, 4, 38), V(3, 5, 24), V(3, 6, 6)});

  EXPECT_THAT(Create(s.As("alice"), WatchCreate(s("x"), {.start_revision = -1})),
              RefusesTheWatch(first ? "etcdserver: mvcc: required revision has been compacted"
                                    : kDeniedReason));
}

TEST_F(AuthWatch, GoesOnWhenThePermissionIsTakenAway) {
  WatchStream stream(s, Long(s.As("alice")));
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  *s.Call(RevokeRole("alice", "alice"), s.AsRoot());
  *s.Call(Put(s("a"), "1"), s.AsRoot());

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
  EXPECT_THAT(stream.Create(WatchCreate(s("a"))), RefusesTheWatch(kDeniedReason));
}

TEST_F(AuthWatch, GoesOnWhenItsUserIsGone) {
  WatchStream stream(s, Long(s.As("alice")));
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  *s.Call(UserDelete("alice"), s.AsRoot());
  *s.Call(Put(s("a"), "1"), s.AsRoot());

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
  EXPECT_THAT(stream.Create(WatchCreate(s("a"))), RefusesTheWatch(kBadTokenReason));
}

TEST_F(AuthWatch, TellsOfAllChangesWhoeverMadeThem) {
  WatchStream stream(s, Long(s.As("alice")));
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();

  *s.Call(Put(s("a"), "1"), s.AsRoot());
  *s.Call(Delete(s.prefix(), {.range_end = s.end()}), s.AsRoot());

  const auto events = stream.Events(id, 2);
  EXPECT_THAT(events[0], IsPutOf(s("a"), "1"));
  EXPECT_EQ(events[1].prev_kv().value(), "1");
}

TEST(AuthWatchBefore, OfNobodyGoesOnWhenAuthIsTurnedOn) {
  AuthScratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Enable();

  *s.Call(Put(s("a"), "1"), s.AsRoot());

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
  EXPECT_THAT(stream.Create(WatchCreate(s("a"))), RefusesTheWatch(kNobodyReason));
}

TEST(AuthWatchBefore, ABadTokenRefusesItInOldReleasesEvenWhileAuthIsOff) {
  AuthScratch s;
  WatchStream stream(s, Long(s.WithToken("x")));
  const bool ignored = target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)});

  const auto created = stream.Create(WatchCreate(s("a")));

  if (ignored) {
    EXPECT_FALSE(created.canceled());
  } else {
    EXPECT_THAT(created, RefusesTheWatch(kBadTokenReason));
  }
}

}  // namespace
}  // namespace conformance
