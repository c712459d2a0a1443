// The Election service, but for Observe: who has the oldest key under the name leads.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/exchange.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/session_keys.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// Calls that this service makes on a caller's behalf fail with texts only.
constexpr auto kNoCode = grpc::UNKNOWN;

constexpr char kNoLeaderField[] = "\"leader\" field must be provided";

electionpb::LeaderKey WithLease(electionpb::LeaderKey leader, int64_t lease) {
  leader.set_lease(lease);
  return leader;
}

electionpb::LeaderKey WithRevision(electionpb::LeaderKey leader, int64_t revision) {
  leader.set_rev(revision);
  return leader;
}

// A leader, and the next.
struct Contested {
  Contested() : first(s.Grant()), second(s.Grant()), before(s.Revision()) {
    leader = s.Call(Campaign(s("election"), "first", first))->leader();
    waiting = Begin(s, Campaign(s("election"), "second", second));
    AwaitKeys(s, 2);
  }

  Scratch s;
  const int64_t first;
  const int64_t second;
  const int64_t before;
  electionpb::LeaderKey leader;
  std::unique_ptr<Pending<electionpb::CampaignResponse>> waiting;
};

TEST(Campaign, OfTheOnlyCandidateIsWonAtOnce) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t before = s.Revision();
  const auto campaign = s.Call(Campaign(s("election"), "value", lease));
  ASSERT_THAT(campaign, IsOk());
  EXPECT_THAT(campaign->header(), IsFullHeader());
  EXPECT_THAT(*campaign, AtRevision(before + 1));
  EXPECT_EQ(campaign->leader().name(), s("election"));
  EXPECT_EQ(campaign->leader().key(), SessionKey(s("election"), lease));
  EXPECT_EQ(campaign->leader().rev(), before + 1);
  EXPECT_EQ(campaign->leader().lease(), lease);
}

TEST(Campaign, PutsTheValueWithTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto campaign = s.Call(Campaign(s("election"), "value", lease));
  const int64_t revision = campaign->header().revision();
  EXPECT_THAT(s.All().kvs(), ElementsAre(IsPair(Pair{.key = campaign->leader().key(),
                                                     .value = "value",
                                                     .create_revision = revision,
                                                     .mod_revision = revision,
                                                     .version = 1,
                                                     .lease = lease})));
}

TEST(Campaign, OfNoLeaseGetsOneOfAMinute) {
  Scratch s;
  const int64_t lease = s.Call(Campaign(s("election"), "", 0))->leader().lease();
  s.RevokeAtEnd(lease);
  EXPECT_EQ(s.All().kvs(0).lease(), lease);
  EXPECT_EQ(s.Call(TimeToLive(lease))->grantedttl(), 60);
}

TEST(Campaign, OfALeaseThatIsNotThereFailsAndLeavesNothing) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Campaign(s("election"), "", kNoSuchLease)),
              FailsWith(kNoCode, "etcdserver: requested lease not found"));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Campaign, AgainWithTheSameValueChangesNothing) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto first = s.Call(Campaign(s("election"), "value", lease));
  const int64_t now = s.Put("other", "").header().revision();
  const auto again = s.Call(Campaign(s("election"), "value", lease));
  EXPECT_EQ(again->leader().SerializeAsString(), first->leader().SerializeAsString());
  EXPECT_THAT(*again, AtRevision(now));
  EXPECT_EQ(s.Revision(), now);
}

TEST(Campaign, AgainWithAnotherValueReplacesItAndTellsTheRevisionBefore) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto first = s.Call(Campaign(s("election"), "one", lease));
  const int64_t revision = first->header().revision();
  const auto again = s.Call(Campaign(s("election"), "two", lease));
  EXPECT_EQ(again->leader().rev(), revision);
  EXPECT_THAT(*again, AtRevision(revision));
  EXPECT_THAT(s.All().kvs(), ElementsAre(IsPair(Pair{.key = first->leader().key(),
                                                     .value = "two",
                                                     .create_revision = revision,
                                                     .mod_revision = revision + 1,
                                                     .version = 2,
                                                     .lease = lease})));
}

TEST(Campaign, OfTheNextIsWonWhenTheLeaderResignsAndTellsTheRevisionItCameAt) {
  Contested c;
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
  c.s.Put("other", "");
  EXPECT_THAT(c.s.Call(Resign(c.leader)), IsOk());
  const auto won = c.waiting->Take();
  EXPECT_THAT(*won, AtRevision(c.before + 2));
  EXPECT_EQ(won->leader().rev(), c.before + 2);
}

