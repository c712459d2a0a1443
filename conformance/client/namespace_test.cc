// A part of the key space as if it were all of it, and where calls go.
#include <chrono>
#include <set>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::KeyRange;
using testing::ElementsAre;

std::vector<std::string> KeysOf(const etcdpp::RangeResponse& range) {
  std::vector<std::string> keys;
  for (const etcdpp::KeyValue& kv : range.kvs) keys.push_back(kv.key);
  return keys;
}

TEST(ClientNamespace, HoldsItsKeysAlone) {
  Corner c;
  etcdpp::Client inside = c.client().InNamespace(c("in/"));
  c.Put("in/a", "1");
  c.Put("out", "2");
  Must(inside.Put("b", "3", {.prev_kv = true}));
  EXPECT_THAT(KeysOf(Must(inside.Range(KeyRange::All()))), ElementsAre("a", "b"));
  EXPECT_THAT(KeysOf(Must(inside.Range(KeyRange::From("b")))), ElementsAre("b"));
  EXPECT_EQ(c.Get("in/b").value, "3");
  EXPECT_EQ(Must(inside.Delete(KeyRange::All(), {.prev_kv = true})).prev_kvs.size(), 2U);
  EXPECT_EQ(c.Get("out").value, "2");
}

TEST(ClientNamespace, HoldsTransactions) {
  Corner c;
  etcdpp::Client inside = c.client().InNamespace(c("in/"));
  const auto done = Must(inside.Txn()
                             .If(cmp::Missing("a"))
                             .Then(op::Put("a", "1"), op::Get(KeyRange::All()))
                             .Commit());
  EXPECT_TRUE(done.succeeded);
  EXPECT_THAT(KeysOf(*done.responses[1].range()), ElementsAre("a"));
  EXPECT_EQ(c.Get("in/a").value, "1");
}

TEST(ClientNamespace, HoldsWatchesAndLeases) {
  Corner c;
  etcdpp::Client inside = c.client().InNamespace(c("in/"));
  const auto lease = c.Grant();
  auto watch = inside.Watch(KeyRange::All(), {.prev_kv = true});
  c.Put("out", "1", {.lease = lease.id});
  c.Put("in/a", "1", {.lease = lease.id});
  const auto events = Corner::Take(watch, 1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kv.key, "a");
  EXPECT_THAT(Must(inside.TimeToLive(lease.id, true)).keys, ElementsAre("a"));
}

TEST(ClientEndpoints, AreTakenFromTheMembers) {
  Corner c;
  const auto members = Must(c.client().cluster().ListMembers()).members;
  etcdpp::Client client(target().endpoint);
  const etcdpp::Status synced = client.SyncEndpoints();
  ASSERT_TRUE(synced.ok()) << synced;
  std::vector<std::string> endpoints;
  for (const etcdpp::EndpointState& state : client.endpoints()) endpoints.push_back(state.endpoint);
  EXPECT_EQ(endpoints, etcdpp::ClientUrls(members));
}

TEST(ClientEndpoints, ACallGoesWhereItIsSent) {
  Corner c;
  std::set<etcdpp::MemberId> members;
  for (const std::string& endpoint : target().endpoints) {
    const auto status = Must(c.client().maintenance().GetStatus({.endpoint = endpoint}));
    members.insert(status.header.member_id);
  }
  EXPECT_EQ(members.size(), target().endpoints.size());
}

TEST(ClientEndpoints, AWriteToNobodyIsNotApplied) {
  Corner c;
  etcdpp::Client client(
      etcdpp::Options{.endpoints = {"127.0.0.1:9"}, .retry = {.max_attempts = 2}});
  const etcdpp::Status status = client.Put(c("a"), "1").status();
  EXPECT_EQ(status.reason(), etcdpp::Reason::kNoServerAvailable);
  EXPECT_EQ(status.outcome(), etcdpp::Outcome::kNotApplied);
}

}  // namespace
}  // namespace conformance
