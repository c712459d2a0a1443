// Clients that look at etcd in another way: At, Do, Kubernetes, AsyncAuth and its like.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/async_client.h"
#include "etcdpp/kubernetes.h"
#include "etcdpp/mocks/mock_connection.h"
#include "etcdpp/mocks/mock_services.h"

namespace etcdpp {
namespace {

using mocks::MockConnection;
using testing::ElementsAre;
using testing::Field;
using testing::NiceMock;
using testing::Return;

class ViewsTest : public testing::Test {
 protected:
  const std::shared_ptr<NiceMock<MockConnection>> connection_ =
      std::make_shared<NiceMock<MockConnection>>();
  Client client_{connection_};
};

TEST_F(ViewsTest, AtReadsAsOfARevisionUnlessToldOtherwise) {
  const auto asks = [](int64_t revision) {
    return Field(&RangeParams::request, RangeRequest{"k", {.revision = revision}});
  };
  EXPECT_CALL(*connection_, Range(asks(5))).WillOnce(Return(RangeResponse()));
  EXPECT_CALL(*connection_, Range(asks(3))).WillOnce(Return(RangeResponse()));
  Client past = client_.At(5);

  EXPECT_TRUE(past.Get("k").ok());
  EXPECT_TRUE(past.Get("k", {.revision = 3}).ok());
}

TEST_F(ViewsTest, AtReadsInTransactionsToo) {
  TxnRequest nested;
  nested.Then(op::Get("b"));
  TxnRequest pinned_nested;
  pinned_nested.Then(op::Get("b", {.revision = 5}));
  TxnRequest expected;
  expected.Then(op::Get("a", {.revision = 5}), op::Txn(pinned_nested));
  EXPECT_CALL(*connection_, Txn(Field(&TxnParams::request, expected)))
      .WillOnce(Return(TxnResponse()));

  EXPECT_TRUE(client_.At(5).Txn().Then(op::Get("a"), op::Txn(nested)).Commit().ok());
}

TEST_F(ViewsTest, AtRefusesOnTheThreadForCallbacks) {
  std::function<void()> task;
  EXPECT_CALL(*connection_, RunAfter).WillOnce([&task](auto, std::function<void()> told) {
    task = std::move(told);
  });
  auto put = AsyncClient(client_.At(5)).Put("k", "v");
  EXPECT_FALSE(put.ready());

  task();

  ASSERT_TRUE(put.ready());
  EXPECT_EQ(std::move(put).Get().status().code(), Code::kFailedPrecondition);
}

TEST_F(ViewsTest, AtWritesNothing) {
  EXPECT_CALL(*connection_, Put).Times(0);
  EXPECT_CALL(*connection_, Delete).Times(0);
  EXPECT_CALL(*connection_, Txn).Times(0);
  Client past = client_.At(5);

  EXPECT_EQ(past.Put("k", "v").status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(past.Delete("k").status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(past.Txn().Then(op::Put("k", "v")).Commit().status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(past.Txn().If(cmp::Exists("k")).Commit().status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(AsyncClient(past).Put("k", "v").Get().status().code(), Code::kFailedPrecondition);
}

TEST_F(ViewsTest, AtWatchesWhatCameAfter) {
  EXPECT_CALL(*connection_,
              Watch(Field(&WatchParams::request, WatchRequest{"k", {.start_revision = 6}})))
      .WillOnce([](const auto&) { return std::make_unique<NiceMock<mocks::MockWatchStream>>(); });
  (void)client_.At(5).Watch("k");
}

TEST_F(ViewsTest, DoMakesTheCallOfItsOperation) {
  EXPECT_CALL(*connection_, Put).WillRepeatedly(Return(PutResponse{{.revision = 2}, {}}));
  EXPECT_CALL(*connection_, Delete)
      .WillRepeatedly(Return(Status(Code::kUnavailable, "nobody there")));

  EXPECT_EQ(client_.Do(op::Put("k", "v"))->put()->header.revision, 2);
  EXPECT_EQ(client_.Do(op::Delete("k")).status().code(), Code::kUnavailable);
  AsyncClient async(client_);
  EXPECT_EQ(async.Do(op::Put("k", "v")).Get()->put()->header.revision, 2);
  EXPECT_EQ(async.Do(op::Delete("k")).Get().status().code(), Code::kUnavailable);
}

TEST_F(ViewsTest, AWatchIsARangeThatEndsWithWhyItEnds) {
  EXPECT_CALL(*connection_, Watch).WillOnce([](const auto&) {
    auto stream = std::make_unique<NiceMock<mocks::MockWatchStream>>();
    EXPECT_CALL(*stream, Next)
        .WillOnce(Return(WatchResponse{{.revision = 2}, {}}))
        .WillOnce(Return(WatchResponse{{.revision = 3}, {}}))
        .WillOnce(Return(Status(Code::kCancelled, "over")));
    return stream;
  });
  std::vector<std::string> seen;
  Watch watch = client_.Watch("k");
  for (const Result<WatchResponse>& response : watch) {
    seen.push_back(response.ok() ? std::to_string(response->header.revision)
                                 : response.status().message());
  }
  EXPECT_THAT(seen, ElementsAre("2", "3", "over"));
}

TEST_F(ViewsTest, KubernetesWritesOnTheRevisionItKnows) {
  TxnRequest expected;
  expected.If(cmp::ModRevision("k") == 4).Then(op::Put("k", "v", {.lease = 9})).Else(op::Get("k"));
  RangeResponse found;
  found.kvs.push_back({.key = "k", .mod_revision = 6});
  EXPECT_CALL(*connection_, Txn(Field(&TxnParams::request, expected)))
      .WillOnce(Return(TxnResponse{{.revision = 7}, false, {{found}}}));

  const auto put =
      Kubernetes(client_).OptimisticPut("k", "v", 4, {.get_on_failure = true, .lease = 9});

  ASSERT_TRUE(put.ok());
  EXPECT_FALSE(put->succeeded);
  EXPECT_EQ(put->kv->mod_revision, 6);
  EXPECT_EQ(put->revision, 7);
}

TEST_F(ViewsTest, AsyncAdminMakesTheCallsOfItsNames) {
  EXPECT_CALL(connection_->auth_service, RoleGrantPermission)
      .WillOnce([](const RoleGrantPermissionParams& params) -> Result<AuthResponse> {
        EXPECT_EQ(params.request.role, "r");
        EXPECT_EQ(params.request.permission.range, KeyRange::Prefix("p"));
        return AuthResponse{{.revision = 3}};
      });
  EXPECT_CALL(connection_->cluster_service, MemberAdd)
      .WillOnce([](const MemberAddParams& params) -> Result<MemberAddResponse> {
        EXPECT_TRUE(params.request.is_learner);
        return MemberAddResponse();
      });
  EXPECT_CALL(connection_->maintenance_service, GetStatus)
      .WillOnce(Return(Status(Code::kUnavailable, "nobody there")));
  AsyncClient async(client_);

  const auto granted =
      async.auth().GrantPermission("r", PermissionType::kRead, KeyRange::Prefix("p")).Get();
  EXPECT_EQ(granted->header.revision, 3);
  EXPECT_TRUE(async.cluster().AddLearner({"http://a:1"}).Get().ok());
  EXPECT_EQ(async.maintenance().GetStatus().Get().status().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace etcdpp
