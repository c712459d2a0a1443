// Leases as such: granting them, asking about them, and ending them.
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Lt;
using testing::Not;
using testing::SizeIs;

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();
constexpr int64_t kLongestTtl = 9'000'000'000;
constexpr int64_t kShortestTtl = 2;

// An id that no other case uses, and hardly anybody else.
int64_t SomeId() {
  static int64_t next = 0x0c0f00d00000;
  return next++;
}

std::vector<int64_t> AllLeases(const Scratch& s) {
  std::vector<int64_t> ids;
  const auto leases = *s.Call(pb::LeaseLeasesRequest());
  for (const pb::LeaseStatus& lease : leases.leases()) ids.push_back(lease.id());
  return ids;
}

// Those of `ids` that the server has, in its order.
std::vector<int64_t> Listed(const Scratch& s, const std::set<int64_t>& ids) {
  std::vector<int64_t> all = AllLeases(s);
  std::erase_if(all, [&](int64_t id) { return !ids.contains(id); });
  return all;
}

TEST(LeaseGrant, AnswersTheTtlThatWasAskedFor) {
  Scratch s;
  const auto grant = s.Call(LeaseGrant(600));
  ASSERT_THAT(grant, IsOk());
  s.RevokeAtEnd(grant->id());
  EXPECT_EQ(grant->ttl(), 600);
  EXPECT_EQ(grant->error(), "");
}

TEST(LeaseGrant, WithoutAnIdPicksOneAboveZero) {
  Scratch s;
  EXPECT_GT(s.Grant(), 0);
}

TEST(LeaseGrant, WithoutAnIdPicksAnotherEachTime) {
  Scratch s;
  std::set<int64_t> ids;
  for (int i = 0; i < 20; ++i) ids.insert(s.Grant());
  EXPECT_THAT(ids, SizeIs(20));
}

TEST(LeaseGrant, WithoutAnIdPicksAnotherForEachOfManyAtOnce) {
  Scratch s;
  std::set<int64_t> ids;
  std::vector<pb::LeaseRevokeRequest> revokes;
  for (const auto& grant : CallAll(s, std::vector(100, LeaseGrant(600)))) {
    ids.insert(grant->id());
    revokes.push_back(LeaseRevoke(grant->id()));
  }
  CallAll(s, revokes);
  EXPECT_THAT(ids, SizeIs(100));
}

TEST(LeaseGrant, TakesTheIdTheClientChose) {
  Scratch s;
  for (const int64_t id : {SomeId(), int64_t{1}, -SomeId(), int64_t{-1}, kLargest, kSmallest}) {
    const auto grant = s.Call(LeaseGrant(600, id));
    ASSERT_THAT(grant, IsOk()) << id;
    s.RevokeAtEnd(id);
    EXPECT_EQ(grant->id(), id);
  }
}

TEST(LeaseGrant, RaisesATtlThatIsTooShort) {
  Scratch s;
  for (const int64_t ttl : {int64_t{1}, int64_t{0}, int64_t{-1}, int64_t{-600}, kSmallest}) {
    const auto grant = s.Call(LeaseGrant(ttl));
    ASSERT_THAT(grant, IsOk()) << ttl;
    s.RevokeAtEnd(grant->id());
    EXPECT_EQ(grant->ttl(), kShortestTtl) << ttl;
  }
}

TEST(LeaseGrant, KeepsATtlThatIsLongEnough) {
  Scratch s;
  for (const int64_t ttl : {kShortestTtl, kShortestTtl + 1, int64_t{60}, kLongestTtl}) {
    const auto grant = s.Call(LeaseGrant(ttl));
    ASSERT_THAT(grant, IsOk()) << ttl;
    s.RevokeAtEnd(grant->id());
    EXPECT_EQ(grant->ttl(), ttl);
  }
}

TEST(LeaseGrant, WithATtlThatIsTooLongIsRefused) {
  Scratch s;
  for (const int64_t ttl : {kLongestTtl + 1, kLargest}) {
    EXPECT_THAT(s.Call(LeaseGrant(ttl)), FailsWith(kLeaseTtlTooLarge)) << ttl;
  }
}

