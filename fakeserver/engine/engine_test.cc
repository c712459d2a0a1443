#include "fakeserver/engine/engine.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Engine::Options OptionsFor(EtcdVersion version) {
  return {.behavior = Behavior::Of(version),
          .identity = MemberIdentity::Derive("default", {"http://127.0.0.1:24902"},
                                             {"http://127.0.0.1:24901"}, "etcd-cluster")};
}

// An engine at a time that stands still.
struct Fixture {
  explicit Fixture(EtcdVersion version = {3, 6, 14}) : engine(OptionsFor(version), clock) {}

  ManualClock clock;
  Engine engine;

  int64_t Put(std::string_view key, std::string_view value, LeaseId lease = 0) {
    return engine.Put({.key = key, .value = value, .lease = lease})->revision;
  }
  std::string Get(std::string_view key) {
    const auto range = engine.Range({.key = key});
    return range->kvs.empty() ? "(none)" : std::string(range->kvs[0]->value());
  }
  // Moves time on, stopping wherever something falls due.
  void Advance(Duration by) {
    const TimePoint end = clock.Now() + by;
    for (auto due = engine.NextDeadline(); due && *due <= end; due = engine.NextDeadline()) {
      clock.MoveTo(*due);
      engine.RunDue();
    }
    clock.MoveTo(end);
  }
};

// Counts how often it was woken.
struct Sink final : WatchSink {
  void Wake() override { ++wakes; }
  std::atomic<int> wakes{0};
};

std::vector<WatchResponse> TakeAll(Engine& engine, WatchStream& stream) {
  std::vector<WatchResponse> responses;
  while (auto response = engine.WatchNext(stream)) responses.push_back(*std::move(response));
  return responses;
}

// The numbers are what etcd of each release answers after the same requests, started with the
// same name and URLs.
TEST(EngineTest, HashIsEtcdsOwn) {
  struct HashCase {
    EtcdVersion version;
    uint32_t fresh;
    uint32_t written;
    uint32_t compacted;
  };
  const HashCase cases[] = {{{3, 4, 23}, 346536328, 556548326, 1589675668},
                            {{3, 5, 30}, 337509423, 683105730, 527802631},
                            {{3, 6, 14}, 428585595, 1861664654, 3350728174},
                            {{3, 7, 1}, 486963127, 1396055626, 1935195110}};
  for (const HashCase& c : cases) {
    SCOPED_TRACE(c.version.ToString());
    Fixture f(c.version);
    EXPECT_EQ(f.engine.Hash().hash, c.fresh);

    f.Put("a", "1");
    f.Put("b", "2");
    f.Put("a", "3");
    ASSERT_TRUE(f.engine.DeleteRange({.key = "b"}).ok());
    ASSERT_TRUE(f.engine.LeaseGrant(77, 600).ok());
    f.Put("c", "4", 77);
    EXPECT_EQ(f.engine.Hash().hash, c.written);

    ASSERT_TRUE(f.engine.Compact(5, true).ok());
    EXPECT_EQ(f.engine.Hash().hash, c.compacted);
  }
}

TEST(EngineTest, IdsAreDerivedAsEtcdDerivesThem) {
  const Fixture f;
  EXPECT_EQ(f.engine.identity().member_id, 12670349128900346159u);
  EXPECT_EQ(f.engine.identity().cluster_id, 7089843017210036439u);
}

TEST(EngineTest, ExpiryDeletesALeasesKeysInOneRevisionAndTellsWatchers) {
  Fixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(1, 10).ok());
  f.Put("b", "1", 1);
  f.Put("a", "2", 1);
  const auto sink = std::make_shared<Sink>();
  const auto stream = f.engine.WatchOpen(sink);
  f.engine.WatchCreate(*stream, {.key = "a", .range_end = "z"});
  TakeAll(f.engine, *stream);
  sink->wakes = 0;

  f.Advance(seconds(9));
  EXPECT_EQ(f.Get("a"), "2");
  f.Advance(seconds(1));

  EXPECT_EQ(f.Get("a"), "(none)");
  EXPECT_EQ(f.engine.revision(), 4);
  EXPECT_EQ(sink->wakes, 1);
  const auto responses = TakeAll(f.engine, *stream);
  ASSERT_EQ(responses.size(), 1u);
  ASSERT_EQ(responses[0].events->size(), 2u);
  EXPECT_EQ((*responses[0].events)[0].now->key(), "a");
  EXPECT_EQ((*responses[0].events)[1].now->key(), "b");
}

