// The C++ side of docs/clientv3.md, compiled and run on the fake; the page is checked against it.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "examples/page_check.h"

#include "etcdpp/async_client.h"
#include "etcdpp/barrier.h"
#include "etcdpp/discovery.h"
#include "etcdpp/election.h"
#include "etcdpp/kubernetes.h"
#include "etcdpp/mutex.h"
#include "etcdpp/naming.h"
#include "etcdpp/queue.h"
#include "etcdpp/reflector.h"
#include "etcdpp/stm.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::Client;
using etcdpp::Code;
using etcdpp::Credentials;
using etcdpp::DiscoverEndpoints;
using etcdpp::DoubleBarrier;
using etcdpp::Election;
using etcdpp::Isolation;
using etcdpp::KeyRange;
using etcdpp::Kubernetes;
using etcdpp::LeaseKeeper;
using etcdpp::Mutex;
using etcdpp::Options;
using etcdpp::PermissionType;
using etcdpp::Queue;
using etcdpp::RangeCache;
using etcdpp::Reason;
using etcdpp::RunStm;
using etcdpp::ServiceRegistry;
using etcdpp::ServiceResolver;
using etcdpp::Session;
using etcdpp::SortOrder;
using etcdpp::SortTarget;
using etcdpp::Status;
using etcdpp::Stm;
using etcdpp::TlsOptions;
using etcdpp::Watch;
using etcdpp::WatchEvent;

/// What the page calls `client`.
class ClientV3Page : public testing::Test {
 protected:
  std::unique_ptr<fakeetcd::Server> server_ = fakeetcd::Server::Start({});
  std::string host = server_->endpoint();  // NOLINT(readability-identifier-naming)
  Client client{host};                     // NOLINT(readability-identifier-naming)
};

TEST_F(ClientV3Page, Clients) {
  Client one("localhost:2379");
  Options options{.endpoints = {host}};
  options.tls = TlsOptions{.ca_file = "ca.pem", .cert_file = "me.pem", .key_file = "me.key"};
  options.credentials = Credentials{"alice", "secret"};
  options.keepalive_time = 30s;
  options.connect_timeout = 5s;
  options.auto_sync_interval = 1min;
  options.max_receive_bytes = 64 << 20;
  const etcdpp::SrvLookup lookup = [](const std::string&) {
    return std::vector<etcdpp::SrvRecord>{{0, 0, 2379, "etcd-1"}};
  };
  auto found = DiscoverEndpoints("example.com", {.lookup = lookup});
  EXPECT_EQ(found->size(), 2U);
  std::stop_source cancel;
  client.Get("k", {}, {.timeout = 2s});
  client.Get("k", {}, {.cancel = cancel.get_token()});
  client.Get("k", {}, {.require_leader = true});
  client.Get("k", {}, {.metadata = {{"name", "value"}}});
  client.SetEndpoints({host});
  client.SyncEndpoints();
  auto endpoints = client.endpoints();
  Client jobs = client.InNamespace("jobs/");
  EXPECT_TRUE(jobs.Put("1", "queued").ok());
}

TEST_F(ClientV3Page, Keys) {
  client.Put("k", "v");
  client.Put("k", "v", {.prev_kv = true});
  auto lease = client.GrantLease(60s);
  client.Put("k", "v", {.lease = lease->id});
  client.Put("k", "", {.ignore_value = true});
  auto kv = client.Get("k");
  client.Range(KeyRange::Prefix("jobs/"));
  client.Range(KeyRange::HalfOpen("a", "c"));
  client.Range(KeyRange::From("m"));
  client.Range(KeyRange::All(), {.revision = 2});
  client.Range(KeyRange::All(), {.limit = 10});
  client.Range(KeyRange::All(), {.serializable = true});
  client.Range(KeyRange::All(), {.keys_only = true});
  client.Range(KeyRange::All(), {.count_only = true});
  client.Range(KeyRange::All(),
               {.sort_order = SortOrder::kDescend, .sort_target = SortTarget::kValue});
  client.First(KeyRange::Prefix("jobs/"), SortTarget::kCreateRevision);
  client.Last(KeyRange::Prefix("jobs/"), SortTarget::kModRevision);
  auto pieces = client.StreamRange(KeyRange::Prefix("jobs/"));
  client.Delete("k", {.prev_kv = true});
  client.Delete(KeyRange::Prefix("jobs/"));
  client.Compact(2, {.physical = true});
  client.Do(op::Put("k", "v"));
  EXPECT_TRUE(kv.ok() && *kv);
}

