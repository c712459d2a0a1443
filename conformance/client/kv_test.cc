// Writing, reading and deleting single keys through the client.
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

using etcdpp::KeyValue;
using testing::ElementsAre;

TEST(ClientKv, AnAbsentKeyIsNoError) {
  Corner c;
  const auto found = c.client().Get(c("a"));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, std::nullopt);
}

TEST(ClientKv, APutIsReadBackWithItsRevisions) {
  Corner c;
  const int64_t created = c.Put("a", "1");
  const int64_t changed = c.Put("a", "2");
  const KeyValue want{.key = c("a"),
                      .value = "2",
                      .create_revision = created,
                      .mod_revision = changed,
                      .version = 2};
  EXPECT_EQ(c.Get("a"), want);
}

TEST(ClientKv, KeysAndValuesAreBytes) {
  Corner c;
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  c.Put(bytes, bytes);
  EXPECT_EQ(c.Get(bytes).value, bytes);
}

TEST(ClientKv, AnEmptyValueIsAValue) {
  Corner c;
  c.Put("a", "");
  EXPECT_EQ(c.Get("a").value, "");
}

TEST(ClientKv, TheHeaderNamesClusterMemberAndTerm) {
  Corner c;
  const auto header = Must(c.client().Put(c("a"), "1")).header;
  EXPECT_NE(header.cluster_id, 0U);
  EXPECT_NE(header.member_id, 0U);
  EXPECT_GT(header.revision, 0);
  EXPECT_GT(header.raft_term, 0U);
}

TEST(ClientKv, AReadAtARevisionSeesThePast) {
  Corner c;
  const int64_t then = c.Put("a", "old");
  c.Put("a", "new");
  const auto found = Must(c.client().Get(c("a"), {.revision = then}));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->value, "old");
}

TEST(ClientKv, ASerializableReadIsAnswered) {
  Corner c;
  c.Put("a", "1");
  EXPECT_TRUE(Must(c.client().Get(c("a"), {.serializable = true})).has_value());
}

TEST(ClientKv, APutGivesThePairItReplacedWhereAsked) {
  Corner c;
  EXPECT_EQ(Must(c.client().Put(c("a"), "1", {.prev_kv = true})).prev_kv, std::nullopt);
  EXPECT_EQ(Must(c.client().Put(c("a"), "2")).prev_kv, std::nullopt);
  const auto replaced = Must(c.client().Put(c("a"), "3", {.prev_kv = true})).prev_kv;
  ASSERT_TRUE(replaced.has_value());
  EXPECT_EQ(replaced->value, "2");
}

TEST(ClientKv, APutMayKeepTheValue) {
  Corner c;
  const auto lease = c.Grant();
  c.Put("a", "1");
  c.Put("a", "", {.lease = lease.id, .ignore_value = true});
  EXPECT_EQ(c.Get("a").value, "1");
  EXPECT_EQ(c.Get("a").lease, lease.id);
}

TEST(ClientKv, APutMayKeepTheLease) {
  Corner c;
  const auto lease = c.Grant();
  c.Put("a", "1", {.lease = lease.id});
  c.Put("a", "2", {.ignore_lease = true});
  EXPECT_EQ(c.Get("a").value, "2");
  EXPECT_EQ(c.Get("a").lease, lease.id);
}

TEST(ClientKv, ADeleteTellsWhatItRemoved) {
  Corner c;
  c.Put("a", "1");
  const auto deleted = Must(c.client().Delete(c("a"), {.prev_kv = true}));
  EXPECT_EQ(deleted.deleted, 1);
  ASSERT_EQ(deleted.prev_kvs.size(), 1U);
  EXPECT_EQ(deleted.prev_kvs[0].value, "1");
  EXPECT_EQ(Must(c.client().Delete(c("a"))).deleted, 0);
}

TEST(ClientKv, ADeleteTakesARange) {
  Corner c;
  for (const char* name : {"a1", "a2", "b"}) c.Put(name, "");
  EXPECT_EQ(Must(c.client().Delete(c.All("a"))).deleted, 2);
  EXPECT_THAT(c.Names(Must(c.client().Range(c.All()))), ElementsAre("b"));
}

TEST(ClientKv, PutIfAbsentWritesOnce) {
  Corner c;
  EXPECT_TRUE(Must(c.client().PutIfAbsent(c("a"), "1")));
  EXPECT_FALSE(Must(c.client().PutIfAbsent(c("a"), "2")));
  EXPECT_EQ(c.Get("a").value, "1");
}

TEST(ClientKv, CompareAndSwapWritesOverTheExpectedValueAlone) {
  Corner c;
  EXPECT_FALSE(Must(c.client().CompareAndSwap(c("a"), "", "x")));
  c.Put("a", "1");
  EXPECT_FALSE(Must(c.client().CompareAndSwap(c("a"), "0", "x")));
  EXPECT_TRUE(Must(c.client().CompareAndSwap(c("a"), "1", "2")));
  EXPECT_EQ(c.Get("a").value, "2");
}

TEST(ClientKv, PutIfUnchangedWritesOverTheExpectedRevisionAlone) {
  Corner c;
  const int64_t first = c.Put("a", "1");
  const int64_t second = c.Put("a", "2");
  EXPECT_FALSE(Must(c.client().PutIfUnchanged(c("a"), first, "x")));
  EXPECT_FALSE(Must(c.client().PutIfUnchanged(c("a"), 0, "x")));
  EXPECT_TRUE(Must(c.client().PutIfUnchanged(c("a"), second, "3")));
  EXPECT_TRUE(Must(c.client().PutIfUnchanged(c("b"), 0, "1")));
  EXPECT_EQ(c.Get("a").value, "3");
}

TEST(ClientKv, ManyAsynchronousCallsMayBeInFlight) {
  constexpr int kCalls = 256;
  Corner c;
  std::vector<std::promise<etcdpp::Status>> done(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    c.client().connection()->AsyncPut(
        {{c(std::to_string(i)), "1", {}}, {}},
        [&promise = done[static_cast<size_t>(i)]](const etcdpp::Result<etcdpp::PutResponse>& put) {
          promise.set_value(put.status());
        });
  }
  for (auto& promise : done) {
    const etcdpp::Status status = promise.get_future().get();
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(Must(c.client().Range(c.All(), {.count_only = true})).count, kCalls);
}

}  // namespace
}  // namespace conformance
