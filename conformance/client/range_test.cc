// Reading ranges of keys through the client: which keys, how many, in what order.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

using etcdpp::KeyRange;
using etcdpp::RangeOptions;
using etcdpp::SortOrder;
using etcdpp::SortTarget;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

struct RangeCase {
  std::string name;
  KeyRange range;
  Names want;
};

TEST(ClientRange, TheFactoriesSelectTheirKeys) {
  Corner c;
  for (const char* name : {"a", "b", "b1", "b\xff", "c", "d"}) c.Put(name, "");
  const std::string after = etcdpp::PrefixRangeEnd(c(""));
  const RangeCase cases[] = {
      {"key", c("b"), {"b"}},
      {"prefix", c.All("b"), {"b", "b1", "b\xff"}},
      {"prefix that ends in 0xff", c.All("b\xff"), {"b\xff"}},
      {"half open", KeyRange::HalfOpen(c("b"), c("d")), {"b", "b1", "b\xff", "c"}},
      {"half open to the end", KeyRange::HalfOpen(c("c"), after), {"c", "d"}},
      {"reversed", KeyRange::HalfOpen(c("d"), c("b")), {}},
  };
  for (const RangeCase& k : cases) {
    SCOPED_TRACE(k.name);
    EXPECT_EQ(c.Names(Must(c.client().Range(k.range))), k.want);
  }
}

TEST(ClientRange, FromAndAllReachTheLastKey) {
  Corner c;
  c.Put("a", "");
  const auto from = Must(c.client().Range(KeyRange::From(c("a")), {.limit = 1}));
  EXPECT_THAT(c.Names(from), ElementsAre("a"));
  const auto all = Must(c.client().Range(KeyRange::All(), {.count_only = true}));
  const auto prefix = Must(c.client().Range(KeyRange::Prefix(""), {.count_only = true}));
  EXPECT_GE(all.count, from.count);
  EXPECT_EQ(all.count, prefix.count);
}

TEST(ClientRange, ALimitCutsOffAndSaysSo) {
  Corner c;
  for (const char* name : {"a", "b", "c"}) c.Put(name, "");
  const auto two = Must(c.client().Range(c.All(), {.limit = 2}));
  EXPECT_THAT(c.Names(two), ElementsAre("a", "b"));
  EXPECT_TRUE(two.more);
  EXPECT_EQ(two.count, 3);
  EXPECT_FALSE(Must(c.client().Range(c.All(), {.limit = 3})).more);
}

TEST(ClientRange, KeysOnlyLeavesOutTheValues) {
  Corner c;
  const int64_t revision = c.Put("a", "1");
  const auto range = Must(c.client().Range(c.All(), {.keys_only = true}));
  ASSERT_EQ(range.kvs.size(), 1U);
  EXPECT_EQ(range.kvs[0].value, "");
  EXPECT_EQ(range.kvs[0].mod_revision, revision);
}

TEST(ClientRange, CountOnlyLeavesOutThePairs) {
  Corner c;
  for (const char* name : {"a", "b", "c"}) c.Put(name, "");
  const auto range = Must(c.client().Range(c.All(), {.limit = 1, .count_only = true}));
  EXPECT_THAT(range.kvs, IsEmpty());
  EXPECT_EQ(range.count, 3);
  EXPECT_FALSE(range.more);
}

struct SortCase {
  std::string name;
  SortTarget target;
  Names want_ascending;
};

TEST(ClientRange, SortsByEveryTargetInEitherOrder) {
  Corner c;
  c.Put("c", "1");
  c.Put("a", "2");
  c.Put("b", "0");
  c.Put("c", "3");
  c.Put("c", "3");
  c.Put("a", "2");
  const SortCase cases[] = {
      {"key", SortTarget::kKey, {"a", "b", "c"}},
      {"version", SortTarget::kVersion, {"b", "a", "c"}},
      {"create revision", SortTarget::kCreateRevision, {"c", "a", "b"}},
      {"mod revision", SortTarget::kModRevision, {"b", "c", "a"}},
      {"value", SortTarget::kValue, {"b", "a", "c"}},
  };
  for (const SortCase& k : cases) {
    SCOPED_TRACE(k.name);
    const RangeOptions ascending{.sort_order = SortOrder::kAscend, .sort_target = k.target};
    const RangeOptions descending{.sort_order = SortOrder::kDescend, .sort_target = k.target};
    const Names reversed(k.want_ascending.rbegin(), k.want_ascending.rend());
    EXPECT_EQ(c.Names(Must(c.client().Range(c.All(), ascending))), k.want_ascending);
    EXPECT_EQ(c.Names(Must(c.client().Range(c.All(), descending))), reversed);
  }
}

TEST(ClientRange, BoundsSelectByRevision) {
  Corner c;
  const int64_t first = c.Put("a", "1");
  const int64_t second = c.Put("b", "1");
  const int64_t third = c.Put("a", "2");
  const auto names = [&c](const RangeOptions& options) {
    return c.Names(Must(c.client().Range(c.All(), options)));
  };
  EXPECT_THAT(names({.min_mod_revision = third}), ElementsAre("a"));
  EXPECT_THAT(names({.max_mod_revision = second}), ElementsAre("b"));
  EXPECT_THAT(names({.min_create_revision = second}), ElementsAre("b"));
  EXPECT_THAT(names({.max_create_revision = first}), ElementsAre("a"));
}

}  // namespace
}  // namespace conformance
