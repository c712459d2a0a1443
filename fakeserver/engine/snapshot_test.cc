#include "fakeserver/engine/snapshot.h"

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"

#include "fakeserver/base/wire_format.h"
#include "fakeserver/bbolt/reader.h"
#include "fakeserver/engine/engine.h"
#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const EtcdVersion kReleases[] = {{3, 4, 23}, {3, 5, 33}, {3, 6, 14}, {3, 7, 1}};

struct Member {
  explicit Member(EtcdVersion version = {3, 6, 14})
      : engine({.behavior = Behavior::Of(version),
                .identity = MemberIdentity::Derive("default", {"http://127.0.0.1:24902"},
                                                   {"http://127.0.0.1:24901"}, "etcd-cluster")},
               clock) {}

  ManualClock clock;
  Engine engine;

  int64_t Put(std::string_view key, std::string_view value, LeaseId lease = 0) {
    return engine.Put({.key = key, .value = value, .lease = lease})->revision;
  }
  std::string Get(std::string_view key, int64_t revision = 0) {
    const auto range = engine.Range({.key = key, .revision = revision});
    if (!range.ok()) return std::string(range.status().message());
    return range->kvs.empty() ? "(none)" : std::string(range->kvs[0]->value());
  }
  std::string SaveSnapshot() {
    Snapshot snapshot(engine.TakeBackend());
    std::string file;
    while (snapshot.remaining() > 0) file += snapshot.Next(32768);
    return file;
  }
};

using Buckets = std::map<std::string, std::map<std::string, std::string>>;

Buckets Parse(const std::string& file) {
  const auto parsed = ReadBbolt(file);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  Buckets buckets;
  for (const auto& [name, entries] : *parsed) {
    buckets[name] = {entries.begin(), entries.end()};
  }
  return buckets;
}

void LoadInto(Engine& engine, const std::string& file) {
  const auto buckets = ReadBbolt(file);
  ASSERT_TRUE(buckets.ok()) << buckets.status();
  const absl::Status status = engine.Load(*buckets);
  ASSERT_TRUE(status.ok()) << status;
}

// Puts, deletes, transactions, leases and compactions in a random order.
void Scramble(Member& f, uint32_t seed, int rounds) {
  std::mt19937 random(seed);
  std::vector<LeaseId> leases = {f.engine.LeaseGrant(0, 100)->id, f.engine.LeaseGrant(0, 1)->id};
  for (int i = 0; i < rounds; ++i) {
    const std::string key = "k" + std::to_string(random() % 40);
    switch (random() % 10) {
      case 0:
        ASSERT_TRUE(f.engine.DeleteRange({.key = key}).ok());
        break;
      case 1:
        ASSERT_TRUE(f.engine.DeleteRange({.key = key, .range_end = "k3"}).ok());
        break;
      case 2:
        if (random() % 8 == 0) (void)f.engine.Compact(f.engine.revision() - 5, random() % 2 == 0);
        break;
      case 3:
        if (random() % 8 == 0) leases.push_back(f.engine.LeaseGrant(0, 50)->id);
        break;
      case 4:
        f.Put(key, std::string(random() % 3000, 'x'), leases[random() % leases.size()]);
        break;
      default:
        f.Put(key, std::to_string(i));
    }
  }
}

TEST(SnapshotTest, AFreshStoreHasWhatEtcdsHas) {
  for (const EtcdVersion& version : kReleases) {
    SCOPED_TRACE(version.ToString());
    Member f(version);
    const Buckets buckets = Parse(f.SaveSnapshot());
    const std::string id = absl::StrFormat("%x", f.engine.identity().member_id);
    Buckets expected = {{"alarm", {}},
                        {"auth", {{"authRevision", BigEndian(1)}}},
                        {"authRoles", {}},
                        {"authUsers", {}},
                        {"cluster", {{"clusterVersion", version.OfMinor().ToString()}}},
                        {"key", {}},
                        {"lease", {}},
                        {"members", {{id, buckets.at("members").begin()->second}}},
                        {"members_removed", {}},
                        {"meta", {}}};
    if (version >= EtcdVersion{3, 5, 0}) {
      const std::string number = std::to_string(f.engine.identity().member_id);
      expected["meta"] = {{"confState", "{\"voters\":[" + number + "],\"auto_leave\":false}"},
                          {"consistent_index", BigEndian(4)},
                          {"term", BigEndian(2)}};
    }
    if (version >= EtcdVersion{3, 6, 0}) {
      expected["meta"]["storageVersion"] = version.OfMinor().ToString();
    }
    EXPECT_EQ(buckets, expected);
  }
}

