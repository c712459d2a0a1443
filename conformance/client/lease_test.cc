// Leases through the client: granting, looking, ending, and keeping alive.
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"
#include "etcdpp/callback_watch.h"
#include "etcdpp/lease_holder.h"

namespace conformance {
namespace {

using etcdpp::Client;
using etcdpp::Code;
using etcdpp::LeaseKeeper;
using etcdpp::LeaseLoss;
using etcdpp::Watch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// The shortest that etcd grants by default.
constexpr seconds kShort{2};

TEST(ClientLease, IsGrantedWithAnIdAndATtl) {
  Corner c;
  const auto lease = c.Grant(seconds(100));
  EXPECT_NE(lease.id, 0);
  EXPECT_EQ(lease.ttl, seconds(100));
}

TEST(ClientLease, MayHaveAnIdOfOnesOwn) {
  Corner c;
  const auto other = c.Grant();
  const auto lease = Must(c.client().GrantLease(seconds(100), other.id + 1000003));
  EXPECT_EQ(lease.id, other.id + 1000003);
  EXPECT_TRUE(c.client().RevokeLease(lease.id).ok());
}

TEST(ClientLease, TellsItsTimeAndItsKeys) {
  Corner c;
  const auto lease = c.Grant(seconds(100));
  c.Put("a", "", {.lease = lease.id});
  c.Put("b", "", {.lease = lease.id});
  const auto with_keys = Must(c.client().TimeToLive(lease.id, true));
  EXPECT_TRUE(with_keys.found());
  EXPECT_EQ(with_keys.granted_ttl, seconds(100));
  EXPECT_LE(with_keys.ttl, seconds(100));
  EXPECT_GT(with_keys.ttl, seconds(80));
  EXPECT_THAT(with_keys.keys, UnorderedElementsAre(c("a"), c("b")));
  EXPECT_THAT(Must(c.client().TimeToLive(lease.id)).keys, IsEmpty());
}

TEST(ClientLease, ThatIsNoMoreIsNotFound) {
  Corner c;
  const auto lease = c.Grant();
  EXPECT_TRUE(c.client().RevokeLease(lease.id).ok());
  const auto answer = Must(c.client().TimeToLive(lease.id));
  EXPECT_FALSE(answer.found());
  EXPECT_EQ(answer.id, lease.id);
}

TEST(ClientLease, IsListed) {
  Corner c;
  const auto lease = c.Grant();
  EXPECT_THAT(Must(c.client().Leases()).leases, Contains(lease.id));
}

TEST(ClientLease, TakesItsKeysWithIt) {
  Corner c;
  const auto lease = c.Grant();
  c.Put("a", "", {.lease = lease.id});
  c.Put("b", "");
  EXPECT_TRUE(c.client().RevokeLease(lease.id).ok());
  EXPECT_THAT(c.Names(Must(c.client().Range(c.All()))), ElementsAre("b"));
}

TEST(ClientLease, IsRenewedToItsWholeTtl) {
  Corner c;
  const auto lease = c.Grant(seconds(100));
  const auto renewed = Must(c.client().KeepAliveOnce(lease.id));
  EXPECT_EQ(renewed.id, lease.id);
  EXPECT_EQ(renewed.ttl, seconds(100));
}

TEST(ClientLease, LivesAsLongAsItsKeeperAndNotMuchLonger) {
  Corner c;
  const auto lease = c.Grant(kShort);
  c.Put("a", "", {.lease = lease.id});
  Watch watch = c.client().Watch(c("a"));
  LeaseKeeper keeper = c.client().KeepAlive(lease);

  EXPECT_EQ(watch.NextFor(2 * kShort).status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(keeper.loss(), LeaseLoss::kNone);
  EXPECT_GT(keeper.SafeUntil(), steady_clock::now());
  keeper.Stop();

  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a"));
}

TEST(ClientLease, KeptByIdAloneLearnsItsTtl) {
  Corner c;
  const auto lease = c.Grant(seconds(100));
  const LeaseKeeper keeper = c.client().KeepAlive(lease.id);
  const auto give_up = steady_clock::now() + Corner::kPatience;
  const auto first = steady_clock::now();
  while (keeper.SafeUntil() <= first && steady_clock::now() < give_up) {
    EXPECT_TRUE(c.client().TimeToLive(lease.id).ok());
  }
  EXPECT_GT(keeper.SafeUntil(), first + seconds(90));
  EXPECT_LE(keeper.SafeUntil(), steady_clock::now() + seconds(100));
}

TEST(ClientLease, RevokedByItsKeepersClientIsLostAtOnce) {
  Corner c;
  const auto lease = c.Grant();
  LeaseKeeper keeper = c.client().KeepAlive(lease);
  EXPECT_TRUE(c.client().RevokeLease(lease.id).ok());
  EXPECT_EQ(keeper.loss(), LeaseLoss::kRevoked);
}

TEST(ClientLease, RevokedByAnotherIsLostWithTheNextRenewal) {
  Corner c;
  Client other(target().endpoint);
  const auto lease = c.Grant(kShort);
  LeaseKeeper keeper = c.client().KeepAlive(lease);
  EXPECT_TRUE(other.RevokeLease(lease.id).ok());
  EXPECT_EQ(keeper.WaitLostFor(Corner::kPatience), LeaseLoss::kNotFound);
}

TEST(ClientLease, ThatNeverWasIsLostWithTheFirstRenewal) {
  Corner c;
  LeaseKeeper keeper = c.client().KeepAlive(0x6e6f7375636866);
  EXPECT_EQ(keeper.WaitLostFor(Corner::kPatience), LeaseLoss::kNotFound);
}

TEST(ClientLease, SurvivesALostConnection) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  const auto lease = c.Grant(seconds(3));
  c.Put("a", "", {.lease = lease.id});
  Watch watch = c.client().Watch(c("a"));
  LeaseKeeper keeper = client.KeepAlive(lease);
  proxy.Cut();
  proxy.Restore();
  EXPECT_EQ(watch.NextFor(seconds(5)).status().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(keeper.loss(), LeaseLoss::kNone);
}

TEST(ClientLease, OutOfReachIsLostBeforeTheServerLetsItGo) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  const auto lease = c.Grant(kShort);
  c.Put("a", "", {.lease = lease.id});
  std::promise<steady_clock::time_point> deleted;
  const etcdpp::CallbackWatch watch(c.client(), c("a"), [&deleted](const auto& response) {
    if (response.ok()) deleted.set_value(steady_clock::now());
  });
  LeaseKeeper keeper = client.KeepAlive(lease);
  const auto first = keeper.SafeUntil();
  const auto give_up = steady_clock::now() + Corner::kPatience;
  while (keeper.SafeUntil() == first && steady_clock::now() < give_up) {
    EXPECT_TRUE(c.client().TimeToLive(lease.id).ok());
  }
  proxy.Cut();
  const auto certain_until = keeper.SafeUntil();

  EXPECT_EQ(keeper.WaitLostFor(Corner::kPatience), LeaseLoss::kExpired);

  EXPECT_FALSE(keeper.last_error().ok());
  auto told = deleted.get_future();
  ASSERT_EQ(told.wait_for(Corner::kPatience), std::future_status::ready);
  EXPECT_GE(told.get(), certain_until);
}

TEST(ClientLeaseHolder, PutsItsKeyBackWhenItsLeaseIsRevoked) {
  Corner c;
  etcdpp::Watch watch = c.client().Watch(c.All());
  {
    etcdpp::LeaseHolder holder(
        c.client(), [&c](etcdpp::LeaseId lease) { c.Put("worker", "here", {.lease = lease}); });
    EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), testing::ElementsAre("worker=here"));
    ASSERT_TRUE(c.client().RevokeLease(holder.lease()).ok());
    EXPECT_THAT(c.Describe(Corner::Take(watch, 2)), testing::ElementsAre("worker", "worker=here"));
    EXPECT_EQ(holder.state(), etcdpp::LeaseState::kActive);
  }
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), testing::ElementsAre("worker"));
}

}  // namespace
}  // namespace conformance