TEST(Campaign, OfTheNextIsWonWhenTheLeaseOfTheLeaderIsRevoked) {
  Contested c;
  c.s.Call(LeaseRevoke(c.first));
  EXPECT_EQ(c.waiting->Take()->leader().lease(), c.second);
}

TEST(Campaign, AreWonInTheOrderOfComing) {
  Contested c;
  const auto third = Begin(c.s, Campaign(c.s("election"), "third", c.s.Grant()));
  AwaitKeys(c.s, 3);
  c.s.Call(Resign(c.leader));
  const auto second = c.waiting->Take();
  EXPECT_FALSE(third->DoneWithin(kAWhile));
  c.s.Call(Resign(second->leader()));
  EXPECT_THAT(third->Take(), IsOk());
}

TEST(Campaign, OfOneWhoWaitsMayBeRepeatedWithAnotherValue) {
  Contested c;
  const auto again = Begin(c.s, Campaign(c.s("election"), "changed", c.second));
  const std::string key = SessionKey(c.s("election"), c.second);
  while (c.s.Call(Range(key))->kvs(0).value() != "changed") {
  }
  EXPECT_FALSE(again->DoneWithin(kAWhile));
  c.s.Call(Resign(c.leader));
  EXPECT_EQ(c.waiting->Take()->leader().rev(), again->Take()->leader().rev());
}

TEST(Campaign, LeavesNothingWhenTheCallIsCancelled) {
  Contested c;
  c.waiting->Cancel();
  EXPECT_EQ(c.waiting->Take().status.error_code(), grpc::CANCELLED);
  AwaitKeys(c.s, 1);
  EXPECT_EQ(c.s.Revision(), c.before + 3);
}

TEST(Campaign, LeavesNothingWhenTheDeadlineOfTheCallPasses) {
  Scratch s;
  s.Call(Campaign(s("election"), "first", s.Grant()));
  const auto late = s.Call(Campaign(s("election"), "late", s.Grant()),
                           {.timeout = std::chrono::milliseconds(200)});
  EXPECT_EQ(late.status.error_code(), grpc::DEADLINE_EXCEEDED);
  AwaitKeys(s, 1);
}

TEST(Campaign, ThatIsCancelledLeavesAKeyThatWasPutAgain) {
  Contested c;
  const std::string key = SessionKey(c.s("election"), c.second);
  c.s.Call(Delete(key));
  c.s.Call(Put(key, "again"));
  c.waiting->Cancel();
  c.waiting->Take();
  // Somebody who comes and leaves later: by then the other has left too.
  const auto later = Begin(c.s, Campaign(c.s("election"), "", c.s.Grant()));
  AwaitKeys(c.s, 3);
  later->Cancel();
  AwaitKeys(c.s, 2);
  EXPECT_THAT(c.s.Call(Range(key))->kvs(), ElementsAre(Holds(key, "again")));
}

TEST(Campaign, IsWonEvenByOneWhoseKeyIsGone) {
  Contested c;
  c.s.Call(LeaseRevoke(c.second));
  AwaitKeys(c.s, 1);
  EXPECT_FALSE(c.waiting->DoneWithin(kAWhile));
  c.s.Call(Resign(c.leader));
  EXPECT_EQ(c.waiting->Take()->leader().rev(), c.before + 2);
  EXPECT_THAT(c.s.All().kvs(), IsEmpty());
}

TEST(Campaign, ThatIsNoMessageIsAnInternalError) {
  const Wire wire;
  for (const char* method : {"Campaign", "Proclaim", "Leader", "Resign"}) {
    SCOPED_TRACE(method);
    const auto reply =
        wire.CallRaw(std::string("/v3electionpb.Election/") + method, "\xff\xff\xff");
    EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
    EXPECT_THAT(reply.status.error_message(), StartsWith("grpc: error unmarshalling request: "));
  }
}

// Enough to be refused in the first transaction, which has it once.
TEST(Campaign, WithALargeValueIsTooLargeARequest) {
  Scratch s;
  EXPECT_THAT(s.Call(Campaign(s("election"), std::string(1600000, 'v'), s.Grant())),
              FailsWith(kNoCode, "etcdserver: request is too large"));
}

TEST(Campaign, WithATokenWhileAuthIsOffIsLikeAnyOtherCall) {
  Scratch s;
  const auto campaign =
      s.Call(Campaign(s("election"), "", s.Grant()), {.metadata = {{"token", "no token"}}});
  if (target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)})) {
    EXPECT_THAT(campaign, IsOk());
    return;
  }
  EXPECT_THAT(campaign, FailsWith(kNoCode, "etcdserver: invalid auth token"));
}