TEST(SnapshotTest, HoldsLeasesAndCompactions) {
  Member f;
  f.Put("a", "1");
  f.Put("a", "2");
  ASSERT_TRUE(f.engine.Compact(3, true).ok());
  ASSERT_TRUE(f.engine.LeaseGrant(0x1234, 100).ok());
  const Buckets buckets = Parse(f.SaveSnapshot());
  EXPECT_EQ(buckets.at("key").size(), 1u);
  EXPECT_EQ(buckets.at("meta").at("finishedCompactRev"), StoredRevision(3));
  EXPECT_EQ(buckets.at("meta").at("scheduledCompactRev"), StoredRevision(3));
  ASSERT_EQ(buckets.at("lease").size(), 1u);
  EXPECT_EQ(buckets.at("lease").begin()->first, BigEndian(0x1234));
  EXPECT_EQ(buckets.at("lease").begin()->second, "\x08\xb4\x24\x10\x64");
}

TEST(SnapshotTest, PiecesAreOfTheSizeAskedForAndTheDigestIsOfThemAll) {
  Member f;
  for (int i = 0; i < 300; ++i) f.Put("k" + std::to_string(i), std::string(1000, 'v'));
  f.Put("large", std::string(100000, 'v'));
  Snapshot snapshot(f.engine.TakeBackend());
  std::string file;
  while (snapshot.remaining() > 0) {
    const uint64_t before = snapshot.remaining();
    const std::string piece = snapshot.Next(32768);
    EXPECT_EQ(piece.size(), std::min<uint64_t>(before, 32768));
    EXPECT_EQ(snapshot.remaining(), before - piece.size());
    file += piece;
  }
  EXPECT_EQ(file.size(), snapshot.size());
  file += snapshot.Digest();
  EXPECT_TRUE(DatabaseOfSnapshot(file).ok());
}

TEST(SnapshotTest, WhatIsLoadedAnswersAsWhatWasSaved) {
  for (const EtcdVersion& version : kReleases) {
    for (const uint32_t seed : {1U, 2U, 3U}) {
      SCOPED_TRACE(version.ToString() + " " + std::to_string(seed));
      Member saved(version);
      Scramble(saved, seed, 3000);
      const std::string file = saved.SaveSnapshot();
      Member loaded(version);
      LoadInto(loaded.engine, file);

      EXPECT_EQ(loaded.engine.revision(), saved.engine.revision());
      const auto hash = saved.engine.HashKv(0);
      EXPECT_EQ(loaded.engine.HashKv(0)->hash, hash->hash);
      EXPECT_EQ(loaded.engine.HashKv(0)->compact_revision, hash->compact_revision);
      for (int64_t at = hash->compact_revision; at <= saved.engine.revision(); at += 7) {
        for (int i = 0; i < 40; ++i) {
          const std::string key = "k" + std::to_string(i);
          EXPECT_EQ(loaded.Get(key, at), saved.Get(key, at)) << key << " at " << at;
        }
      }
      auto leases = loaded.engine.LeaseLeases().ids;
      auto saved_leases = saved.engine.LeaseLeases().ids;
      std::sort(leases.begin(), leases.end());
      std::sort(saved_leases.begin(), saved_leases.end());
      EXPECT_EQ(leases, saved_leases);
      for (const LeaseId id : leases) {
        EXPECT_EQ(loaded.engine.LeaseTimeToLive(id, true).keys,
                  saved.engine.LeaseTimeToLive(id, true).keys);
      }
    }
  }
}

