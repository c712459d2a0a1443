// What happens when leases run out. All of them run out together, once, for all cases: waiting is
// what takes the time.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/keepalive_stream.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"

namespace conformance {
namespace {

using std::chrono::steady_clock;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::SizeIs;

constexpr int64_t kTtl = 2;

// Leases that ran out while one that was kept alive did not, and what was seen of it.
struct Outcome {
  Outcome();

  // Those with keys make events. The one without makes none: it is asked after until it is gone.
  void WaitUntilAllRanOutButOne();
  bool HasRunOut(const std::string& name) { return s.Call(TimeToLive(leases[name]))->ttl() == -1; }
  // The response that tells of the key.
  pb::WatchResponse ResponseOf(const std::string& name) const;

  Scratch s;
  std::map<std::string, int64_t> leases;
  int64_t long_lease = 0;
  int64_t before = 0;
  int64_t after = 0;
  steady_clock::time_point granted_at;
  steady_clock::time_point first_event_at;
  std::vector<pb::WatchResponse> responses;
  std::vector<int64_t> kept_ttls;
};

// In few steps, so that a slow disk does not make the leases run out meanwhile.
Outcome::Outcome() : long_lease(s.Grant(600)), granted_at(steady_clock::now()) {
  const std::vector<const char*> names = {"two keys", "one key", "moved", "no keys", "kept"};
  const auto grants = CallAll(s, std::vector(names.size(), LeaseGrant(kTtl)));
  for (size_t i = 0; i < names.size(); ++i) leases[names[i]] = grants[i]->id();
  s.RevokeAtEnd(leases["kept"]);
  const auto put = [this](const char* name, int64_t lease) {
    return Op(Put(s(name), std::to_string(lease), {.lease = lease}));
  };
  const auto first = Txn({}, {put("b", leases["two keys"]), put("a", leases["two keys"]),
                              put("c", leases["one key"]), put("moved away", leases["moved"]),
                              put("let go", leases["moved"]), put("kept", leases["kept"])});
  const auto then = Txn({}, {put("moved away", long_lease), put("let go", 0)});
  for (const auto& txn : {first, then}) EXPECT_THAT(s.Call(txn), IsOk());
  before = s.Revision();
  WaitUntilAllRanOutButOne();
  after = s.Revision();
}

void Outcome::WaitUntilAllRanOutButOne() {
  WatchStream stream(s);
  stream.Create(WatchCreate(s.prefix(),
                            {.range_end = s.end(), .start_revision = before + 1, .prev_kv = true}));
  KeepAliveStream keepalive(s);
  size_t events = 0;
  const auto deadline = steady_clock::now() + std::chrono::seconds(20);
  while (events < 3 || !HasRunOut("no keys") || !HasRunOut("moved")) {
    if (steady_clock::now() > deadline) throw std::runtime_error("leases do not run out");
    kept_ttls.push_back(keepalive.KeepAlive(leases["kept"]).ttl());
    const auto response = stream.TryNext(std::chrono::milliseconds(50));
    if (!response) continue;
    if (responses.empty()) first_event_at = steady_clock::now();
    responses.push_back(*response);
    events += response->events_size();
  }
}

pb::WatchResponse Outcome::ResponseOf(const std::string& name) const {
  for (const pb::WatchResponse& response : responses) {
    for (const mvccpb::Event& event : response.events()) {
      if (event.kv().key() == s(name)) return response;
    }
  }
  ADD_FAILURE() << "no event of " << name;
  return {};
}

class LeaseExpiry : public testing::Test {
 protected:
  static void SetUpTestSuite() { outcome = std::make_unique<Outcome>(); }
  static void TearDownTestSuite() { outcome.reset(); }
  void SetUp() override { ASSERT_NE(outcome, nullptr) << "the leases could not be set up"; }

  static const Scratch& s() { return outcome->s; }