TEST_F(ClientV3Page, Transactions) {
  auto done = client.Txn()
                  .If(cmp::Value("k") == "v", cmp::Version("k") > 0, cmp::Missing("new"))
                  .Then(op::Put("new", "v"), op::Get("k"))
                  .Else(op::Delete("k"))
                  .Commit();
  const auto exists = cmp::Exists("k");
  const auto range = cmp::CreateRevision(KeyRange::Prefix("jobs/")) < 9;
  const auto lease = cmp::Lease("k") == 0;
  EXPECT_TRUE(client.Txn().If(exists, range, lease).Commit().ok());
  EXPECT_FALSE(done->succeeded);

  const auto apply = [](Stm& stm) -> Status {
    auto a = stm.Get("a");
    if (!a.ok()) return a.status();
    stm.Put("b", a->value_or(""));
    return {};
  };
  auto swapped = RunStm(client, apply, {.isolation = Isolation::kSerializable});
  EXPECT_TRUE(swapped.ok());
}

TEST_F(ClientV3Page, Watches) {
  Watch watch = client.Watch(KeyRange::Prefix("jobs/"), {.start_revision = 1, .prev_kv = true});
  Watch filtered = client.Watch("k", {.no_deletes = true});
  Watch telling = client.Watch("k", {.progress_notify = true});
  client.Put("jobs/1", "queued");
  auto response = watch.Next();
  for (const WatchEvent& event : response->events) EXPECT_TRUE(event.IsCreate());
  watch.RequestProgress();
  watch.Cancel();
  const bool compacted = watch.Next().status().reason() == Reason::kCompacted;
  RangeCache cache(client, KeyRange::Prefix("jobs/"));
  EXPECT_FALSE(compacted);
  EXPECT_TRUE(cache.WaitSynced(10s).ok());
}

TEST_F(ClientV3Page, LeasesAndLocks) {
  auto lease = client.GrantLease(60s);
  LeaseKeeper keeper = client.KeepAlive(*lease);
  client.KeepAliveOnce(lease->id);
  client.TimeToLive(lease->id, true);
  client.Leases();
  client.RevokeLease(lease->id);

  auto session = Session::Create(client, {.ttl = 10s});
  auto ends = session->lost();
  Mutex mutex(*session, "printer");
  auto guard = mutex.Lock({.timeout = 10s});
  auto tried = mutex.TryLock();
  const auto is_owner = guard->IsOwner();
  guard->Unlock();
  Election election(*session, "primary");
  auto leadership = election.Campaign("host-1");
  leadership->Proclaim("host-1, busy");
  auto leader = election.Leader();
  auto leaders = election.Observe();
  leadership->Resign();
  DoubleBarrier barrier(*session, "start", 1);
  Queue queue(client, "work");
  session->Close();
  EXPECT_FALSE(tried->has_value());
  EXPECT_TRUE(leader->has_value());
}

TEST_F(ClientV3Page, TheRest) {
  client.auth().AddUser("alice", "secret");
  client.auth().AddRole("reader");
  client.auth().GrantRole("alice", "reader");
  client.auth().GrantPermission("reader", PermissionType::kRead, KeyRange::Prefix("jobs/"));
  auto members = client.cluster().ListMembers();
  client.cluster().AddLearner({"http://10.0.0.9:2380"});
  client.maintenance().GetStatus({.endpoint = host});
  client.maintenance().Defragment({.endpoint = host});
  client.maintenance().HashKv(0, {.endpoint = host});
  auto alarms = client.maintenance().ListAlarms();
  ServiceRegistry registry(client, "printers");
  registry.Add("host-1", {"10.0.0.7:8080"});
  ServiceResolver printers(client, "printers");
  auto put = Kubernetes(client).OptimisticPut("k", "v", 0, {.get_on_failure = true});
  EXPECT_TRUE(put->succeeded);
  EXPECT_TRUE(printers.WaitSynced(10s).ok());

  Status status = client.Put("", "v").status();
  const bool empty_key = status.reason() == Reason::kEmptyKey;
  const bool too_late = status.code() == Code::kDeadlineExceeded;
  EXPECT_TRUE(empty_key && !too_late);
}

TEST(ClientV3PageItself, ShowsOnlyWhatIsCompiledHere) { EXPECT_GT(CheckPage("clientv3.md"), 60); }

}  // namespace
