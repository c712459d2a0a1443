#include "fakeserver/mvcc/key_index.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

VersionPtr Put(std::string_view key, int64_t main) {
  return Version::Make(key, "v", {.modified = {main, 0}, .create_revision = main, .version = 1});
}

VersionPtr Delete(std::string_view key, int64_t main) {
  return Version::Make(key, "", {.modified = {main, 0}});
}

void Append(KeyIndex& index, const VersionPtr& version) {
  index.Append(version->key(), [&](const KeyHistory*) { return version; });
}

std::vector<std::string> LiveKeys(const KeyIndex& index, const KeyRange& range) {
  std::vector<std::string> keys;
  index.Walk(range, true, [&](const KeyHistory& history) {
    if (history.live()) keys.emplace_back(history.key());
    return true;
  });
  return keys;
}

// A plain map that says what the index must hold.
using Model = std::map<std::string, bool>;  // live

std::vector<std::string> LiveKeys(const Model& model, const KeyRange& range) {
  std::vector<std::string> keys;
  for (const auto& [key, live] : model) {
    if (live && range.Contains(key)) keys.push_back(key);
  }
  return keys;
}

void ExpectSame(const KeyIndex& index, const Model& model, const KeyRange& range) {
  const auto want = LiveKeys(model, range);
  ASSERT_EQ(LiveKeys(index, range), want);
  ASSERT_EQ(index.CountLive(range), static_cast<int64_t>(want.size()));
}

TEST(KeyIndexTest, AnEmptyIndexHoldsNothing) {
  const KeyIndex index;
  EXPECT_EQ(index.Find("a"), nullptr);
  EXPECT_EQ(index.CountLive(KeyRange("a", "z")), 0);
  EXPECT_TRUE(LiveKeys(index, KeyRange("a", std::string_view("\0", 1))).empty());
}

TEST(KeyIndexTest, WalkStopsWhenToldTo) {
  KeyIndex index;
  for (const char* key : {"a", "b", "c"}) Append(index, Put(key, 2));
  int seen = 0;

  index.Walk(KeyRange("a", "z"), true, [&](const KeyHistory&) { return ++seen < 2; });

  EXPECT_EQ(seen, 2);
}

// Thousands of keys in random order, so that chunks split, empty and go, against a plain map.
TEST(KeyIndexTest, AgreesWithAPlainMapUnderRandomChanges) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto key_of = [&] { return std::to_string(random() % 4000); };
    KeyIndex index;
    Model model;
    std::vector<VersionPtr> dropped;
    for (int64_t main = 2; main < 20000; ++main) {
      const std::string key = key_of();
      const unsigned what = random() % 10;
      if (what < 5) {
        Append(index, Put(key, main));
        model[key] = true;
      } else if (what < 8 && model.contains(key) && model[key]) {
        Append(index, Delete(key, main));
        model[key] = false;
      } else {
        index.Compact(key, main, false, dropped);
        if (model.contains(key) && !model[key]) model.erase(key);
      }
      if (main % 500 != 0) continue;
      const std::string begin = key_of();
      const std::string end = key_of();
      ExpectSame(index, model, KeyRange(begin, end));
      ExpectSame(index, model, KeyRange(begin, std::string_view("\0", 1)));
      ExpectSame(index, model, KeyRange(begin, {}));
      ASSERT_EQ(index.size(), static_cast<int64_t>(model.size()));
    }
  }
}

TEST(KeyIndexTest, AscendingKeysFillTheirChunks) {
  KeyIndex index;
  Model model;
  for (int i = 0; i < 5000; ++i) {
    const std::string key = "k" + std::to_string(100000 + i);
    Append(index, Put(key, i + 2));
    model[key] = true;
  }
  ExpectSame(index, model, KeyRange("k", "l"));
  ExpectSame(index, model, KeyRange("k100200", "k104800"));
}

}  // namespace
}  // namespace fakeetcd
