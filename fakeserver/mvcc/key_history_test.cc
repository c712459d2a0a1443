#include "fakeserver/mvcc/key_history.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

VersionPtr Put(int64_t main, std::string_view value, int64_t version, int64_t create) {
  return Version::Make("k", value,
                       {.modified = {main, 0}, .create_revision = create, .version = version});
}

VersionPtr Tombstone(int64_t main) { return Version::Make("k", "", {.modified = {main, 0}}); }

// The history of the class comment: put(2) put(3) delete(5) put(7).
KeyHistory TwoGenerations() {
  KeyHistory history;
  history.Append(Put(2, "a", 1, 2));
  history.Append(Put(3, "b", 2, 2));
  history.Append(Tombstone(5));
  history.Append(Put(7, "c", 1, 7));
  return history;
}

void Compact(KeyHistory& history, int64_t main, bool keep_tombstone,
             std::vector<VersionPtr>& dropped) {
  history.DropOldest(history.Superseded(main, keep_tombstone), dropped);
}

TEST(KeyHistoryTest, AtSeesTheVersionCurrentAtARevision) {
  struct AtCase {
    int64_t main;
    std::optional<std::string> want;
  };
  const AtCase cases[] = {{1, std::nullopt}, {2, "a"},          {3, "b"}, {4, "b"},
                          {5, std::nullopt}, {6, std::nullopt}, {7, "c"}, {8, "c"}};
  const KeyHistory history = TwoGenerations();
  for (const AtCase& c : cases) {
    SCOPED_TRACE(testing::Message() << "At(" << c.main << ")");
    const VersionPtr version = history.At(c.main);
    ASSERT_EQ(static_cast<bool>(version), c.want.has_value());
    if (!version) continue;
    EXPECT_EQ(version->value(), *c.want);
  }
}

TEST(KeyHistoryTest, CompactKeepsTheVersionStillCurrent) {
  KeyHistory history = TwoGenerations();
  std::vector<VersionPtr> dropped;

  Compact(history, 4, false, dropped);

  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0]->value(), "a");
  EXPECT_EQ(history.At(4)->value(), "b");
}

TEST(KeyHistoryTest, CompactAtADeletionKeepsTheTombstoneOnlyWhereAsked) {
  for (const bool keep : {false, true}) {
    SCOPED_TRACE(keep);
    KeyHistory history = TwoGenerations();
    std::vector<VersionPtr> dropped;

    Compact(history, 5, keep, dropped);

    EXPECT_EQ(dropped.size(), keep ? 2u : 3u);
    EXPECT_EQ(std::distance(history.begin(), history.end()), keep ? 2 : 1);
    EXPECT_EQ(history.newest()->value(), "c");
  }
}

TEST(KeyHistoryTest, CompactAfterADeletionDropsTheTombstoneEitherWay) {
  KeyHistory history = TwoGenerations();
  std::vector<VersionPtr> dropped;

  Compact(history, 6, true, dropped);

  EXPECT_EQ(dropped.size(), 3u);
  EXPECT_EQ(std::distance(history.begin(), history.end()), 1);
}

TEST(KeyHistoryTest, NothingIsLeftOfADeletedKey) {
  KeyHistory history;
  history.Append(Put(2, "a", 1, 2));
  history.Append(Tombstone(3));
  std::vector<VersionPtr> dropped;

  Compact(history, 3, false, dropped);

  EXPECT_TRUE(history.empty());
}

}  // namespace
}  // namespace fakeetcd
