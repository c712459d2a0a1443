// What happens when leases run out. All of them run out together, once, for all cases: waiting is
// what takes the time.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

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
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kTtl = 2;

// Leases that ran out while one that was kept alive did not.
class LeaseExpiry : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    Scratch& s = *scratch_;
    granted_at_ = steady_clock::now();
    for (const char* name : {"two keys", "one key", "moved", "no keys", "kept"}) {
      leases_[name] = s.Grant(kTtl);
    }
    long_lease_ = s.Grant(600);
    s.Put("b", "1", {.lease = leases_["two keys"]});
    s.Put("a", "1", {.lease = leases_["two keys"]});
    s.Put("c", "1", {.lease = leases_["one key"]});
    s.Put("moved away", "1", {.lease = leases_["moved"]});
    s.Put("moved away", "2", {.lease = long_lease_});
    s.Put("let go", "1", {.lease = leases_["moved"]});
    s.Put("let go", "2");
    s.Put("kept", "1", {.lease = leases_["kept"]});
    before_ = s.Revision();
    WaitUntilAllRanOutButOne();
  }

  static void TearDownTestSuite() { scratch_.reset(); }

  // Those with keys make events. The one without makes none: it is asked after until it is gone.
  static void WaitUntilAllRanOutButOne() {
    const Scratch& s = *scratch_;
    WatchStream stream(s);
    const auto create = WatchCreate(
        s.prefix(), {.range_end = s.end(), .start_revision = before_ + 1, .prev_kv = true});
    stream.Create(create);
    KeepAliveStream keepalive(s);
    size_t events = 0;
    const auto deadline = steady_clock::now() + std::chrono::seconds(20);
    while (events < 3 || !HasRunOut("no keys") || !HasRunOut("moved")) {
      if (steady_clock::now() > deadline) throw std::runtime_error("leases do not run out");
      kept_ttls_.push_back(keepalive.KeepAlive(leases_["kept"]).ttl());
      const auto response = stream.TryNext(std::chrono::milliseconds(50));
      if (!response) continue;
      if (responses_.empty()) first_event_at_ = steady_clock::now();
      responses_.push_back(*response);
      events += response->events_size();
    }
    after_ = s.Revision();
  }

  static bool HasRunOut(const std::string& name) {
    return scratch_->Call(TimeToLive(leases_[name]))->ttl() == -1;
  }

  const Scratch& s() const { return *scratch_; }

  // The response that tells of the key.
  static pb::WatchResponse ResponseOf(const std::string& name) {
    for (const pb::WatchResponse& response : responses_) {
      for (const mvccpb::Event& event : response.events()) {
        if (event.kv().key() == (*scratch_)(name)) return response;
      }
    }
    ADD_FAILURE() << "no event of " << name;
    return {};
  }

  static inline std::unique_ptr<Scratch> scratch_;
  static inline std::map<std::string, int64_t> leases_;
  static inline int64_t long_lease_ = 0;
  static inline int64_t before_ = 0;
  static inline int64_t after_ = 0;
  static inline steady_clock::time_point granted_at_;
  static inline steady_clock::time_point first_event_at_;
  static inline std::vector<pb::WatchResponse> responses_;
  static inline std::vector<int64_t> kept_ttls_;
};

TEST_F(LeaseExpiry, DeletesTheKeysOfTheLease) {
  EXPECT_THAT(s().Names(s().All()), ElementsAre("kept", "let go", "moved away"));
}

TEST_F(LeaseExpiry, DoesNotComeBeforeTheTtlIsOver) {
  EXPECT_THAT(first_event_at_ - granted_at_, Ge(std::chrono::seconds(kTtl)));
}

TEST_F(LeaseExpiry, TakesOneRevisionForEachLeaseWithKeys) {
  EXPECT_EQ(after_, before_ + 2);
  EXPECT_NE(ResponseOf("a").events(0).kv().mod_revision(),
            ResponseOf("c").events(0).kv().mod_revision());
}

TEST_F(LeaseExpiry, IsToldInOneResponseWithTheKeysInOrder) {
  const auto response = ResponseOf("a");
  const int64_t revision = response.header().revision();
  EXPECT_THAT(response.events(),
              ElementsAre(IsDeleteOf(s()("a"), revision), IsDeleteOf(s()("b"), revision)));
  EXPECT_THAT(response, CarriesOnlyEvents());
}

TEST_F(LeaseExpiry, IsToldWithThePairThatEnded) {
  const auto prev = ResponseOf("c").events(0).prev_kv();
  EXPECT_THAT(prev, Holds(s()("c"), "1"));
  EXPECT_EQ(prev.lease(), leases_["one key"]);
}

TEST_F(LeaseExpiry, LeavesKeysThatMovedToAnotherLease) {
  EXPECT_THAT(s().Get("moved away").kvs(), ElementsAre(Holds(s()("moved away"), "2")));
}

TEST_F(LeaseExpiry, LeavesKeysThatWereTakenFromTheLease) {
  EXPECT_THAT(s().Get("let go").kvs(), ElementsAre(Holds(s()("let go"), "2")));
}

TEST_F(LeaseExpiry, DoesNotComeToALeaseThatIsKeptAlive) {
  EXPECT_THAT(kept_ttls_, Each(kTtl));
  EXPECT_THAT(s().Get("kept").kvs(), SizeIs(1));
}

TEST_F(LeaseExpiry, EndsTheLeaseForEveryCall) {
  const int64_t lease = leases_["two keys"];
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
      EXPECT_NE(lease.id(), leases_[name]) << name;
    }
  }
}

TEST_F(LeaseExpiry, LeavesTheHistoryWithTheLeaseInIt) {
  const auto then = s().Get("c", {.revision = before_});
  ASSERT_THAT(then.kvs(), SizeIs(1));
  EXPECT_EQ(then.kvs(0).lease(), leases_["one key"]);
}

TEST_F(LeaseExpiry, FreesTheId) {
  EXPECT_THAT(s().Call(LeaseGrant(600, leases_["no keys"])), IsOk());
  EXPECT_THAT(s().Call(LeaseRevoke(leases_["no keys"])), IsOk());
}

}  // namespace
}  // namespace conformance