TEST(LeaseGrant, WithATtlThatIsTooLongGrantsNothing) {
  Scratch s;
  const int64_t id = SomeId();
  ASSERT_THAT(s.Call(LeaseGrant(kLongestTtl + 1, id)), Not(IsOk()));
  EXPECT_THAT(Listed(s, {id}), IsEmpty());
}

TEST(LeaseGrant, WithAnIdInUseIsRefused) {
  Scratch s;
  const int64_t id = s.Grant();
  EXPECT_THAT(s.Call(LeaseGrant(600, id)), FailsWith(kLeaseExists));
}

TEST(LeaseGrant, WithAnIdInUseLeavesTheLeaseAsItIs) {
  Scratch s;
  const int64_t id = s.Grant(600);
  ASSERT_THAT(s.Call(LeaseGrant(1200, id)), Not(IsOk()));
  EXPECT_EQ(s.Call(TimeToLive(id))->grantedttl(), 600);
}

TEST(LeaseGrant, WithAnIdInUseAndATtlTooLongIsRefusedForTheTtl) {
  Scratch s;
  const int64_t id = s.Grant();
  EXPECT_THAT(s.Call(LeaseGrant(kLongestTtl + 1, id)), FailsWith(kLeaseTtlTooLarge));
}

TEST(LeaseGrant, MayUseTheIdOfALeaseThatWasRevoked) {
  Scratch s;
  const int64_t id = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  EXPECT_THAT(s.Call(LeaseGrant(600, id)), IsOk());
}

TEST(LeaseGrant, OfAnIdUsedAgainBeginsWithoutKeys) {
  Scratch s;
  const int64_t id = s.Grant();
  s.Put("a", "1", {.lease = id});
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  ASSERT_THAT(s.Call(LeaseGrant(600, id)), IsOk());
  EXPECT_THAT(s.Call(TimeToLive(id, true))->keys(), IsEmpty());
}

TEST(LeaseGrant, IsAnsweredAtTheCurrentRevisionAndTakesNone) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();
  const auto grant = s.Call(LeaseGrant(600));
  s.RevokeAtEnd(grant->id());
  EXPECT_THAT(grant->header(), IsFullHeader());
  EXPECT_THAT(*grant, AtRevision(revision));
  EXPECT_EQ(s.Revision(), revision);
}

TEST(LeaseTimeToLive, IsTheWholeSecondsLeftSoBelowTheTtlRightAfterTheGrant) {
  Scratch s;
  const auto left = s.Call(TimeToLive(s.Grant(600)));
  EXPECT_THAT(left->ttl(), AllOf(Ge(590), Lt(600)));
}

TEST(LeaseTimeToLive, AnswersTheIdAndTheTtlGranted) {
  Scratch s;
  const int64_t id = s.Grant(600);
  const auto left = s.Call(TimeToLive(id));
  EXPECT_EQ(left->id(), id);
  EXPECT_EQ(left->grantedttl(), 600);
}

TEST(LeaseTimeToLive, AnswersTheTtlTheGrantWasRaisedTo) {
  Scratch s;
  EXPECT_EQ(s.Call(TimeToLive(s.Grant(1)))->grantedttl(), kShortestTtl);
}

TEST(LeaseTimeToLive, OfALeaseThatDoesNotExistIsMinusOneAndNoError) {
  Scratch s;
  const int64_t revoked = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(revoked)), IsOk());
  for (const int64_t id : {revoked, SomeId(), -SomeId(), int64_t{0}}) {
    for (const bool keys : {false, true}) {
      const auto left = s.Call(TimeToLive(id, keys));
      ASSERT_THAT(left, IsOk()) << id;
      EXPECT_EQ(left->id(), id);
      EXPECT_EQ(left->ttl(), -1);
      EXPECT_EQ(left->grantedttl(), 0);
      EXPECT_THAT(left->keys(), IsEmpty());
    }
  }
}

TEST(LeaseTimeToLive, HasAFullHeaderAtTheCurrentRevisionWhetherTheLeaseExistsOrNot) {
  Scratch s;
  const int64_t id = s.Grant();
  const int64_t revision = s.Put("a", "1").header().revision();
  for (const int64_t asked : {id, SomeId()}) {
    const auto left = s.Call(TimeToLive(asked));
    EXPECT_THAT(left->header(), IsFullHeader());
    EXPECT_THAT(*left, AtRevision(revision));
  }
}

