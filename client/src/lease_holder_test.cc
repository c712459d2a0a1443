#include "etcdpp/lease_holder.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::NiceMock;
using testing::Return;

/// A connection whose leases are 1, 2 and so on, and are lost when the test says so.
class LeaseHolderTest : public testing::Test {
 protected:
  LeaseHolderTest() {
    ON_CALL(*connection_, LeaseGrant).WillByDefault([this](const LeaseGrantParams& params) {
      return LeaseGrantResponse{{}, ++grants_, params.request.ttl};
    });
    ON_CALL(*connection_, LeaseRevoke).WillByDefault([this](const LeaseRevokeParams& params) {
      revoked_.push_back(params.request.id);
      return LeaseRevokeResponse();
    });
    ON_CALL(*connection_, KeepAlive).WillByDefault([this](const KeepAliveParams& params) {
      auto renewal = std::make_unique<NiceMock<mocks::MockLeaseRenewal>>();
      ON_CALL(*renewal, id).WillByDefault(Return(params.request.id));
      ON_CALL(*renewal, SafeUntil).WillByDefault([this] { return safe_until_; });
      ON_CALL(*renewal, OnLost).WillByDefault([this](auto lost) { lost_ = std::move(lost); });
      ON_CALL(*renewal, Stop).WillByDefault([this] { Lose(LeaseLoss::kStopped); });
      return renewal;
    });
  }

  void Lose(LeaseLoss loss) {
    if (const auto lost = std::exchange(lost_, nullptr)) lost(loss);
  }

  LeaseHolder::Granted Remember() {
    return [this](LeaseId lease) { granted_.push_back(lease); };
  }

  const std::shared_ptr<NiceMock<mocks::MockConnection>> connection_ =
      std::make_shared<NiceMock<mocks::MockConnection>>();
  Client client_{connection_};
  LeaseId grants_ = 0;
  std::vector<LeaseId> granted_;
  std::vector<LeaseId> revoked_;
  std::vector<LeaseLoss> losses_;
  std::function<void(LeaseLoss)> lost_;
  std::chrono::steady_clock::time_point safe_until_ = std::chrono::steady_clock::time_point::max();
};

TEST_F(LeaseHolderTest, HasAnotherLeaseWhenOneIsLost) {
  LeaseHolder holder(client_, Remember(), {}, [this](LeaseLoss why) { losses_.push_back(why); });
  EXPECT_EQ(holder.lease(), 1);
  EXPECT_EQ(holder.state(), LeaseState::kActive);

  Lose(LeaseLoss::kExpired);
  Lose(LeaseLoss::kNotFound);

  EXPECT_EQ(holder.lease(), 3);
  EXPECT_THAT(granted_, ElementsAre(1, 2, 3));
  EXPECT_THAT(losses_, ElementsAre(LeaseLoss::kExpired, LeaseLoss::kNotFound));
  EXPECT_THAT(revoked_, IsEmpty());
}

TEST_F(LeaseHolderTest, AsksUntilALeaseIsGranted) {
  EXPECT_CALL(*connection_, LeaseGrant)
      .WillOnce(Return(Status(Code::kUnavailable, "nobody there")))
      .WillOnce(Return(Status(Code::kDeadlineExceeded, "too late")))
      .WillOnce(Return(LeaseGrantResponse{{}, 7, std::chrono::seconds(60)}));
  LeaseHolder holder(client_, Remember());
  EXPECT_THAT(granted_, ElementsAre(7));
}

TEST_F(LeaseHolderTest, SaysSoWhereItIsRefused) {
  EXPECT_CALL(*connection_, LeaseGrant)
      .WillOnce(Return(Status(Code::kPermissionDenied, "etcdserver: permission denied")));
  LeaseHolder holder(client_, Remember());
  EXPECT_EQ(holder.state(), LeaseState::kClosed);
  EXPECT_EQ(holder.status().reason(), Reason::kPermissionDenied);
  EXPECT_EQ(holder.lease(), 0);
  EXPECT_THAT(granted_, IsEmpty());
}

TEST_F(LeaseHolderTest, IsUncertainWhileNoRenewalGetsThrough) {
  LeaseHolder holder(client_, Remember());
  safe_until_ = {};
  EXPECT_EQ(holder.state(), LeaseState::kUncertain);
}

TEST_F(LeaseHolderTest, DestroyedItRevokesItsLeaseAndTellsNothing) {
  {
    LeaseHolder holder(client_, Remember(), {}, [this](LeaseLoss why) { losses_.push_back(why); });
  }
  EXPECT_THAT(revoked_, ElementsAre(1));
  EXPECT_THAT(granted_, ElementsAre(1));
  EXPECT_THAT(losses_, IsEmpty());
}

TEST_F(LeaseHolderTest, MayBeDestroyedInItsHook) {
  std::optional<LeaseHolder> holder;
  std::function<void()> waiting;
  EXPECT_CALL(*connection_, RunAfter).WillOnce([&waiting](auto, auto task) {
    waiting = std::move(task);
  });
  holder.emplace(client_, [&holder](LeaseId) { holder.reset(); });
  std::exchange(waiting, nullptr)();
  EXPECT_FALSE(holder.has_value());
  EXPECT_THAT(revoked_, ElementsAre(1));
}

}  // namespace
}  // namespace etcdpp
