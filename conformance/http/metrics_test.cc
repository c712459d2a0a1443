// What /metrics counts.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/gateway.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The value of `name`, with its labels, as it stands in the text.
std::string Metric(const std::string& text, const std::string& name) {
  const size_t at = ("\n" + text).find("\n" + name + " ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Metrics, AreInPrometheussTextFormat) {
  const HttpAnswer answer = Get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.Header("Content-Type"),
              StartsWith("text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_THAT(answer.body,
              HasSubstr("# HELP etcd_server_has_leader Whether or not a leader exists. "
                        "1 is existence, 0 is not.\n"
                        "# TYPE etcd_server_has_leader gauge\n"
                        "etcd_server_has_leader 1\n"));
}

TEST(Metrics, TellWhoTheServerIs) {
  Scratch s;
  const Version& version = target().version;
  const std::string text = Get("/metrics").body;
  const std::string line = std::to_string(version.major) + "." + std::to_string(version.minor);
  const std::string server = s.Call(pb::StatusRequest())->version();
  char id[32];
  std::snprintf(id, sizeof(id), "%llx",
                static_cast<unsigned long long>(s.Call(pb::StatusRequest())->header().member_id()));
  EXPECT_EQ(Metric(text, "etcd_server_version{server_version=\"" + server + "\"}"), "1");
  EXPECT_EQ(Metric(text, "etcd_cluster_version{cluster_version=\"" + line + "\"}"), "1");
  EXPECT_EQ(Metric(text, std::string("etcd_server_id{server_id=\"") + id + "\"}"), "1");
  EXPECT_EQ(Metric(text, "etcd_server_is_leader"), "1");
  EXPECT_EQ(Metric(text, "etcd_server_is_learner"), "0");
  EXPECT_EQ(Metric(text, "etcd_server_quota_backend_bytes"), "2.147483648e+09");
}

TEST(Metrics, FollowTheStore) {
  Scratch s;
  const std::string before = Get("/metrics").body;
  const int64_t revision = s.Put("a", "1").header().revision();
  const std::string after = Get("/metrics").body;
  const std::string keys = "etcd_debugging_mvcc_keys_total";
  EXPECT_EQ(std::stod(Metric(after, keys)), std::stod(Metric(before, keys)) + 1);
  EXPECT_EQ(std::stod(Metric(after, "etcd_debugging_mvcc_current_revision")),
            static_cast<double>(revision));
}

TEST(Metrics, CountHealthChecks) {
  const std::string name = "etcd_server_health_success";
  const double before = std::stod(Metric(Get("/metrics").body, name));
  Get("/health");
  EXPECT_EQ(std::stod(Metric(Get("/metrics").body, name)), before + 1);
}

// How often the store was asked for what.
struct Operations {
  int64_t ranges = 0;
  int64_t puts = 0;
  int64_t deletes = 0;
  int64_t txns = 0;
  int64_t put_bytes = 0;

  bool operator==(const Operations&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Operations& o) {
    return out << o.ranges << " ranges, " << o.puts << " puts of " << o.put_bytes << " bytes, "
               << o.deletes << " deletes, " << o.txns << " transactions";
  }
};

int64_t Count(const std::string& text, const std::string& name) {
  const std::string value = Metric(text, name);
  return value.empty() ? -1 : static_cast<int64_t>(std::stod(value));
}

Operations Counted() {
  const std::string text = Get("/metrics").body;
  return {.ranges = Count(text, "etcd_mvcc_range_total"),
          .puts = Count(text, "etcd_mvcc_put_total"),
          .deletes = Count(text, "etcd_mvcc_delete_total"),
          .txns = Count(text, "etcd_mvcc_txn_total"),
          .put_bytes = Count(text, "etcd_debugging_mvcc_total_put_size_in_bytes")};
}

// What `call` adds.
template <typename Call>
Operations Cost(const Call& call) {
  const Operations before = Counted();
  call();
  const Operations after = Counted();
  return {.ranges = after.ranges - before.ranges,
          .puts = after.puts - before.puts,
          .deletes = after.deletes - before.deletes,
          .txns = after.txns - before.txns,
          .put_bytes = after.put_bytes - before.put_bytes};
}

class MetricsOf : public testing::Test {
 protected:
  template <typename Request>
  Operations CostOf(const Request& request) {
    return Cost([&] { s.Call(request); });
  }

  Scratch s;
  const std::string key = s("k");
  const int64_t bytes = static_cast<int64_t>(key.size()) + 5;
};

TEST_F(MetricsOf, Put) {
  EXPECT_EQ(CostOf(Put(key, "value")), (Operations{.puts = 1, .put_bytes = bytes}));
  // What has to be read first makes it a transaction.
  const Operations reads{.ranges = 1, .puts = 1, .txns = 1, .put_bytes = bytes};
  EXPECT_EQ(CostOf(Put(key, "value", {.prev_kv = true})), reads);
  EXPECT_EQ(CostOf(Put(key, "", {.ignore_value = true})), reads);
  EXPECT_EQ(CostOf(Put(key, "value", {.ignore_lease = true})), reads);
  EXPECT_EQ(CostOf(Put(s("none"), "", {.ignore_value = true})), (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Put("", "value")), Operations());
  EXPECT_EQ(CostOf(Put(key, "value", {.lease = 4711})), Operations());
}

TEST_F(MetricsOf, Range) {
  EXPECT_EQ(CostOf(Range(key)), (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Range(key, {.count_only = true})), (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Range(key, {.revision = s.Revision() + 1000})), (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Range("")), Operations());
}

TEST_F(MetricsOf, Delete) {
  EXPECT_EQ(CostOf(Delete(key)), (Operations{.deletes = 1}));
  s.Put("k1", "1");
  s.Put("k2", "1");
  const auto both = Delete(s("k1"), {.range_end = s("k9"), .prev_kv = true});
  EXPECT_EQ(CostOf(both), (Operations{.ranges = 1, .deletes = 1, .txns = 1}));
}

// Compares, and what is looked at before anything is done, are by themselves.
TEST_F(MetricsOf, Txn) {
  s.Put("k", "1");
  const auto is_there = If(key, pb::Compare::VERSION, pb::Compare::GREATER, 0);
  const auto is_not = If(key, pb::Compare::VERSION, pb::Compare::EQUAL, 0);
  const auto put = Put(key, "value");
  EXPECT_EQ(CostOf(Txn({}, {})), Operations());
  EXPECT_EQ(CostOf(Txn({}, {put})), (Operations{.puts = 1, .put_bytes = bytes}));
  EXPECT_EQ(CostOf(Txn({}, {put, Range(key)})),
            (Operations{.ranges = 1, .puts = 1, .txns = 1, .put_bytes = bytes}));
  EXPECT_EQ(CostOf(Txn({is_there}, {put})),
            (Operations{.ranges = 1, .puts = 1, .put_bytes = bytes}));
  EXPECT_EQ(CostOf(Txn({is_there, is_there}, {put})),
            (Operations{.ranges = 2, .puts = 1, .txns = 1, .put_bytes = bytes}));
  EXPECT_EQ(CostOf(Txn({is_not, is_there}, {put}, {Range(key)})), (Operations{.ranges = 2}));
  EXPECT_EQ(CostOf(Txn({}, {Txn({is_there}, {put})})),
            (Operations{.ranges = 1, .puts = 1, .put_bytes = bytes}));
  // Unless nothing in it can write, as which a transaction within it does not count.
  EXPECT_EQ(CostOf(Txn({is_there}, {Range(key)})), (Operations{.ranges = 2, .txns = 1}));
  EXPECT_EQ(CostOf(Txn({}, {Txn({is_there}, {Range(key)})})), (Operations{.ranges = 2}));
}

TEST_F(MetricsOf, TxnWithOptions) {
  s.Put("k", "value");
  EXPECT_EQ(CostOf(Txn({}, {Put(key, "", {.ignore_value = true})})),
            (Operations{.ranges = 2, .puts = 1, .txns = 1, .put_bytes = bytes}));
  const int64_t looks = target().version.AtLeast(3, 7) ? 2 : 1;
  EXPECT_EQ(CostOf(Txn({}, {Put(key, "value", {.prev_kv = true})})),
            (Operations{.ranges = looks, .puts = 1, .txns = 1, .put_bytes = bytes}));
  EXPECT_EQ(CostOf(Txn({}, {Delete(key, {.prev_kv = true})})),
            (Operations{.ranges = 1, .deletes = 1, .txns = 1}));
  // Refused ones: what was read until then.
  EXPECT_EQ(CostOf(Txn({}, {Put(s("none"), "", {.ignore_value = true})})),
            (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Txn({}, {Range(key, {.revision = s.Revision() + 1000})})), Operations());
}

TEST_F(MetricsOf, Compaction) {
  s.Put("k", "1");
  const int64_t revision = s.Revision();
  EXPECT_EQ(CostOf(Compact(revision)), (Operations{.ranges = 1}));
  EXPECT_EQ(CostOf(Compact(revision)), Operations());
}

TEST_F(MetricsOf, Health) {
  const bool reads = target().version.AtLeast(3, 5);
  EXPECT_EQ(Cost([] { Get("/health"); }), (Operations{.ranges = reads ? 1 : 0}));
}

TEST_F(MetricsOf, LivezAndReadyz) {
  if (!target().version.Since({V(3, 4, 29), V(3, 5, 11), V(3, 6, 0)})) {
    GTEST_SKIP() << "since 3.4.29 and 3.5.11";
  }
  EXPECT_EQ(Cost([] { Get("/livez"); }), (Operations{.ranges = 1}));
  EXPECT_EQ(Cost([] { Get("/readyz"); }), (Operations{.ranges = 2}));
  EXPECT_EQ(Cost([] { Get("/readyz/linearizable_read"); }), (Operations{.ranges = 1}));
  EXPECT_EQ(Cost([] { Get("/readyz/data_corruption"); }), Operations());
}

// What takes its time: streams end after their clients have left.
bool Becomes(const std::string& name, int64_t value) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Count(Get("/metrics").body, name) != value) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// The sum over this server's life of what leases went through.
std::map<std::string, int64_t> LeaseCounts() {
  const std::string text = Get("/metrics").body;
  std::map<std::string, int64_t> counts;
  for (const char* kind : {"granted", "renewed", "revoked"}) {
    counts[kind] = Count(text, std::string("etcd_debugging_lease_") + kind + "_total");
  }
  return counts;
}