TEST(EngineTest, KeepAliveOfALeaseThatHasRunOutEndsIt) {
  Fixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(1, 10).ok());
  f.Put("a", "1", 1);
  f.clock.MoveTo(f.clock.Now() + seconds(10));

  EXPECT_EQ(f.engine.LeaseKeepAlive(1).ttl_seconds, 0);
  EXPECT_EQ(f.Get("a"), "(none)");
}

TEST(EngineTest, AFailedTransactionChangesNothing) {
  Fixture f;
  const TxnRequest txn{.success = {{PutRequest{.key = "a", .value = "1"}},
                                   {PutRequest{.key = "b", .value = "2", .lease = 99}}}};

  EXPECT_EQ(f.engine.Txn(txn).status().message(), "etcdserver: requested lease not found");

  EXPECT_EQ(f.engine.revision(), 1);
  EXPECT_EQ(f.Get("a"), "(none)");
}

// What etcd does not survive: it looks for the key before the transaction only.
TEST(EngineTest, APutThatKeepsWhatTheTxnDeletedIsRefused) {
  Fixture f;
  f.Put("a", "1");
  const DeleteRangeRequest all{.key = "a", .range_end = std::string_view("\0", 1)};
  const PutRequest keeps_value{.key = "a", .ignore_value = true};
  const PutRequest keeps_lease{.key = "a", .value = "2", .ignore_lease = true};

  EXPECT_EQ(f.engine.Txn({.success = {{all}, {keeps_value}}}).status().message(),
            "etcdserver: key not found");
  EXPECT_EQ(f.engine.Txn({.success = {{all}, {TxnRequest{.success = {{keeps_lease}}}}}})
                .status()
                .message(),
            "etcdserver: key not found");

  EXPECT_EQ(f.Get("a"), "1");
  EXPECT_EQ(f.engine.revision(), 2);
}

// ... unless it has put it again.
TEST(EngineTest, APutMayKeepWhatTheTxnPutAgain) {
  Fixture f;
  f.Put("a", "1");

  EXPECT_TRUE(f.engine
                  .Txn({.success = {{DeleteRangeRequest{.key = "a"}},
                                    {PutRequest{.key = "a", .value = "2"}},
                                    {PutRequest{.key = "a", .ignore_value = true}}}})
                  .ok());

  EXPECT_EQ(f.Get("a"), "2");
}

TEST(EngineTest, AutomaticLeaseIdsArePositiveAndRepeatWithTheSeed) {
  Fixture first;
  Fixture second;
  for (int i = 0; i < 3; ++i) {
    const auto lease = first.engine.LeaseGrant(0, 10);
    EXPECT_GT(lease->id, 0);
    EXPECT_EQ(second.engine.LeaseGrant(0, 10)->id, lease->id);
  }
}

TEST(EngineTest, RestartKeepsTheDataAndRenewsTheLeases) {
  Fixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(1, 10).ok());
  f.Put("a", "1", 1);
  f.Advance(seconds(9));

  f.engine.Restart();

  EXPECT_EQ(f.engine.raft_term(), 3u);
  EXPECT_EQ(f.Get("a"), "1");
  f.Advance(seconds(10));
  EXPECT_EQ(f.Get("a"), "1");
  f.Advance(seconds(1));
  EXPECT_EQ(f.Get("a"), "(none)");
}

