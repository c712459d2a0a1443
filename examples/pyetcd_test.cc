// The C++ side of docs/pyetcd.md, compiled and run on the fake; the page is checked against it.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "examples/page_check.h"

#include "etcdpp/callback_watch.h"
#include "etcdpp/client.h"
#include "etcdpp/mutex.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::AlarmType;
using etcdpp::CallbackWatch;
using etcdpp::Client;
using etcdpp::Code;
using etcdpp::Credentials;
using etcdpp::FailoverOptions;
using etcdpp::KeyRange;
using etcdpp::LockLayout;
using etcdpp::Mutex;
using etcdpp::Session;
using etcdpp::SortOrder;
using etcdpp::SortTarget;
using etcdpp::TlsOptions;
using etcdpp::TxnRequest;
using etcdpp::WatchEvent;
using etcdpp::WatchOnce;
using etcdpp::WatchResponse;

/// What the page calls `client`.
class PyEtcdPage : public testing::Test {
 protected:
  std::unique_ptr<fakeetcd::Server> server_ = fakeetcd::Server::Start({});
  Client client{server_->endpoint()};  // NOLINT(readability-identifier-naming)
};

TEST(PyEtcdPageClients, AreMadeOfAddresses) {
  const auto server = fakeetcd::Server::Start({});
  const std::string host = server->endpoint();
  Client client("localhost:2379");
  Client both({.endpoints = {"host-1:2379", "host-2:2379"}});
  Client patient({.endpoints = {host}, .call_timeout = 10s});
  Client tuned({.endpoints = {host}, .keepalive_time = 30s, .max_receive_bytes = 64 << 20});
  const TlsOptions tls{.ca_file = "ca.pem", .cert_file = "cert.pem", .key_file = "key.pem"};
  Client secure({.endpoints = {"https://etcd-host:2379"}, .tls = tls});
  Client known({.endpoints = {host}, .credentials = Credentials{.user = "u", .password = "pwd"}});
  etcdpp::Options options{.endpoints = {host}};
  options.retry.max_attempts = 1;
  options.failover = FailoverOptions::LikePyetcd(300s);
  Client once(options);
  auto endpoints = once.endpoints();
  EXPECT_EQ(endpoints.size(), 1U);
  auto connection = once.connection();
  EXPECT_NE(connection, nullptr);
  EXPECT_FALSE(secure.Get("key").ok());  // no such files
  EXPECT_TRUE(known.Get("key").ok());
  EXPECT_TRUE(once.Get("key").ok());
  EXPECT_TRUE(patient.Get("key").ok());
  EXPECT_TRUE(tuned.Get("key").ok());
}

TEST_F(PyEtcdPage, Keys) {
  client.Put("key", "dooot");
  client.Put("key", "value", {.prev_kv = true});
  const auto lease = client.GrantLease(60s);
  client.Put("key", "value", {.lease = lease->id});
  client.PutIfAbsent("key", "value", {.lease = lease->id});
  client.CompareAndSwap("key", "initial", "new");

  auto kv = client.Get("key");
  client.Get("key", {.revision = kv->value().mod_revision, .serializable = true});
  client.Range("key");
  client.Range(KeyRange::Prefix("jobs/"));
  client.Range(KeyRange::HalfOpen("a", "p"));
  client.Range(KeyRange::All());
  client.Range(KeyRange::Prefix("jobs/"), {.limit = 10});
  client.Range(KeyRange::All(), {.revision = 1});
  client.Range(KeyRange::All(), {.sort_order = SortOrder::kDescend});
  client.Range(KeyRange::All(), {.sort_target = SortTarget::kModRevision});
  client.Range(KeyRange::All(), {.serializable = true});
  client.Range(KeyRange::All(), {.keys_only = true});
  client.Range(KeyRange::All(), {.count_only = true});
  client.Range(KeyRange::All(), {.min_mod_revision = 2, .max_mod_revision = 9});
  client.Range(KeyRange::All(), {.min_create_revision = 2, .max_create_revision = 9});

  const bool deleted = client.Delete("key")->deleted > 0;
  client.Delete("key", {.prev_kv = true});
  client.Delete(KeyRange::Prefix("jobs/"));
  client.Compact(3, {.physical = true});
  EXPECT_TRUE(deleted);
}