TEST_F(MetricsOf, Leases) {
  auto counts = LeaseCounts();
  const int64_t lease = s.Grant();
  ++counts["granted"];
  EXPECT_EQ(LeaseCounts(), counts);
  s.Put("k", "1", {.lease = lease});
  s.Put("l", "1", {.lease = lease});
  EXPECT_EQ(CostOf(LeaseRevoke(lease)), (Operations{.deletes = 2, .txns = 1}));
  ++counts["revoked"];
  EXPECT_EQ(LeaseCounts(), counts);
  EXPECT_EQ(CostOf(LeaseRevoke(lease)), Operations());
  EXPECT_EQ(LeaseCounts(), counts);
}

TEST_F(MetricsOf, LeaseThatIsKeptAliveAndOneThatRunsOut) {
  auto counts = LeaseCounts();
  const int64_t lease = s.Grant();
  ++counts["granted"];
  Post("lease/keepalive", "{\"ID\": \"" + std::to_string(lease) + "\"}");
  ++counts["renewed"];
  EXPECT_EQ(LeaseCounts(), counts);

  const std::string expired = "etcd_debugging_server_lease_expired_total";
  const int64_t before = Count(Get("/metrics").body, expired);
  s.Put("k", "1", {.lease = s.Grant(1)});
  ++counts["granted"];
  EXPECT_TRUE(Becomes(expired, before + 1));
  ++counts["revoked"];
  EXPECT_EQ(LeaseCounts(), counts);
}

