#include "fakeserver/lease/lease_table.h"

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

LeaseTable MakeTable() { return LeaseTable(seconds(2)); }

TEST(LeaseTableTest, AShortTtlIsRaisedToTheMinimum) {
  LeaseTable table = MakeTable();
  LeaseId id = 1;
  for (const int64_t ttl : {0, -5, 1, 2}) EXPECT_EQ(*table.Grant(id++, ttl, kStart), seconds(2));
  EXPECT_EQ(*table.Grant(id++, 3, kStart), seconds(3));
  EXPECT_EQ(*table.Grant(id, 9'000'000'000, kStart), seconds(9'000'000'000));
}

TEST(LeaseTableTest, ATooLargeTtlIsFoundBeforeATakenId) {
  LeaseTable table = MakeTable();
  ASSERT_TRUE(table.Grant(1, 10, kStart).ok());
  EXPECT_EQ(table.Grant(1, 9'000'000'001, kStart).status().message(),
            "etcdserver: too large lease TTL");
  EXPECT_EQ(table.Grant(1, 10, kStart).status().message(), "etcdserver: lease already exists");
}

TEST(LeaseTableTest, RemainingIsInWholeSecondsAndNeverNegative) {
  LeaseTable table = MakeTable();
  ASSERT_TRUE(table.Grant(1, 10, kStart).ok());
  EXPECT_EQ(table.Find(1)->Remaining(kStart), seconds(10));
  EXPECT_EQ(table.Find(1)->Remaining(kStart + milliseconds(1)), seconds(9));
  EXPECT_EQ(table.Find(1)->Remaining(kStart + seconds(11)), seconds(0));
}

TEST(LeaseTableTest, LeasesRunOutInOrderOfTime) {
  LeaseTable table = MakeTable();
  ASSERT_TRUE(table.Grant(1, 30, kStart).ok());
  ASSERT_TRUE(table.Grant(2, 10, kStart).ok());
  ASSERT_TRUE(table.Grant(3, 20, kStart).ok());
  EXPECT_EQ(table.Ids(), (std::vector<LeaseId>{2, 3, 1}));
  EXPECT_EQ(table.NextExpiry(), kStart + seconds(10));

  EXPECT_FALSE(table.TakeExpired(kStart + seconds(9)).has_value());
  EXPECT_EQ(table.TakeExpired(kStart + seconds(20))->id, 2);
  EXPECT_EQ(table.TakeExpired(kStart + seconds(20))->id, 3);
  EXPECT_FALSE(table.TakeExpired(kStart + seconds(20)).has_value());
}

TEST(LeaseTableTest, KeepAliveGivesTheWholeTtlAgain) {
  LeaseTable table = MakeTable();
  ASSERT_TRUE(table.Grant(1, 10, kStart).ok());

  EXPECT_EQ(table.KeepAlive(1, kStart + seconds(9)), seconds(10));

  EXPECT_FALSE(table.TakeExpired(kStart + seconds(18)).has_value());
  EXPECT_TRUE(table.TakeExpired(kStart + seconds(19)).has_value());
  EXPECT_FALSE(table.KeepAlive(1, kStart).has_value());
}

TEST(LeaseTableTest, RevokeReturnsTheKeysInOrder) {
  LeaseTable table = MakeTable();
  ASSERT_TRUE(table.Grant(1, 10, kStart).ok());
  for (const char* key : {"c", "a", "b", "a"}) table.Attach(1, key);
  table.Detach(1, "b");
  table.Attach(99, "x");

  EXPECT_EQ(table.Revoke(1)->keys, (std::vector<std::string>{"a", "c"}));

  EXPECT_EQ(table.Revoke(1).status().message(), "etcdserver: requested lease not found");
  EXPECT_FALSE(table.NextExpiry().has_value());
}

}  // namespace
}  // namespace fakeetcd
