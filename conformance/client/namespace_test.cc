// A part of the key space as if it were all of it.
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

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

}  // namespace
}  // namespace conformance
