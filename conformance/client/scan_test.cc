// Ranges of any size, one by an order, and writes of any number through the client.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

namespace op = etcdpp::op;

using etcdpp::BatchWriter;
using etcdpp::Reason;
using etcdpp::Scan;
using etcdpp::SortTarget;
using testing::ElementsAre;

TEST(ClientScan, SeesTheStoreAsItWasAtTheFirstPage) {
  Corner c;
  for (const char* name : {"a", "b", "c", "d"}) c.Put(name, "old");
  Scan scan = c.client().Scan(c.All(), {.page_size = 2});
  std::vector<std::string> seen = {Must(scan.Next())->key};
  c.Put("aa", "new");
  c.Put("c", "new");
  c.Delete("d");
  for (auto kv = Must(scan.Next()); kv; kv = Must(scan.Next())) {
    seen.push_back(kv->key);
    EXPECT_EQ(kv->value, "old");
  }
  EXPECT_THAT(seen, ElementsAre(c("a"), c("b"), c("c"), c("d")));
}

TEST(ClientScan, SaysWhenItsRevisionIsCompacted) {
  Corner c;
  for (const char* name : {"a", "b", "c"}) c.Put(name, "1");
  Scan scan = c.client().Scan(c.All(), {.page_size = 2});
  EXPECT_EQ(Must(scan.Next())->key, c("a"));
  ASSERT_TRUE(c.client().Compact(c.Put("c", "2")).ok());
  EXPECT_EQ(Must(scan.Next())->key, c("b"));  // was fetched before
  EXPECT_EQ(scan.Next().status().reason(), Reason::kCompacted);
  Scan rest =
      c.client().Scan(etcdpp::KeyRange::HalfOpen(scan.resume_key(), etcdpp::PrefixRangeEnd(c(""))));
  EXPECT_EQ(Must(rest.Next())->value, "2");
}

TEST(ClientScan, FirstAndLastAreByAnyOrder) {
  Corner c;
  c.Put("b", "2");
  c.Put("a", "3");
  c.Put("c", "1");
  c.Put("b", "2");
  const auto first = [&c](SortTarget by) { return Must(c.client().First(c.All(), by))->key; };
  const auto last = [&c](SortTarget by) { return Must(c.client().Last(c.All(), by))->key; };
  EXPECT_EQ(first(SortTarget::kKey), c("a"));
  EXPECT_EQ(last(SortTarget::kKey), c("c"));
  EXPECT_EQ(first(SortTarget::kCreateRevision), c("b"));
  EXPECT_EQ(last(SortTarget::kCreateRevision), c("c"));
  EXPECT_EQ(first(SortTarget::kModRevision), c("a"));
  EXPECT_EQ(last(SortTarget::kModRevision), c("b"));
  EXPECT_EQ(first(SortTarget::kValue), c("c"));
  EXPECT_EQ(last(SortTarget::kVersion), c("b"));
  EXPECT_EQ(Must(c.client().First(c.All("nothing"))), std::nullopt);
}

TEST(ClientScan, DeletesOnlyWhatIsAsExpected) {
  Corner c;
  const int64_t revision = c.Put("a", "1");
  c.Put("b", "1");
  EXPECT_FALSE(Must(c.client().DeleteIfValue(c("a"), "2")));
  EXPECT_FALSE(Must(c.client().DeleteIfUnchanged(c("a"), revision + 1)));
  EXPECT_TRUE(Must(c.client().DeleteIfUnchanged(c("a"), revision)));
  EXPECT_TRUE(Must(c.client().DeleteIfValue(c("b"), "1")));
  EXPECT_FALSE(Must(c.client().DeleteIfValue(c("b"), "1")));
  EXPECT_EQ(Must(c.client().Range(c.All())).count, 0);
}

TEST(ClientBatch, WritesMoreThanOneTransactionTakes) {
  constexpr int kKeys = 300;
  Corner c;
  BatchWriter batch = c.client().Batch();
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_TRUE(batch.Put(c(std::to_string(i)), "1").ok());
  }
  ASSERT_TRUE(batch.Put(c("0"), "2").ok());
  ASSERT_TRUE(batch.Delete(c("1")).ok());
  ASSERT_TRUE(batch.Flush().ok());
  EXPECT_EQ(batch.written(), kKeys + 2);
  EXPECT_EQ(batch.revision(), c.Revision());
  EXPECT_EQ(Must(c.client().Range(c.All(), {.count_only = true})).count, kKeys - 1);
  EXPECT_EQ(c.Get("0").value, "2");
}

TEST(ClientBatch, WritesMoreBytesThanOneRequestTakes) {
  constexpr size_t kSize = size_t{300} << 10;
  Corner c;
  BatchWriter batch = c.client().Batch();
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    ASSERT_TRUE(batch.Put(c(name), std::string(kSize, 'v')).ok());
  }
  const auto flushed = batch.Flush();
  EXPECT_TRUE(flushed.ok()) << flushed;
  EXPECT_EQ(batch.written(), 8);
}

TEST(ClientTxnLimits, AreWhatTheServerRefuses) {
  Corner c;
  etcdpp::TxnRequest many;
  for (int i = 0; i < 129; ++i) many.Then(op::Get(c("a")));
  const auto twice = etcdpp::TxnRequest().Then(op::Put(c("a"), ""), op::Delete(c.All()));
  const auto large = etcdpp::TxnRequest().Then(op::Put(c("a"), std::string(1600000, 'v')));
  for (const auto& request : {many, twice, large}) {
    const auto refused = c.client().Commit(request).status();
    EXPECT_NE(refused.reason(), Reason::kNone) << refused;
    EXPECT_EQ(etcdpp::CheckLimits(request).reason(), refused.reason());
  }
}

}  // namespace
}  // namespace conformance
