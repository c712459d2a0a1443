// A server that asks an oracle, which is another fake: alike, or of another release.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp_proto/lock.grpc.pb.h"
#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::SizeIs;

class OracleTest : public testing::Test {
 protected:
  explicit OracleTest(const std::string& emulate = "", const std::string& oracle = "3.5")
      : oracle_(Server::Start({.emulate = oracle})),
        server_(Server::Start({.clock = Server::ClockKind::kManual,
                               .emulate = emulate,
                               .oracle = oracle_->endpoint(),
                               .on_difference =
                                   [this](const Server::Difference& difference) {
                                     const std::lock_guard lock(mu_);
                                     differences_.push_back(difference);
                                   }})),
        client_(server_->endpoint()),
        at_oracle_(oracle_->endpoint()) {}

  std::vector<Server::Difference> Differences() {
    const std::lock_guard lock(mu_);
    return differences_;
  }

  void ExpectNone() {
    for (const auto& difference : Differences()) {
      ADD_FAILURE() << difference.method << " { " << difference.request
                    << " }\n  fake:   " << difference.answer
                    << "\n  oracle: " << difference.oracle_answer;
    }
  }

  std::mutex mu_;
  std::vector<Server::Difference> differences_;
  std::unique_ptr<Server> oracle_;
  std::unique_ptr<Server> server_;
  TestClient client_;
  TestClient at_oracle_;
};

TEST_F(OracleTest, IsOfItsOraclesReleaseUnlessTold) {
  pb::StatusResponse status;
  ASSERT_TRUE(client_.GetStatus(&status).ok());
  EXPECT_THAT(status.version(), HasSubstr("3.5."));
}

TEST_F(OracleTest, DoesAtItsOracleWhatIsDoneHere) {
  EXPECT_TRUE(client_.Put("a", "1").ok());
  EXPECT_EQ(at_oracle_.Get("a"), "1");
  EXPECT_EQ(client_.SendRaw("/etcdserverpb.KV/Put", "no message").error_code(), grpc::INTERNAL);
  ExpectNone();
  EXPECT_EQ(server_->oracle_count().compared, 2);
}

TEST_F(OracleTest, TellsOfADifference) {
  EXPECT_TRUE(at_oracle_.Put("a", "behind its back").ok());
  EXPECT_EQ(client_.Get("a"), std::nullopt);

  const auto differences = Differences();
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].method, "/etcdserverpb.KV/Range");
  EXPECT_EQ(differences[0].request, "key: \"a\"");
  EXPECT_EQ(differences[0].answer, "header { revision: 1 }");
  EXPECT_THAT(differences[0].oracle_answer, HasSubstr("behind its back"));
  EXPECT_EQ(server_->oracle_count().differences, 1);
}

TEST_F(OracleTest, EndsLeasesThereWhenTheyEndHere) {
  pb::LeaseGrantRequest grant;
  grant.set_ttl(20);
  pb::LeaseGrantResponse granted;
  grpc::ClientContext context;
  ASSERT_TRUE(client_.lease->LeaseGrant(&context, grant, &granted).ok());
  EXPECT_TRUE(client_.Put("a", "1", granted.id()).ok());
  EXPECT_EQ(at_oracle_.TimeToLive(granted.id()).grantedttl(), 20 + 3600);
  EXPECT_EQ(client_.TimeToLive(granted.id()).grantedttl(), 20);

  server_->AdvanceTime(seconds(30));

  EXPECT_EQ(at_oracle_.Get("a"), std::nullopt);
  EXPECT_EQ(client_.Get("a"), std::nullopt);
  ExpectNone();
}

TEST_F(OracleTest, ComparesWhatWatchesAreTold) {
  {
    TestWatch watch(client_);
    EXPECT_TRUE(watch.Create("a").created());
    EXPECT_TRUE(client_.Put("a", "1").ok());
    EXPECT_EQ(watch.Next()->events(0).kv().value(), "1");
    EXPECT_TRUE(at_oracle_.Put("a", "behind its back").ok());
    watch.Cancel();
  }
  server_->Stop();
  const auto differences = Differences();
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].request, "watch 0");
  EXPECT_EQ(differences[0].answer, "nothing more");
  EXPECT_THAT(differences[0].oracle_answer, HasSubstr("behind its back"));
}

TEST_F(OracleTest, HasLocksWaitAtBoth) {
  namespace lockpb = etcdpp_proto::v3lockpb;
  const auto stub = lockpb::Lock::NewStub(client_.channel);
  ASSERT_TRUE(client_.Grant(1, 100).ok());
  ASSERT_TRUE(client_.Grant(2, 100).ok());
  lockpb::LockRequest request;
  request.set_name("lock");
  request.set_lease(1);
  lockpb::LockResponse first;
  grpc::ClientContext context;
  ASSERT_TRUE(stub->Lock(&context, request, &first).ok());

  request.set_lease(2);
  lockpb::LockResponse second;
  grpc::CompletionQueue queue;
  grpc::ClientContext waits;
  grpc::Status status;
  const auto call = stub->AsyncLock(&waits, request, &queue);
  call->Finish(&second, &status, this);
  lockpb::UnlockRequest unlock;
  unlock.set_key(first.key());
  lockpb::UnlockResponse unlocked;
  grpc::ClientContext other;
  ASSERT_TRUE(stub->Unlock(&other, unlock, &unlocked).ok());
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(second.key(), "lock/2");
  EXPECT_EQ(at_oracle_.Get("lock/2"), "");
  ExpectNone();
}

class OfAnotherReleaseTest : public OracleTest {
 protected:
  OfAnotherReleaseTest() : OracleTest("3.6", "3.4") {}
};

TEST_F(OfAnotherReleaseTest, DiffersWhereTheReleasesDo) {
  EXPECT_TRUE(client_.Put("a", "1").ok());
  ExpectNone();
  pb::StatusResponse status;
  ASSERT_TRUE(client_.GetStatus(&status).ok());
  EXPECT_THAT(Differences(), SizeIs(1));
}

TEST(OracleStartTest, TakesOnlyAFreshOne) {
  const auto used = Server::Start();
  TestClient client(used->endpoint());
  ASSERT_TRUE(client.Put("a", "1").ok());
  std::string error;
  EXPECT_EQ(Server::Start({.oracle = used->endpoint()}, &error), nullptr);
  EXPECT_THAT(error, HasSubstr("the oracle is to hold what the fake does (revision 1, "));
  EXPECT_THAT(error, HasSubstr("it holds: revision 2, "));
}

TEST(OracleStartTest, SaysWhatDoesNotGoTogether) {
  const auto oracle = Server::Start();
  std::string error;
  EXPECT_EQ(Server::Start({.oracle = oracle->endpoint(),
                           .auto_compaction = Server::AutoCompaction::kRevision,
                           .auto_compaction_revisions = 5},
                          &error),
            nullptr);
  EXPECT_EQ(error, "an oracle does not know of unattended compaction");
  EXPECT_EQ(Server::Start({.emulate = "", .oracle = "127.0.0.1:1"}, &error), nullptr);
  EXPECT_EQ(error, "the oracle at 127.0.0.1:1 does not answer");
}

}  // namespace
}  // namespace fakeetcd