// As those of a process that is started again.
TEST(EngineTest, ARestartCountsFromTheBeginning) {
  Fixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(1, 10).ok());
  f.Put("a", "1", 1);
  EXPECT_EQ(f.engine.GetActivity().counts.puts, 1);
  EXPECT_EQ(f.engine.GetActivity().counts.leases_granted, 1);

  f.engine.Restart();

  EXPECT_EQ(f.engine.GetActivity().counts.puts, 0);
  EXPECT_EQ(f.engine.GetActivity().counts.leases_granted, 0);
  EXPECT_EQ(f.engine.GetActivity().keys, 1);
}

TEST(EngineTest, ResetStartsAnew) {
  Fixture f;
  f.Put("a", "1");
  f.engine.Reset();
  EXPECT_EQ(f.engine.revision(), 1);
  EXPECT_EQ(f.Get("a"), "(none)");
  EXPECT_EQ(f.Put("a", "2"), 2);
}

TEST(EngineTest, TheListenerHearsOfAnEarlierDeadlineOnly) {
  Fixture f;
  int heard = 0;
  f.engine.OnEarlierDeadline([&] { ++heard; });
  ASSERT_TRUE(f.engine.LeaseGrant(1, 100).ok());
  EXPECT_EQ(heard, 1);
  ASSERT_TRUE(f.engine.LeaseGrant(2, 200).ok());
  EXPECT_EQ(heard, 1);
  ASSERT_TRUE(f.engine.LeaseGrant(3, 50).ok());
  EXPECT_EQ(heard, 2);
}

// A day in the life of a service: leases renewed or left to run out, a watch, a compaction every
// five minutes. Returns all that the watcher was told, as text.
std::string ADay() {
  Fixture f;
  std::string told;
  const auto stream = f.engine.WatchOpen(std::make_shared<Sink>());
  f.engine.WatchCreate(*stream, {.key = "s/", .range_end = "s0", .progress_notify = true});
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const auto lease = f.engine.LeaseGrant(0, 90);
    const std::string key = "s/" + std::to_string(minute % 50);
    f.Put(key, std::to_string(minute), lease->id);
    f.Advance(seconds(60));
    if (minute % 3 == 0) f.engine.LeaseKeepAlive(lease->id);
    const bool compacts = minute % 5 == 0;
    EXPECT_EQ(compacts, compacts && f.engine.Compact(f.engine.revision(), false).ok());
    for (const WatchResponse& response : TakeAll(f.engine, *stream)) {
      told += std::to_string(response.revision) + ":";
      if (response.events == nullptr) continue;
      for (const Change& change : *response.events) {
        told += std::string(change.now->tombstone() ? "-" : "+") + std::string(change.now->key());
      }
    }
  }
  EXPECT_GT(f.engine.revision(), 24 * 60);
  return told;
}

TEST(EngineTest, ADayPassesTheSameWayEveryTime) { EXPECT_EQ(ADay(), ADay()); }