TEST(Proclaim, ChangesTheValueAndNothingElse) {
  Scratch s;
  const int64_t lease = s.Grant();
  const auto leader = s.Call(Campaign(s("election"), "one", lease))->leader();
  const auto proclaim = s.Call(Proclaim(leader, "two"));
  EXPECT_THAT(proclaim->header(), IsFullHeader());
  EXPECT_THAT(*proclaim, AtRevision(leader.rev() + 1));
  EXPECT_THAT(s.All().kvs(), ElementsAre(IsPair(Pair{.key = leader.key(),
                                                     .value = "two",
                                                     .create_revision = leader.rev(),
                                                     .mod_revision = leader.rev() + 1,
                                                     .version = 2,
                                                     .lease = lease})));
}

TEST(Proclaim, OfTheSameValueTakesARevisionToo) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(*s.Call(Proclaim(leader, "one")), AtRevision(leader.rev() + 1));
}

TEST(Proclaim, ByOneWhoResignedFails) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  s.Call(Resign(leader));
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Proclaim(leader, "two")), FailsWith(kNoCode, "election: not leader"));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Proclaim, OfAKeyCreatedAtAnotherRevisionFails) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(s.Call(Proclaim(WithRevision(leader, leader.rev() - 1), "two")),
              FailsWith(kNoCode, "election: not leader"));
}

TEST(Proclaim, WorksForOneWhoWaits) {
  Contested c;
  electionpb::LeaderKey candidate = WithLease(c.leader, c.second);
  candidate.set_key(SessionKey(c.s("election"), c.second));
  candidate.set_rev(c.before + 2);
  EXPECT_THAT(*c.s.Call(Proclaim(candidate, "me too")), AtRevision(c.before + 3));
}

TEST(Proclaim, LooksAtNoName) {
  Scratch s;
  auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  leader.set_name("another");
  EXPECT_THAT(s.Call(Proclaim(leader, "two")), IsOk());
}

TEST(Proclaim, MovesTheKeyToTheLeaseItNames) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  const int64_t other = s.Grant();
  EXPECT_THAT(s.Call(Proclaim(WithLease(leader, other), "two")), IsOk());
  EXPECT_EQ(s.All().kvs(0).lease(), other);
}

TEST(Proclaim, OfNoLeaseMovesTheKeyToANewOneOfAMinute) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(s.Call(Proclaim(WithLease(leader, 0), "two")), IsOk());
  const int64_t lease = s.All().kvs(0).lease();
  s.RevokeAtEnd(lease);
  EXPECT_NE(lease, leader.lease());
  EXPECT_EQ(s.Call(TimeToLive(lease))->grantedttl(), 60);
}

TEST(Proclaim, OfALeaseThatIsNotThereFails) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(s.Call(Proclaim(WithLease(leader, kNoSuchLease), "two")),
              FailsWith(kNoCode, "etcdserver: requested lease not found"));
  EXPECT_EQ(s.All().kvs(0).value(), "one");
}

TEST(Proclaim, OfAKeyThatIsNotThereAndOfNoRevisionPutsIt) {
  Scratch s;
  const int64_t lease = s.Grant();
  electionpb::LeaderKey nobody;
  nobody.set_key(s("anything"));
  nobody.set_lease(lease);
  EXPECT_THAT(s.Call(Proclaim(nobody, "two")), IsOk());
  EXPECT_THAT(s.All().kvs(), ElementsAre(Holds(s("anything"), "two")));
}

TEST(Proclaim, WithoutALeaderFails) {
  const Wire wire;
  EXPECT_THAT(wire.Call(electionpb::ProclaimRequest()), FailsWith(kNoCode, kNoLeaderField));
}

TEST(Proclaim, OfNoKeyFails) {
  Scratch s;
  EXPECT_THAT(s.Call(Proclaim(WithLease({}, s.Grant()), "two")),
              FailsWith(kNoCode, "etcdserver: key is not provided"));
}

TEST(Resign, DeletesTheKeyAndTellsTheRevisionOfThat) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  const auto resign = s.Call(Resign(leader));
  EXPECT_THAT(resign->header(), IsFullHeader());
  EXPECT_THAT(*resign, AtRevision(leader.rev() + 1));
  EXPECT_THAT(s.All().kvs(), IsEmpty());
}