TEST(SnapshotTest, HistoryGoesOnAfterALoadAsItWouldHave) {
  Member saved;
  Scramble(saved, 4, 2000);
  Member loaded;
  LoadInto(loaded.engine, saved.SaveSnapshot());
  for (Member* f : {&saved, &loaded}) {
    f->Put("k1", "new");
    ASSERT_TRUE(f->engine.DeleteRange({.key = "k", .range_end = "k2"}).ok());
    ASSERT_TRUE(f->engine.Compact(f->engine.revision() - 1, true).ok());
    f->Put("k1", "newer");
  }
  EXPECT_EQ(loaded.engine.HashKv(0)->hash, saved.engine.HashKv(0)->hash);
  EXPECT_EQ(loaded.SaveSnapshot().size(), saved.SaveSnapshot().size());
}

TEST(SnapshotTest, LoadedLeasesHaveTheirWholeTtlAgain) {
  Member saved;
  ASSERT_TRUE(saved.engine.LeaseGrant(7, 100).ok());
  saved.Put("held", "x", 7);
  saved.clock.MoveTo(saved.clock.Now() + seconds(60));
  Member loaded;
  LoadInto(loaded.engine, saved.SaveSnapshot());

  const auto lease = loaded.engine.LeaseTimeToLive(7, true);
  EXPECT_EQ(lease.granted_seconds, 100);
  EXPECT_GE(lease.ttl_seconds, 100);
  EXPECT_THAT(lease.keys, ElementsAre("held"));
  loaded.clock.MoveTo(loaded.clock.Now() + seconds(102));
  loaded.engine.RunDue();
  EXPECT_EQ(loaded.Get("held"), "(none)");
}

struct IdleSink final : WatchSink {
  void Wake() override {}
};

TEST(SnapshotTest, AWatchStartsInTheLoadedHistory) {
  Member saved;
  saved.Put("a", "1");  // at 2
  saved.Put("a", "2");
  saved.Put("a", "3");
  ASSERT_TRUE(saved.engine.Compact(3, true).ok());
  Member loaded;
  LoadInto(loaded.engine, saved.SaveSnapshot());

  const auto stream = loaded.engine.WatchOpen(std::make_shared<IdleSink>());
  loaded.engine.WatchCreate(*stream, {.key = "a", .start_revision = 3, .prev_kv = true});
  std::vector<std::string> seen;
  while (const auto response = loaded.engine.WatchNext(*stream)) {
    if (response->events == nullptr) continue;
    for (const Change& change : *response->events) {
      seen.push_back(std::string(change.now->value()) + " after " +
                     (change.before ? std::string(change.before->value()) : "nothing"));
    }
  }
  EXPECT_THAT(seen, ElementsAre("2 after nothing", "3 after 2"));
  loaded.engine.WatchClose(*stream);
}

TEST(SnapshotTest, ACompactionThatWasNotFinishedIsOnceLoaded) {
  Member saved;
  for (int i = 0; i < 1000; ++i) saved.Put("k" + std::to_string(i % 500), "x");
  ASSERT_TRUE(saved.engine.Compact(900, false).ok());  // which supersedes 399 of them
  const std::string file = saved.SaveSnapshot();
  const Buckets buckets = Parse(file);
  EXPECT_EQ(buckets.at("meta").at("scheduledCompactRev"), StoredRevision(900));
  EXPECT_FALSE(buckets.at("meta").contains("finishedCompactRev"));
  EXPECT_GT(buckets.at("key").size(), 601u);

  Member loaded;
  LoadInto(loaded.engine, file);
  EXPECT_EQ(loaded.Get("k1", 899), "etcdserver: mvcc: required revision has been compacted");
  const Buckets swept = Parse(loaded.SaveSnapshot());
  EXPECT_EQ(swept.at("key").size(), 601u);
  EXPECT_EQ(swept.at("meta").at("finishedCompactRev"), StoredRevision(900));
}

TEST(SnapshotTest, WritesDuringTheCollectionAreNotInIt) {
  Member f;
  for (int i = 0; i < 20000; ++i) f.Put("k" + std::to_string(i), "before");
  const int64_t before = f.engine.revision();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      f.Put("k" + std::to_string(i % 20000), "after");
      if (i % 100 == 0) (void)f.engine.Compact(f.engine.revision(), false);
    }
  });
  std::vector<std::string> files;
  for (int i = 0; i < 5; ++i) files.push_back(f.SaveSnapshot());
  stop = true;
  writer.join();

  for (const std::string& file : files) {
    Member loaded;
    LoadInto(loaded.engine, file);
    EXPECT_GE(loaded.engine.revision(), before);
    // Every key is there, whichever of its values the moment of the snapshot had.
    EXPECT_EQ(loaded.engine.Range({.key = "k", .range_end = "l", .count_only = true})->count,
              20000);
    EXPECT_EQ(loaded.engine.HashKv(0)->hash, f.engine.revision() == loaded.engine.revision()
                                                 ? f.engine.HashKv(0)->hash
                                                 : loaded.engine.HashKv(0)->hash);
  }
}

