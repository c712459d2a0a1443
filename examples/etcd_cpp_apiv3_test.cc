// The C++ side of docs/etcd-cpp-apiv3.md, compiled and run on the fake; the page is checked against
// it.

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "examples/page_check.h"

#include "etcdpp/async_client.h"
#include "etcdpp/callback_watch.h"
#include "etcdpp/client.h"
#include "etcdpp/election.h"
#include "etcdpp/mutex.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::AsyncClient;
using etcdpp::CallbackWatch;
using etcdpp::Client;
using etcdpp::Credentials;
using etcdpp::Election;
using etcdpp::Future;
using etcdpp::KeyRange;
using etcdpp::LeaseKeeper;
using etcdpp::LeaseLoss;
using etcdpp::Mutex;
using etcdpp::PutResponse;
using etcdpp::Result;
using etcdpp::Session;
using etcdpp::TlsOptions;
using etcdpp::WatchOnce;
using etcdpp::WatchResponse;

/// What the page calls `client`.
class ApiV3Page : public testing::Test {
 protected:
  std::unique_ptr<fakeetcd::Server> server_ = fakeetcd::Server::Start({});
  std::string host = server_->endpoint();  // NOLINT(readability-identifier-naming)
  Client client{host};                     // NOLINT(readability-identifier-naming)
};

TEST_F(ApiV3Page, Clients) {
  Client several({.endpoints = {"http://etcd-1:2379", "http://etcd-2:2379"}});
  Client known({.endpoints = {host}, .credentials = Credentials{"root", "secret"}});
  const TlsOptions tls{.ca_file = "ca.pem", .cert_file = "me.pem", .key_file = "me.key"};
  Client patient({.endpoints = {host}, .call_timeout = 10s});
  client.maintenance().GetStatus();
  EXPECT_TRUE(known.Put("k", "v").ok());
}

TEST_F(ApiV3Page, Keys) {
  auto put = client.Put("k", "v", {.prev_kv = true});
  auto added = client.PutIfAbsent("k", "v");
  auto modified = client.Txn().If(cmp::Exists("k")).Then(op::Put("k", "w")).Commit();
  client.CompareAndSwap("k", "old", "new");
  client.PutIfUnchanged("k", 7, "new");
  auto kv = client.Get("k");
  client.Range(KeyRange::Prefix("jobs/"));
  client.Range(KeyRange::HalfOpen("a", "c"));
  client.Range(KeyRange::Prefix("jobs/"), {.limit = 10});
  client.Range(KeyRange::Prefix("jobs/"), {.keys_only = true});
  client.Delete("k");
  client.Delete(KeyRange::Prefix("jobs/"));
  client.DeleteIfValue("k", "old");
  client.DeleteIfUnchanged("k", 7);
  EXPECT_TRUE(put.ok());
  EXPECT_FALSE(*added);
  EXPECT_TRUE(modified->succeeded);
  const auto revision = put->header.revision;
  EXPECT_GT(revision, 1);
  EXPECT_EQ((*kv)->value, "w");
}

TEST_F(ApiV3Page, AsyncAndTransactions) {
  Future<PutResponse> under_way = AsyncClient(client).Put("k", "v");
  auto put = std::move(under_way).Get();
  AsyncClient(client).Put("k", "w").Then([](Result<PutResponse> done) { (void)done.ok(); });
  auto done = client.Txn()
                  .If(cmp::Value("k") == "v", cmp::CreateRevision("k") > 0)
                  .Then(op::Put("k", "w"), op::Delete("j"))
                  .Else(op::Get("k"))
                  .Commit();
  EXPECT_TRUE(put.ok() && done.ok());
}

TEST_F(ApiV3Page, WatchesAndLeases) {
  auto callback = [](const Result<WatchResponse>& response) { (void)response.ok(); };
  CallbackWatch watcher(client, "k", callback);
  CallbackWatch of_prefix(client, KeyRange::Prefix("jobs/"), callback, {.start_revision = 2});
  watcher.Cancel();
  client.Put("k", "v");
  auto once = WatchOnce(client, "k", 5s, {.start_revision = 2});
  EXPECT_TRUE(once.ok());

  auto lease = client.GrantLease(60s);
  LeaseKeeper keeper = client.KeepAlive(*lease);
  const bool alive = keeper.loss() == LeaseLoss::kNone;
  client.TimeToLive(lease->id);
  client.Leases();
  client.RevokeLease(lease->id);
  EXPECT_TRUE(alive);
}

TEST_F(ApiV3Page, LocksAndTheRest) {
  auto session = Session::Create(client, {.ttl = 10s});
  auto guard = Mutex(*session, "printer").Lock();
  guard->Unlock();
  Election election(*session, "primary");
  auto leadership = election.Campaign("host-1");
  leadership->Proclaim("host-1, busy");
  election.Leader();
  auto leaders = election.Observe();
  leadership->Resign();
  auto members = client.cluster().ListMembers();
  auto added = client.cluster().AddMember({"http://10.0.0.9:2380"});
  client.cluster().RemoveMember(added->member.id);
  EXPECT_EQ(members->members.size(), 1U);
}

TEST(ApiV3PageItself, ShowsOnlyWhatIsCompiledHere) {
  EXPECT_GT(CheckPage("etcd-cpp-apiv3.md"), 40);
}

}  // namespace