TEST(Resign, AfterAProclamationWorks) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  s.Call(Proclaim(leader, "two"));
  s.Call(Resign(leader));
  EXPECT_THAT(s.All().kvs(), IsEmpty());
}

TEST(Resign, AgainIsNoError) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  const int64_t revision = s.Call(Resign(leader))->header().revision();
  EXPECT_THAT(*s.Call(Resign(leader)), AtRevision(revision));
}

TEST(Resign, OfAKeyCreatedAtAnotherRevisionLeavesIt) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(*s.Call(Resign(WithRevision(leader, leader.rev() + 1))), AtRevision(leader.rev()));
  EXPECT_EQ(s.All().count(), 1);
}

TEST(Resign, WorksForOneWhoWaits) {
  Contested c;
  electionpb::LeaderKey candidate = WithLease(c.leader, c.second);
  candidate.set_key(SessionKey(c.s("election"), c.second));
  candidate.set_rev(c.before + 2);
  EXPECT_THAT(c.s.Call(Resign(candidate)), IsOk());
  EXPECT_EQ(c.s.All().count(), 1);
}

TEST(Resign, OfALeaseThatIsNotThereWorks) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  EXPECT_THAT(s.Call(Resign(WithLease(leader, kNoSuchLease))), IsOk());
  EXPECT_THAT(s.All().kvs(), IsEmpty());
}

TEST(Resign, OfNoLeaseGrantsOne) {
  Scratch s;
  const auto leader = s.Call(Campaign(s("election"), "one", s.Grant()))->leader();
  const auto ids = [&s] {
    std::vector<int64_t> found;
    const auto leases = s.Call(pb::LeaseLeasesRequest());
    for (const pb::LeaseStatus& lease : leases->leases()) found.push_back(lease.id());
    return found;
  };
  const auto before = ids();
  s.Call(Resign(WithLease(leader, 0)));
  const auto after = ids();
  ASSERT_EQ(after.size(), before.size() + 1);
  for (const int64_t id : after) {
    if (std::find(before.begin(), before.end(), id) != before.end()) continue;
    s.RevokeAtEnd(id);
    EXPECT_EQ(s.Call(TimeToLive(id))->grantedttl(), 60);
  }
}

TEST(Resign, WithoutALeaderFails) {
  const Wire wire;
  EXPECT_THAT(wire.Call(electionpb::ResignRequest()), FailsWith(kNoCode, kNoLeaderField));
}

TEST(Resign, OfNoKeyFails) {
  Scratch s;
  EXPECT_THAT(s.Call(Resign(WithLease({}, s.Grant()))),
              FailsWith(kNoCode, "etcdserver: key is not provided"));
}

TEST(Leader, IsTheOldestKey) {
  Contested c;
  const auto leader = c.s.Call(Leader(c.s("election")));
  EXPECT_THAT(leader->kv(), IsPair(Pair{.key = c.leader.key(),
                                        .value = "first",
                                        .create_revision = c.before + 1,
                                        .mod_revision = c.before + 1,
                                        .version = 1,
                                        .lease = c.first}));
  EXPECT_THAT(leader->header(), IsFullHeader());
  EXPECT_THAT(*leader, AtRevision(c.before + 2));
}

TEST(Leader, IsTheNextWhenTheFirstResigns) {
  Contested c;
  c.s.Call(Resign(c.leader));
  EXPECT_EQ(c.s.Call(Leader(c.s("election")))->kv().value(), "second");
}

TEST(Leader, StaysTheSameWhenItProclaims) {
  Contested c;
  c.s.Call(Proclaim(c.leader, "still first"));
  EXPECT_EQ(c.s.Call(Leader(c.s("election")))->kv().value(), "still first");
}

TEST(Leader, IsNotThereWhereNobodyCampaigned) {
  Scratch s;
  s.Put("election", "");
  s.Put("elections/1", "");
  EXPECT_THAT(s.Call(Leader(s("election"))), FailsWith(kNoCode, "election: no leader"));
}

TEST(Leader, MayBeAnyKeyUnderTheName) {
  Scratch s;
  s.Put("election/by hand", "me");
  EXPECT_EQ(s.Call(Leader(s("election")))->kv().key(), s("election/by hand"));
}

TEST(Leader, OfKeysOfOneTransactionIsTheFirstInOrder) {
  Scratch s;
  s.Call(Txn({}, {Put(s("election/b"), ""), Put(s("election/a"), "")}));
  EXPECT_EQ(s.Call(Leader(s("election")))->kv().key(), s("election/a"));
}

}  // namespace
}  // namespace conformance