TEST(SnapshotTest, ALoadThatFailsChangesNothing) {
  Member f;
  f.Put("a", "1");
  BboltBuckets buckets;
  buckets["key"].emplace_back("not a revision", "x");
  EXPECT_THAT(f.engine.Load(buckets).message(), HasSubstr("at no revision"));
  EXPECT_EQ(f.Get("a"), "1");
}

TEST(SnapshotTest, WhatEtcdDoesNotWriteIsNotLoaded) {
  const std::string put = StoredRevision(5);
  const std::string tombstone = put + "t";
  std::string value;
  AppendStoredValue(
      *Version::Make("a", "b", {.modified = {5, 0}, .create_revision = 5, .version = 1}), value);
  struct Case {
    const char* says;
    std::string bucket;
    std::string key;
    std::string value;
  };
  const Case cases[] = {
      {"is at the revision of another", "key", tombstone,
       "\n\x01"
       "a"},
      {"is no revision", "meta", "finishedCompactRev", "5"},
      {"is no lease of that id", "lease", BigEndian(7), "\x08\x06\x10\x64"},
      {"is no lease of that id", "lease", "7", "\x08\x07\x10\x64"},
      {"is no lease of that id", "lease", BigEndian(7), "\x08"},
      {"too large lease TTL", "lease", BigEndian(7), "\x08\x07\x10\xff\xff\xff\xff\xff\x01"},
      {"version \"3.7.0\" is not supported", "meta", "storageVersion", "3.7.0"},
  };
  for (const Case& c : cases) {
    Member f;
    BboltBuckets buckets;
    buckets["key"].emplace_back(put, value);
    buckets[c.bucket].emplace_back(c.key, c.value);
    EXPECT_THAT(f.engine.Load(buckets).message(), HasSubstr(c.says)) << c.bucket << " " << c.key;
  }
  BboltBuckets no_etcd;
  no_etcd["widgets"];
  Member f;
  EXPECT_THAT(f.engine.Load(no_etcd).message(), HasSubstr("not etcd's"));
}

TEST(SnapshotTest, DataOfNewerReleasesAreRefusedOnlyByThoseThatLook) {
  for (const EtcdVersion& version : kReleases) {
    Member newest({3, 7, 1});
    newest.Put("a", "1");
    const std::string file = newest.SaveSnapshot();
    Member f(version);
    EXPECT_EQ(f.engine.Load(*ReadBbolt(file)).ok(), version != (EtcdVersion{3, 6, 14}))
        << version.ToString();
  }
}

// What `etcdutl snapshot restore --bump-revision 1000 --mark-compacted` adds.
TEST(SnapshotTest, ABumpedRevisionIsKept) {
  Member saved;
  saved.Put("a", "1");
  const std::string file = saved.SaveSnapshot();
  auto buckets = *ReadBbolt(file);
  const std::string bumped = StoredRevision(1002);
  buckets["key"].emplace_back(bumped, "");
  buckets["meta"].emplace_back("scheduledCompactRev", bumped);
  Member f;
  ASSERT_TRUE(f.engine.Load(buckets).ok());
  EXPECT_EQ(f.engine.revision(), 1002);
  EXPECT_EQ(f.Get("a", 1001), "etcdserver: mvcc: required revision has been compacted");
  EXPECT_EQ(f.Get("a"), "1");
  EXPECT_EQ(
      f.engine.Range({.key = std::string_view("\0", 1), .range_end = std::string_view("\0", 1)})
          ->count,
      1);
  const Buckets again = Parse(f.SaveSnapshot());
  EXPECT_EQ(again.at("key").size(), 2u);
  EXPECT_EQ(again.at("key").at(bumped), "");
}

}  // namespace
}  // namespace fakeetcd