TEST_F(PyEtcdPage, Transactions) {
  auto done = client.Txn()
                  .If(cmp::Value("/doot/testing") == "doot", cmp::Version("/doot/testing") > 0)
                  .Then(op::Put("/doot/testing", "success"))
                  .Else(op::Put("/doot/testing", "failure"))
                  .Commit();
  const bool succeeded = done->succeeded;
  auto responses = done->responses;
  const auto value = cmp::Value("key") == "x";
  const auto version = cmp::Version("key") != 1;
  const auto create = cmp::CreateRevision("key") < 7;
  const auto mod = cmp::ModRevision("key") > 7;
  const auto range = cmp::Value(KeyRange::Prefix("jobs/")) == "x";
  const auto put = op::Put("key", "value", {.lease = 0, .prev_kv = true});
  const auto get = op::Get(KeyRange::Prefix("jobs/"));
  const auto del = op::Delete("key", {.prev_kv = true});
  const auto txn = op::Txn(TxnRequest().If(value).Then(put).Else(get));
  EXPECT_FALSE(succeeded);
  EXPECT_EQ(responses.size(), 1U);
  EXPECT_TRUE(client.Txn().If(version, create, mod, range).Then(del).Else(txn).Commit().ok());
}

void Use(const WatchEvent& /*event*/) {}

TEST_F(PyEtcdPage, Watches) {
  auto watch = client.Watch("key");
  auto of_prefix = client.Watch(KeyRange::Prefix("jobs/"));
  client.Put("key", "value");
  auto response = watch.Next();
  for (const WatchEvent& event : response->events) Use(event);
  watch.Cancel();

  auto told = [](const etcdpp::Result<WatchResponse>& seen) { (void)seen.ok(); };
  CallbackWatch callback(client, "key", told);
  CallbackWatch callback_of_prefix(client, KeyRange::Prefix("jobs/"), told);
  callback.Cancel();

  auto once = WatchOnce(client, "key", 5s, {.start_revision = 2});
  auto prefix_once = WatchOnce(client, KeyRange::Prefix("k"), 5s, {.start_revision = 2});
  const bool timed_out = once.status().code() == Code::kDeadlineExceeded;

  auto from = client.Watch("key", {.start_revision = 2});
  auto range = client.Watch(KeyRange::HalfOpen("a", "p"));
  auto progress = client.Watch("key", {.progress_notify = true});
  auto filtered = client.Watch("key", {.no_puts = true});
  auto no_deletes = client.Watch("key", {.no_deletes = true});
  auto previous = client.Watch("key", {.prev_kv = true});
  const int64_t compacted = from.compact_revision();

  EXPECT_FALSE(timed_out);
  EXPECT_EQ(compacted, 0);
  const WatchEvent event = once->events[0];
  const bool is_put = event.type == WatchEvent::Type::kPut;
  const bool is_delete = event.type == WatchEvent::Type::kDelete;
  EXPECT_TRUE(is_put && !is_delete);
}

TEST_F(PyEtcdPage, Leases) {
  auto lease = client.GrantLease(60s);
  auto with_id = client.GrantLease(60s, 1234);
  client.KeepAliveOnce(lease->id);
  auto left = client.TimeToLive(lease->id, true);
  const auto remaining_ttl = left->ttl;
  const auto granted_ttl = left->granted_ttl;
  const auto keys = left->keys;
  client.RevokeLease(lease->id);
  EXPECT_LE(remaining_ttl, granted_ttl);
  EXPECT_TRUE(keys.empty());
}

TEST_F(PyEtcdPage, Locks) {
  auto session = Session::Create(client, {.ttl = 20s});
  Mutex lock(*session, "toot");
  Mutex as_python(*session, "toot", LockLayout::kPython);
  auto guard = lock.Lock({.timeout = 10s});
  auto tried = lock.TryLock();
  client.KeepAliveOnce(session->lease());
  const bool is_acquired = *guard->Verify();
  guard->Unlock();
  EXPECT_TRUE(is_acquired);
  EXPECT_FALSE(tried->has_value());
  EXPECT_TRUE(as_python.Lock().ok());
}

TEST_F(PyEtcdPage, Cluster) {
  auto members = client.cluster().ListMembers()->members;
  auto added = client.cluster().AddMember({"http://10.0.0.9:2380"});
  client.cluster().UpdateMember(added->member.id, {"http://10.0.0.8:2380"});
  client.cluster().RemoveMember(added->member.id);
  const auto member = members[0];
  EXPECT_NE(member.id, 0U);
  EXPECT_FALSE(member.name.empty() || member.peer_urls.empty() || member.client_urls.empty());

  auto status = client.maintenance().GetStatus();
  client.maintenance().Defragment();
  client.maintenance().Hash();
  const auto path = std::filesystem::temp_directory_path() / "etcdpp-pyetcd-page.db";
  client.maintenance().SaveSnapshot(path.string());
  std::filesystem::remove(path);

  client.maintenance().ActivateAlarm({.member_id = member.id, .type = AlarmType::kNoSpace});
  auto alarms = client.maintenance().ListAlarms()->alarms;
  client.maintenance().DisarmAlarm({.member_id = member.id, .type = AlarmType::kNoSpace});
  EXPECT_EQ(alarms.size(), 1U);
  EXPECT_EQ(status->leader, member.id);
}

TEST(PyEtcdPageItself, ShowsOnlyWhatIsCompiledHere) { EXPECT_GT(CheckPage("pyetcd.md"), 60); }

}  // namespace
