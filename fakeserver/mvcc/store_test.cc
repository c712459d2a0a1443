#include "fakeserver/mvcc/store.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fakeserver/mvcc/hash.h"

namespace fakeetcd {
namespace {

const Behavior k34 = Behavior::Of({3, 4, 23});
const Behavior k36 = Behavior::Of({3, 6, 14});

int64_t Put(Store& store, std::string_view key, std::string_view value) {
  store.Put(key, value, 0);
  store.Commit();
  return store.revision();
}

int64_t Delete(Store& store, std::string_view key) {
  store.DeleteRange(KeyRange(key, {}));
  store.Commit();
  return store.revision();
}

// As if nothing were left to the background.
void Compact(Store& store, int64_t revision) {
  store.Compact(revision);
  store.Sweep(SIZE_MAX);
}

std::vector<std::string> Values(const Store::Found& found) {
  std::vector<std::string> values;
  for (const VersionPtr& version : found.versions) values.emplace_back(version->value());
  return values;
}

using Texts = std::vector<std::string>;

TEST(StoreTest, AFreshStoreIsAtRevisionOneAndNeverCompacted) {
  const Store store(k34);
  EXPECT_EQ(store.revision(), 1);
  EXPECT_EQ(store.compacted(), -1);
}

TEST(StoreTest, APutCountsVersionsAndADeleteEndsTheCount) {
  Store store(k34);
  Put(store, "k", "a");
  Put(store, "k", "b");
  EXPECT_EQ(store.Get("k")->version(), 2);
  EXPECT_EQ(store.Get("k")->create_revision(), 2);

  Delete(store, "k");
  Put(store, "k", "c");

  EXPECT_EQ(store.Get("k")->version(), 1);
  EXPECT_EQ(store.Get("k")->create_revision(), 5);
  EXPECT_EQ(store.Get("k")->mod_revision(), 5);
}

TEST(StoreTest, ATransactionIsOneRevisionWithSubRevisionsInOrder) {
  Store store(k34);
  Put(store, "a", "1");
  store.Put("b", "2", 0);
  store.DeleteRange(KeyRange("a", "z"));
  store.Put("a", "3", 0);

  ASSERT_TRUE(store.Commit());
  const std::vector<Change> changes(store.log().end() - 4, store.log().end());

  EXPECT_EQ(store.revision(), 3);
  ASSERT_EQ(store.log().size(), 5u);
  for (size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].now->modified(), (Revision{3, static_cast<int64_t>(i)}));
  }
  // Deleted and put again: a new life that began in the same revision.
  EXPECT_EQ(store.Get("a")->create_revision(), 3);
  EXPECT_EQ(store.Get("a")->version(), 1);
  EXPECT_FALSE(store.Get("b"));
  // What was before is what the transaction found.
  EXPECT_FALSE(changes[0].before);
  EXPECT_EQ(changes[1].before->value(), "1");
  EXPECT_FALSE(changes[2].before);
}

TEST(StoreTest, DeletingNothingMakesNoRevision) {
  Store store(k34);
  store.DeleteRange(KeyRange("a", "z"));
  EXPECT_FALSE(store.Commit());
  EXPECT_EQ(store.revision(), 1);
}

TEST(StoreTest, RangeReadsThePastAndCountsBeyondTheMaximum) {
  Store store(k34);
  Put(store, "a", "1");
  Put(store, "b", "2");
  Put(store, "a", "3");
  Delete(store, "b");

  EXPECT_EQ(Values(store.Range(KeyRange("a", "z"), 3, 0)), (Texts{"1", "2"}));
  EXPECT_EQ(Values(store.Range(KeyRange("a", "z"), 4, 0)), (Texts{"3", "2"}));
  EXPECT_EQ(Values(store.Range(KeyRange("a", "z"), std::nullopt, 0)), Texts{"3"});
  const auto one = store.Range(KeyRange("a", "z"), 3, 1);
  EXPECT_EQ(Values(one), Texts{"1"});
  EXPECT_EQ(one.count, 2);
  EXPECT_EQ(store.Count(KeyRange("a", "z"), 3), 2);
}

TEST(StoreTest, CompactForgetsWhatNoReadFromThereOnCanSee) {
  Store store(k34);
  Put(store, "a", "1");
  Put(store, "a", "2");
  Put(store, "b", "3");
  Delete(store, "b");

  Compact(store, 4);

  EXPECT_EQ(store.compacted(), 4);
  EXPECT_EQ(Values(store.Range(KeyRange("a", "z"), 4, 0)), (Texts{"2", "3"}));
  EXPECT_EQ(store.AllVersions().size(), 3u);
  ASSERT_EQ(store.log().size(), 2u);
  EXPECT_EQ(store.log()[0].now->value(), "3");
}

TEST(StoreTest, TheTombstoneOfTheCompactedRevisionStaysFromTheReleaseOnThatKeepsIt) {
  for (const Behavior* behavior : {&k34, &k36}) {
    SCOPED_TRACE(behavior->version.ToString());
    Store store(*behavior);
    Put(store, "a", "1");
    Delete(store, "a");

    Compact(store, 3);

    EXPECT_EQ(store.Survives(store.log().front()), behavior != &k34);
    EXPECT_EQ(store.AllVersions().size(), behavior == &k34 ? 0u : 1u);
    Put(store, "b", "2");
    Compact(store, 4);
    EXPECT_EQ(store.AllVersions().size(), 1u);
  }
}