TEST_F(MetricsOf, WatchersThatLagBehind) {
  EXPECT_TRUE(Becomes("etcd_debugging_mvcc_slow_watcher_total", 0));
}

TEST_F(MetricsOf, EventsThatWaitForTheirWatcher) {
  const std::string name = "etcd_debugging_mvcc_pending_events_total";
  ASSERT_TRUE(Becomes("etcd_debugging_mvcc_watch_stream_total", 0));
  const int64_t before = Count(Get("/metrics").body, name);
  ASSERT_GE(before, 0);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(key)).watch_id();
  s.Put("k", "1");
  stream.Events(id, 1);
  EXPECT_TRUE(Becomes(name, before));
}

// Counted with those that wait, and never taken off again (mvcc/watchable_store.go, notify).
TEST_F(MetricsOf, EventsThatAFilterKeepsBack) {
  const std::string name = "etcd_debugging_mvcc_pending_events_total";
  ASSERT_TRUE(Becomes("etcd_debugging_mvcc_watch_stream_total", 0));
  const int64_t before = Count(Get("/metrics").body, name);
  {
    WatchStream stream(s);
    const int64_t id =
        stream.Create(WatchCreate(key, {.filters = {pb::WatchCreateRequest::NOPUT}})).watch_id();
    const int64_t start = s.Put("k", "1").header().revision();
    s.Call(Txn({}, {Put(s("k"), "2"), Put(s("other"), "1")}));
    s.Delete("k");
    stream.Events(id, 1);
    EXPECT_TRUE(Becomes(name, before + 2));
    const auto past =
        WatchCreate(key, {.start_revision = start, .filters = {pb::WatchCreateRequest::NOPUT}});
    stream.Events(stream.Create(past).watch_id(), 1);
    EXPECT_TRUE(Becomes(name, before + 4));
  }
  ASSERT_TRUE(Becomes("etcd_debugging_mvcc_watch_stream_total", 0));
  EXPECT_EQ(Count(Get("/metrics").body, name), before + 4);
}