// Writers, readers and watchers at once: revisions are unique and without gaps, and each watcher
// is told of every one in order.
TEST(EngineTest, ThreadsSeeOneOrder) {
  Fixture f;
  constexpr int kThreads = 4;
  constexpr int kPuts = 500;
  const auto sink = std::make_shared<Sink>();
  const auto stream = f.engine.WatchOpen(sink);
  f.engine.WatchCreate(*stream, {.key = "k", .range_end = "l"});
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&f, t] {
      const std::string key = "k" + std::to_string(t);
      int64_t last = 0;
      for (int i = 0; i < kPuts; ++i) {
        const int64_t revision = f.Put(key, "v");
        EXPECT_GT(revision, last);
        last = revision;
        EXPECT_EQ(f.engine.Range({.key = key})->kvs.size(), 1u);
      }
    });
  }
  int64_t last = 1;
  while (last < 1 + kThreads * kPuts) {
    for (const WatchResponse& response : TakeAll(f.engine, *stream)) {
      if (response.events == nullptr) continue;
      for (const Change& change : *response.events) {
        EXPECT_EQ(change.now->mod_revision(), ++last);
      }
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(f.engine.revision(), 1 + kThreads * kPuts);
}

// A lease that has run out is revoked by a write, and no write passes.
TEST(EngineTest, NoLeaseRunsOutWhileTheClusterCountsAsCorrupt) {
  Fixture f;
  ASSERT_TRUE(f.engine.LeaseGrant(77, 10).ok());
  f.Put("a", "1", 77);
  f.engine.RaiseAlarm({AlarmType::kCorrupt, 1});

  f.Advance(seconds(60));
  EXPECT_EQ(f.Get("a"), "1");
  EXPECT_EQ(f.engine.NextDeadline(), std::nullopt);

  f.engine.ClearAlarm({AlarmType::kCorrupt, 1});
  f.Advance(seconds(0));
  EXPECT_EQ(f.Get("a"), "(none)");
}

TEST(EngineTest, TheQuotaRaisesTheMembersOwnAlarm) {
  ManualClock clock;
  Engine::Options options = OptionsFor({3, 6, 14});
  options.quota_backend_bytes = 100000;
  Engine engine(options, clock);
  const std::string value(30000, 'v');
  EXPECT_TRUE(engine.CheckQuota(30256).ok());
  ASSERT_TRUE(engine.Put({.key = "a", .value = value}).ok());

  EXPECT_EQ(engine.CheckQuota(30256).message(), "etcdserver: mvcc: database space exceeded");
  const auto alarms = engine.Alarms(AlarmType::kNone).alarms;
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0], (Alarm{AlarmType::kNoSpace, options.identity.member_id}));
  EXPECT_FALSE(engine.Put({.key = "a", .value = "1"}).ok());
  EXPECT_TRUE(engine.DeleteRange({.key = "a"}).ok());
}

TEST(EngineTest, WithoutAQuotaNothingIsRefused) {
  ManualClock clock;
  Engine::Options options = OptionsFor({3, 6, 14});
  options.quota_backend_bytes = -1;
  Engine engine(options, clock);
  EXPECT_TRUE(engine.CheckQuota(INT64_MAX / 2).ok());
}

TEST(EngineTest, DefragmentationGivesBackWhatCompactionFreed) {
  Fixture f;
  const int64_t empty = f.engine.GetStatus().db_size;
  for (int i = 0; i < 100; ++i) f.Put("a", std::string(10000, 'v'));
  const int64_t full = f.engine.GetStatus().db_size;
  EXPECT_GT(full, empty + 100 * 10000);

  ASSERT_TRUE(f.engine.Compact(f.engine.revision(), false).ok());
  EXPECT_EQ(f.engine.GetStatus().db_size, full);
  f.engine.Defragment();
  EXPECT_LT(f.engine.GetStatus().db_size, empty + 20000);
}

TEST(EngineTest, ARestartKeepsMembersAndAlarms) {
  Fixture f;
  ASSERT_TRUE(f.engine.MemberAdd({"http://a:1"}, true).ok());
  f.engine.RaiseAlarm({AlarmType::kNoSpace, 7});
  f.engine.Restart();
  EXPECT_EQ(f.engine.MemberList().size(), 2u);
  EXPECT_FALSE(f.engine.Put({.key = "a", .value = "1"}).ok());
  f.engine.Reset();
  EXPECT_EQ(f.engine.MemberList().size(), 1u);
  EXPECT_TRUE(f.engine.Put({.key = "a", .value = "1"}).ok());
}

TEST(EngineTest, ADowngradeMovesTheClustersVersionAsTimePasses) {
  Fixture f;
  ASSERT_TRUE(f.engine.Downgrade(Engine::DowngradeAction::kEnable, "3.5").ok());
  EXPECT_EQ(f.engine.GetStatus().cluster_version.minor, 6);
  f.Advance(seconds(4));
  EXPECT_EQ(f.engine.GetStatus().cluster_version.minor, 5);
  EXPECT_EQ(f.engine.GetStatus().downgrade_target, "3.5.0");
}

}  // namespace
}  // namespace fakeetcd