TEST(StoreTest, WhatTheCompactedRevisionItselfSupersedesGoesToo) {
  Store store(k34);
  Put(store, "a", "1");
  Compact(store, 2);
  Put(store, "a", "2");
  Put(store, "b", "3");
  Compact(store, 3);
  EXPECT_EQ(store.AllVersions().size(), 2u);
  Delete(store, "a");
  Compact(store, 5);
  EXPECT_EQ(store.AllVersions().size(), 1u);
}

// Everything a store may be asked, against one that was never compacted, from the compacted
// revision on.
TEST(StoreTest, CompactionChangesNoReadFromThereOn) {
  std::mt19937 random(7);
  Store compacted(k36);
  Store whole(k36);
  for (int step = 0; step < 3000; ++step) {
    const std::string key = "k" + std::to_string(random() % 40);
    const bool put = random() % 3 != 0;
    for (Store* store : {&compacted, &whole}) put ? Put(*store, key, key) : Delete(*store, key);
    if (random() % 50 == 0 && compacted.revision() > compacted.compacted() + 1) {
      // Sweeping is behind most of the time.
      compacted.Sweep(random() % 30);
      const int64_t span = compacted.revision() - std::max<int64_t>(compacted.compacted(), 0);
      compacted.Compact(compacted.revision() - static_cast<int64_t>(random()) % span);
    }
    const int64_t oldest = std::max<int64_t>(compacted.compacted(), 1);
    const int64_t at =
        oldest + static_cast<int64_t>(random()) % (compacted.revision() - oldest + 1);
    const KeyRange range("k1", "k3");
    ASSERT_EQ(Values(compacted.Range(range, at, 0)), Values(whole.Range(range, at, 0)));
    ASSERT_EQ(compacted.Count(range, std::nullopt), whole.Count(range, std::nullopt));
  }
}

uint32_t HashKv(const Store& store, int64_t revision, const Behavior& behavior) {
  return fakeetcd::HashKv(store.InputOfHashKv(revision), behavior);
}

TEST(HashKvTest, AnEmptyStoreHashesToTheBucketsName) {
  const Store store(k34);
  EXPECT_EQ(HashKv(store, 0, k34), 1084519789u);
  EXPECT_EQ(HashKv(store, -1, k34), 1084519789u);
}

// put a, put b, put a again, delete b, put c with a lease; then compacted at 5. The numbers are
// what etcd 3.5.30, 3.6.14 and 3.7.1 answer.
TEST(HashKvTest, IsEtcdsOwn) {
  Store store(k36);
  Put(store, "a", "1");
  Put(store, "b", "2");
  Put(store, "a", "3");
  Delete(store, "b");
  store.Put("c", "4", 77);
  store.Commit();
  Compact(store, 5);

  EXPECT_EQ(HashKv(store, 0, k36), 3501170338u);
  // A compacted revision answers as things stood when it was compacted.
  EXPECT_EQ(HashKv(store, 5, k36), 1125682900u);
  EXPECT_EQ(store.InputOfHashKv(5).compacted, -1);
}

TEST(HashKvTest, TheTenNewestCompactionsAreRemembered) {
  Store store(k36);
  std::vector<uint32_t> before;
  for (int i = 0; i < 12; ++i) {
    Put(store, "k", std::to_string(i));
    before.push_back(HashKv(store, store.revision(), k36));
    store.Compact(store.revision());
    if (i % 3 == 0) store.Sweep(2);
  }
  for (int i = 2; i < 12; ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(HashKv(store, i + 2, k36), before[static_cast<size_t>(i)]);
    EXPECT_EQ(store.InputOfHashKv(i + 2).compacted, i + 1);
  }
  EXPECT_EQ(store.InputOfHashKv(3).compacted, 13) << "the eleventh newest is forgotten";
}

// Versions that only old hashes need are let go once the hashes are known.
TEST(HashKvTest, AHashSetOutlivesTheVersionsItWasMadeOf) {
  Store store(k36);
  for (int i = 0; i < 600'000; ++i) Put(store, "k", "v");
  const uint32_t before = HashKv(store, 500'000, k36);
  EXPECT_TRUE(store.HashesWanted().empty());
  Compact(store, 500'000);
  EXPECT_TRUE(store.HashesWanted().empty());
  Compact(store, 600'000);

  const auto wanted = store.HashesWanted();
  ASSERT_EQ(wanted.size(), 2u);
  for (const auto& input : wanted) store.SetHash(input.revision, fakeetcd::HashKv(input, k36));

  EXPECT_TRUE(store.HashesWanted().empty());
  EXPECT_EQ(HashKv(store, 500'000, k36), before);
  EXPECT_TRUE(store.InputOfHashKv(500'000).versions.empty());
}

}  // namespace
}  // namespace fakeetcd