TEST_F(MetricsOf, AuthRevision) {
  const std::string name = "etcd_debugging_auth_revision";
  const int64_t before = Count(Get("/metrics").body, name);
  s.Call(UserAdd(s("user"), "password"));
  EXPECT_EQ(Count(Get("/metrics").body, name), before + 1);
  s.Call(UserDelete(s("user")));
  EXPECT_EQ(Count(Get("/metrics").body, name), before + 2);
}

TEST_F(MetricsOf, Watches) {
  const std::string streams = "etcd_debugging_mvcc_watch_stream_total";
  const std::string watchers = "etcd_debugging_mvcc_watcher_total";
  ASSERT_TRUE(Becomes(streams, 0));
  // etcd 3.4 takes a watch off twice where its cancellation meets the end of its stream and a
  // compaction has ended it already (mvcc/watchable_store.go, cancelWatcher).
  const bool takes_off_twice = !target().version.AtLeast(3, 5);
  ASSERT_TRUE(takes_off_twice || Becomes(watchers, 0));
  const int64_t before = Count(Get("/metrics").body, watchers);
  ASSERT_LE(before, 0);
  {
    WatchStream stream(s);
    const int64_t plain = stream.Create(WatchCreate(key)).watch_id();
    const int64_t with_before = stream.Create(WatchCreate(key, {.prev_kv = true})).watch_id();
    EXPECT_EQ(Count(Get("/metrics").body, streams), 1);
    EXPECT_EQ(Count(Get("/metrics").body, watchers), before + 2);
    s.Put("k", "1");
    stream.Events(plain, 1);
    stream.Events(with_before, 1);
    const int64_t events = Count(Get("/metrics").body, "etcd_debugging_mvcc_events_total");
    // What was before is read for the one that wants to know.
    EXPECT_EQ(
        Cost([&] {
          s.Put("k", "2");
          stream.Events(plain, 1);
          stream.Events(with_before, 1);
        }),
        (Operations{.ranges = 1, .puts = 1, .put_bytes = static_cast<int64_t>(key.size()) + 1}));
    EXPECT_EQ(Count(Get("/metrics").body, "etcd_debugging_mvcc_events_total"), events + 2);
    stream.SendCancel(plain);
    EXPECT_TRUE(Becomes(watchers, before + 1));
  }
  EXPECT_TRUE(Becomes(streams, 0));
  EXPECT_TRUE(Becomes(watchers, before));
}

TEST(Metrics, AreToldTwiceByOlderReleases) {
  const std::string text = Get("/metrics").body;
  for (const char* kind : {"range", "put", "delete", "txn"}) {
    SCOPED_TRACE(kind);
    const bool is_range = std::string(kind) == "range";
    const bool twice = !target().version.AtLeast(3, is_range ? 6 : 5);
    const std::string told = Metric(text, std::string("etcd_mvcc_") + kind + "_total");
    EXPECT_EQ(Metric(text, std::string("etcd_debugging_mvcc_") + kind + "_total"),
              twice ? told : "");
  }
}

}  // namespace
}  // namespace conformance