  static inline std::unique_ptr<Outcome> outcome;
};

TEST_F(LeaseExpiry, DeletesTheKeysOfTheLease) {
  EXPECT_THAT(s().Names(s().All()), ElementsAre("kept", "let go", "moved away"));
}

TEST_F(LeaseExpiry, DoesNotComeBeforeTheTtlIsOver) {
  EXPECT_THAT(outcome->first_event_at - outcome->granted_at, Ge(std::chrono::seconds(kTtl)));
}

TEST_F(LeaseExpiry, TakesOneRevisionForEachLeaseWithKeys) {
  EXPECT_EQ(outcome->after, outcome->before + 2);
  EXPECT_NE(outcome->ResponseOf("a").events(0).kv().mod_revision(),
            outcome->ResponseOf("c").events(0).kv().mod_revision());
}

TEST_F(LeaseExpiry, IsToldInOneResponseWithTheKeysInOrder) {
  const auto response = outcome->ResponseOf("a");
  const int64_t revision = response.header().revision();
  EXPECT_THAT(response.events(),
              ElementsAre(IsDeleteOf(s()("a"), revision), IsDeleteOf(s()("b"), revision)));
  EXPECT_THAT(response, CarriesOnlyEvents());
}

TEST_F(LeaseExpiry, IsToldWithThePairThatEnded) {
  const auto prev = outcome->ResponseOf("c").events(0).prev_kv();
  const int64_t lease = outcome->leases["one key"];
  EXPECT_THAT(prev, Holds(s()("c"), std::to_string(lease)));
  EXPECT_EQ(prev.lease(), lease);
}

TEST_F(LeaseExpiry, LeavesKeysThatMovedToAnotherLease) {
  ASSERT_THAT(s().Get("moved away").kvs(), SizeIs(1));
  EXPECT_EQ(s().Get("moved away").kvs(0).lease(), outcome->long_lease);
}

TEST_F(LeaseExpiry, LeavesKeysThatWereTakenFromTheLease) {
  ASSERT_THAT(s().Get("let go").kvs(), SizeIs(1));
  EXPECT_EQ(s().Get("let go").kvs(0).lease(), 0);
}

TEST_F(LeaseExpiry, DoesNotComeToALeaseThatIsKeptAlive) {
  EXPECT_THAT(outcome->kept_ttls, Each(kTtl));
  EXPECT_THAT(s().Get("kept").kvs(), SizeIs(1));
}

TEST_F(LeaseExpiry, EndsTheLeaseForEveryCall) {
  const int64_t lease = outcome->leases["two keys"];
  EXPECT_EQ(s().Call(TimeToLive(lease))->grantedttl(), 0);
  EXPECT_THAT(s().Call(LeaseRevoke(lease)), FailsWith(kLeaseNotFound));
  EXPECT_THAT(s().Call(Put(s()("x"), "1", {.lease = lease})), FailsWith(kLeaseNotFound));
  KeepAliveStream keepalive(s());
  EXPECT_EQ(keepalive.KeepAlive(lease).ttl(), 0);
}

TEST_F(LeaseExpiry, TakesTheLeaseFromTheList) {
  const auto leases = s().Call(pb::LeaseLeasesRequest());
  for (const pb::LeaseStatus& lease : leases->leases()) {
    for (const char* name : {"two keys", "one key", "moved", "no keys"}) {
      EXPECT_NE(lease.id(), outcome->leases[name]) << name;
    }
  }
}

TEST_F(LeaseExpiry, LeavesTheHistoryWithTheLeaseInIt) {
  const auto then = s().Get("c", {.revision = outcome->before});
  ASSERT_THAT(then.kvs(), SizeIs(1));
  EXPECT_EQ(then.kvs(0).lease(), outcome->leases["one key"]);
}

TEST_F(LeaseExpiry, FreesTheId) {
  EXPECT_THAT(s().Call(LeaseGrant(600, outcome->leases["no keys"])), IsOk());
  EXPECT_THAT(s().Call(LeaseRevoke(outcome->leases["no keys"])), IsOk());
}

}  // namespace
}  // namespace conformance
