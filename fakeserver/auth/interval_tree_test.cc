#include "fakeserver/auth/interval_tree.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

IntervalTree Tree(const std::vector<std::pair<std::string, std::string>>& intervals,
                  IntervalTree::Order order = IntervalTree::Order::kInserted) {
  IntervalTree tree(order);
  for (const auto& [begin, end] : intervals) tree.Insert(begin, end);
  return tree;
}

TEST(IntervalTreeTest, CoversWhatIntervalsReachTogether) {
  const IntervalTree tree = Tree({{"c", "f"}, {"a", "c"}, {"e", "h"}, {"m", "p"}});

  EXPECT_TRUE(tree.Covers("a", "h"));
  EXPECT_TRUE(tree.Covers("b", "g"));
  EXPECT_FALSE(tree.Covers("a", "i"));
  EXPECT_FALSE(tree.Covers("g", "n"));
  EXPECT_FALSE(tree.Covers("A", "b"));
  EXPECT_FALSE(tree.Covers("x", "y"));
}

TEST(IntervalTreeTest, AnEmptyEndIsBeyondAllKeys) {
  const IntervalTree tree = Tree({{"a", "m"}, {"m", ""}});

  EXPECT_TRUE(tree.Covers("a", ""));
  EXPECT_TRUE(tree.Covers("z", ""));
  EXPECT_FALSE(tree.Covers("A", ""));
  EXPECT_FALSE(Tree({{"a", "z"}}).Covers("a", ""));
}

TEST(IntervalTreeTest, HoldsTheKeysOfAnyInterval) {
  IntervalTree tree = Tree({{"a", "c"}, {"x", ""}});
  tree.InsertPoint("p");

  for (const char* key : {"a", "b", "bzz", "p", "x", "zzz"}) EXPECT_TRUE(tree.Holds(key)) << key;
  for (const char* key : {"A", "c", "o", "pp", "w"}) EXPECT_FALSE(tree.Holds(key)) << key;
  EXPECT_FALSE(tree.Holds(std::string("p\0", 2)));
}

TEST(IntervalTreeTest, AnInvertedIntervalIsCoveredByOneThatHoldsItsBeginning) {
  EXPECT_TRUE(Tree({{"m", "q"}}).Covers("n", "m"));
  EXPECT_FALSE(Tree({{"m", "q"}}).Covers("r", "m"));
  EXPECT_FALSE(Tree({}).Covers("n", "m"));
}

// What etcd's tree says of these, too, depends on which interval came first.
TEST(IntervalTreeTest, AnInvertedIntervalMayBeMissedByTheShapeOfTheTree) {
  EXPECT_FALSE(Tree({{"m", "n"}, {"n", "q"}}).Covers("n", "m"));
  EXPECT_TRUE(Tree({{"n", "q"}, {"m", "n"}}).Covers("o", "n"));
}

TEST(IntervalTreeTest, AnInvertedIntervalMayBeMissedByTheOrderOfThoseThatBeginAlike) {
  const std::vector<std::pair<std::string, std::string>> intervals = {
      {"b", ""}, {"b", "d"}, {"e", "f"}};
  EXPECT_FALSE(Tree(intervals, IntervalTree::Order::kInserted).Covers("d", "b"));
  EXPECT_TRUE(Tree(intervals, IntervalTree::Order::kByEnd).Covers("d", "b"));
}

TEST(IntervalTreeTest, AgreesWithCountingKeyByKey) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  uint32_t state = 7;
  const auto next = [&](uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % below;
  };
  for (int round = 0; round < 300; ++round) {
    IntervalTree tree(round % 2 == 0 ? IntervalTree::Order::kInserted
                                     : IntervalTree::Order::kByEnd);
    std::vector<bool> covered(letters.size());
    for (uint32_t i = next(12); i > 0; --i) {
      const uint32_t begin = next(25);
      const uint32_t end = begin + 1 + next(25 - begin);
      tree.Insert(letters.substr(begin, 1), letters.substr(end, 1));
      for (uint32_t at = begin; at < end; ++at) covered[at] = true;
    }
    for (uint32_t begin = 0; begin < 25; ++begin) {
      EXPECT_EQ(tree.Holds(letters.substr(begin, 1)), covered[begin]);
      bool all = true;
      for (uint32_t end = begin + 1; end < 26; ++end) {
        all = all && covered[end - 1];
        ASSERT_EQ(tree.Covers(letters.substr(begin, 1), letters.substr(end, 1)), all)
            << "round " << round << ": " << letters[begin] << letters[end];
      }
    }
  }
}

}  // namespace
}  // namespace fakeetcd