TEST(LeaseTimeToLive, AnswersTheKeysOnlyWhenAskedTo) {
  Scratch s;
  const int64_t id = s.Grant();
  s.Put("a", "1", {.lease = id});
  EXPECT_THAT(s.Call(TimeToLive(id, false))->keys(), IsEmpty());
  EXPECT_THAT(s.Call(TimeToLive(id, true))->keys(), ElementsAre(s("a")));
}

TEST(LeaseLeases, ListsEveryLeaseThatWasGranted) {
  Scratch s;
  const int64_t one = s.Grant();
  const int64_t other = s.Grant(600, -SomeId());
  const auto all = AllLeases(s);
  EXPECT_THAT(all, Contains(one).Times(1));
  EXPECT_THAT(all, Contains(other).Times(1));
}

TEST(LeaseLeases, DoesNotListWhatWasRevoked) {
  Scratch s;
  const int64_t id = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  EXPECT_THAT(Listed(s, {id}), IsEmpty());
}

TEST(LeaseLeases, ListsFirstWhatEndsFirst) {
  Scratch s;
  const int64_t second = s.Grant(2000);
  const int64_t third = s.Grant(3000);
  const int64_t first = s.Grant(1000);
  EXPECT_THAT(Listed(s, {first, second, third}), ElementsAre(first, second, third));
}

TEST(LeaseLeases, IsNotInTheOrderOfIds) {
  Scratch s;
  const int64_t low = SomeId();
  const int64_t high = SomeId();
  s.Grant(2000, low);
  s.Grant(1000, high);
  EXPECT_THAT(Listed(s, {low, high}), ElementsAre(high, low));
}

TEST(LeaseLeases, HasAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();
  const auto leases = s.Call(pb::LeaseLeasesRequest());
  EXPECT_THAT(leases->header(), IsFullHeader());
  EXPECT_THAT(*leases, AtRevision(revision));
}

TEST(LeaseRevoke, EndsTheLease) {
  Scratch s;
  const int64_t id = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  EXPECT_EQ(s.Call(TimeToLive(id))->ttl(), -1);
}

TEST(LeaseRevoke, OfALeaseThatDoesNotExistIsRefused) {
  Scratch s;
  for (const int64_t id : {int64_t{0}, int64_t{-1}, SomeId()}) {
    EXPECT_THAT(s.Call(LeaseRevoke(id)), FailsWith(kLeaseNotFound)) << id;
  }
}

TEST(LeaseRevoke, IsRefusedTheSecondTime) {
  Scratch s;
  const int64_t id = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  EXPECT_THAT(s.Call(LeaseRevoke(id)), FailsWith(kLeaseNotFound));
}

TEST(LeaseRevoke, TakesAnyIdThatWasGranted) {
  Scratch s;
  for (const int64_t id : {-SomeId(), kLargest, kSmallest}) {
    s.Grant(600, id);
    EXPECT_THAT(s.Call(LeaseRevoke(id)), IsOk()) << id;
  }
}

TEST(LeaseRevoke, OfALeaseWithoutKeysTakesNoRevision) {
  Scratch s;
  const int64_t id = s.Grant();
  const int64_t revision = s.Revision();
  const auto revoke = s.Call(LeaseRevoke(id));
  EXPECT_THAT(revoke->header(), IsFullHeader());
  EXPECT_THAT(*revoke, AtRevision(revision));
  EXPECT_EQ(s.Revision(), revision);
}

TEST(LeaseRevoke, OfALeaseWithKeysIsAnsweredAtTheRevisionItTakes) {
  Scratch s;
  const int64_t id = s.Grant();
  const int64_t revision = s.Put("a", "1", {.lease = id}).header().revision();
  const auto revoke = s.Call(LeaseRevoke(id));
  EXPECT_THAT(revoke->header(), IsFullHeader());
  EXPECT_THAT(*revoke, AtRevision(revision + 1));
}

}  // namespace
}  // namespace conformance
