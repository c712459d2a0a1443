// Clients that log in by themselves, and what becomes of their tokens.
#include <atomic>
#include <chrono>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/auth_corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using etcdpp::Credentials;
using etcdpp::PermissionType;
using etcdpp::Reason;
using testing::ElementsAre;

TEST(ClientCredentials, AreWhoTheClientIs) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  EXPECT_TRUE(alice.Put(c("a"), "1").ok());
  EXPECT_TRUE(alice.Get(c("a")).ok());
  EXPECT_EQ(c.client().Get(c("a")).status().reason(), Reason::kUserEmpty);
  EXPECT_EQ(c.As("alice", "wrong").Get(c("a")).status().reason(), Reason::kAuthFailed);
}

TEST(ClientCredentials, DoNoHarmWhereNobodyAsksForThem) {
  AuthCorner c;
  EXPECT_TRUE(c.As("nobody").Put(c("a"), "1").ok());
}

TEST(ClientCredentials, CountFromWhenTheServerAsksForThem) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  etcdpp::Client alice = c.As("alice");
  EXPECT_TRUE(alice.Put(c("a"), "1").ok());
  c.Enable();
  EXPECT_TRUE(alice.Put(c("a"), "2").ok());
}

TEST(ClientCredentials, AnOutdatedTokenIsRenewed) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  EXPECT_TRUE(alice.Put(c("a"), "1").ok());
  Must(c.root().auth().ChangePassword("alice", "alice"));  // which ends her tokens
  EXPECT_TRUE(alice.Put(c("a"), "2").ok());
  EXPECT_TRUE(alice.Get(c("a")).ok());
}

TEST(ClientCredentials, MayChange) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  c.Enable();
  std::atomic<bool> changed = false;
  etcdpp::Options options;
  options.endpoints = {target().endpoint};
  options.credentials_provider = [&changed] {
    return etcdpp::Result<Credentials>(Credentials{"alice", changed ? "new" : "alice", ""});
  };
  etcdpp::Client alice(options);
  EXPECT_TRUE(alice.Put(c("a"), "1").ok());
  Must(c.root().auth().ChangePassword("alice", "new"));
  changed = true;
  EXPECT_TRUE(alice.Put(c("a"), "2").ok());
}

TEST(ClientCredentials, AWatchOutlivesItsToken) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  auto first = alice.Watch(c("a"));
  ASSERT_TRUE(alice.Put(c("a"), "1").ok());
  Must(c.root().auth().ChangePassword("alice", "alice"));
  // Over the stream of the first, which was opened with a token that is no more.
  auto second = alice.Watch(c("b"));
  ASSERT_TRUE(alice.Put(c("a"), "2").ok());
  ASSERT_TRUE(alice.Put(c("b"), "3").ok());
  EXPECT_THAT(c.Describe(Corner::Take(first, 2)), ElementsAre("a=1", "a=2"));
  EXPECT_THAT(c.Describe(Corner::Take(second, 1)), ElementsAre("b=3"));
}

TEST(ClientCredentials, AWatchOfWhatIsNotAllowedIsRefused) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kRead, c.All("in/")});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  EXPECT_EQ(alice.Watch(c("out/a")).NextFor(Corner::kPatience).status().reason(),
            Reason::kPermissionDenied);
}

TEST(ClientCredentials, ALeaseIsKeptByOneWhoLogsIn) {
  AuthCorner c;
  c.AddUser("alice", {PermissionType::kReadWrite, c.All()});
  c.Enable();
  etcdpp::Client alice = c.As("alice");
  const auto lease = Must(alice.GrantLease(std::chrono::seconds(600)));
  etcdpp::LeaseKeeper keeper = alice.KeepAlive(lease);
  EXPECT_EQ(Must(alice.KeepAliveOnce(lease.id)).ttl, std::chrono::seconds(600));
  EXPECT_EQ(keeper.loss(), etcdpp::LeaseLoss::kNone);
  EXPECT_TRUE(alice.RevokeLease(lease.id).ok());
}

}  // namespace
}  // namespace conformance
