#include "fakeserver/watch/watch_hub.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fakeserver/watch/watch_stream.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

struct Sink final : WatchSink {
  void Wake() override {}
};

// A store and the hub that tells of its changes.
struct Fixture {
  explicit Fixture(EtcdVersion version = {3, 6, 14}) : behavior(Behavior::Of(version)) {}

  Behavior behavior;
  Store store{behavior};
  WatchHub hub{behavior, store, seconds(10)};
  std::shared_ptr<WatchStream> stream = hub.Open(std::make_shared<Sink>(), kStart);

  void Put(std::string_view key, std::string_view value = "v") {
    store.Put(key, value, 0);
    store.Commit();
    hub.Publish();
  }
  void Delete(std::string_view key) {
    store.DeleteRange(KeyRange(key, {}));
    store.Commit();
    hub.Publish();
  }
  void Watch(WatchCreateRequest request) { hub.Create(*stream, std::move(request), kStart); }

  std::vector<WatchResponse> Take() {
    std::vector<WatchResponse> responses;
    do {
      while (auto response = hub.Next(*stream)) responses.push_back(*std::move(response));
    } while (WatchHub::Behind(*stream));
    return responses;
  }
};

// What a response says, for reading: "3@7 +a -b" is watch 3, header revision 7, a put and a
// deletion.
std::string Text(const WatchResponse& response) {
  std::string text = std::to_string(response.watch_id) + "@" + std::to_string(response.revision);
  if (response.created) text += " created";
  if (response.canceled) text += " canceled";
  if (response.compact_revision != 0) {
    text += " compacted " + std::to_string(response.compact_revision);
  }
  if (!response.cancel_reason.empty()) text += ": " + response.cancel_reason;
  if (response.events == nullptr) return text;
  for (const Change& change : *response.events) {
    text += std::string(change.now->tombstone() ? " -" : " +") + std::string(change.now->key());
    if (const Version* before = response.PreviousOf(change)) {
      text += "(was " + std::string(before->value()) + ")";
    }
  }
  return text;
}

std::vector<std::string> Texts(const std::vector<WatchResponse>& responses) {
  std::vector<std::string> texts;
  for (const WatchResponse& response : responses) texts.push_back(Text(response));
  return texts;
}

using Told = std::vector<std::string>;

TEST(WatchHubTest, AWatcherInSyncIsToldOfEachRevision) {
  Fixture f;
  f.Watch({.key = "a"});
  f.Put("a");
  f.Put("b");
  f.Delete("a");
  EXPECT_EQ(Texts(f.Take()), (Told{"0@1 created", "0@2 +a", "0@4 -a"}));
}

TEST(WatchHubTest, IdsCountUpAndPassOverThoseInUse) {
  Fixture f;
  for (const WatchId id : {0, 0, 7, 3, 0, 0}) f.Watch({.key = "a", .watch_id = id});
  f.hub.Cancel(*f.stream, 0);
  f.hub.Cancel(*f.stream, 99);
  f.Watch({.key = "a"});
  f.Watch({.key = "a", .watch_id = 7});
  EXPECT_EQ(Texts(f.Take()),
            (Told{"0@1 created", "1@1 created", "7@1 created", "3@1 created", "2@1 created",
                  "4@1 created", "0@1 canceled", "5@1 created",
                  "-1@1 created canceled: mvcc: duplicate watch ID provided on the WatchStream"}));
}

TEST(WatchHubTest, AWatchInThePastCatchesUpAndThenIsInSync) {
  Fixture f;
  f.Put("a", "1");
  f.Put("a", "2");
  f.Watch({.key = "a", .start_revision = 2, .prev_kv = true});
  EXPECT_EQ(Texts(f.Take()), (Told{"0@3 created", "0@3 +a +a(was 1)"}));
  f.Put("a", "3");
  EXPECT_EQ(Texts(f.Take()), Told{"0@4 +a(was 2)"});
}

TEST(WatchHubTest, CatchingUpGivesAThousandRevisionsAtATime) {
  Fixture f;
  for (int i = 0; i < 2500; ++i) f.Put("a");
  f.Watch({.key = "a", .start_revision = 2});
  std::vector<size_t> sizes;
  for (const auto& response : f.Take()) {
    if (response.events != nullptr) sizes.push_back(response.events->size());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{1000, 1000, 500}));
}

TEST(WatchHubTest, AWatchOfTheCompactedPastIsCanceledAndKeepsItsId) {
  Fixture f;
  f.Put("a");
  f.Put("a");
  f.store.Compact(3);
  f.Watch({.key = "a", .start_revision = 2});
  EXPECT_EQ(Texts(f.Take()), (Told{"0@3 created", "0@0 canceled compacted 3"}));
  f.Watch({.key = "a", .watch_id = 0});
  f.hub.Cancel(*f.stream, 0);
  EXPECT_EQ(Texts(f.Take()), (Told{"1@3 created", "0@3 canceled"}));
}

TEST(WatchHubTest, ANegativeStartIsRefusedOrIsNowDependingOnTheRelease) {
  Fixture modern;
  modern.Watch({.key = "a", .start_revision = -1});
  EXPECT_EQ(Texts(modern.Take()),
            Told{"-1@1 created canceled: etcdserver: mvcc: required revision has been compacted"});

  Fixture old({3, 4, 23});
  old.Watch({.key = "a", .start_revision = -1});
  old.Watch({.key = "a", .start_revision = -2});
  old.Put("a");
  EXPECT_EQ(Texts(old.Take()),
            (Told{"0@1 created", "1@1 created", "0@2 +a", "1@0 canceled compacted -1"}));
}

TEST(WatchHubTest, AFutureStartWaits) {
  Fixture f;
  f.Watch({.key = "a", .start_revision = 4});
  for (int i = 0; i < 3; ++i) f.Put("a");
  EXPECT_EQ(Texts(f.Take()), (Told{"0@1 created", "0@4 +a"}));
}

TEST(WatchHubTest, FiltersLeaveOutEventsAndEmptyResponses) {
  Fixture f;
  f.Watch({.key = "a", .filter_put = true});
  f.Watch({.key = "a", .filter_delete = true});
  f.Put("a");
  f.Delete("a");
  EXPECT_EQ(Texts(f.Take()), (Told{"0@1 created", "1@1 created", "1@2 +a", "0@3 -a"}));
}

TEST(WatchHubTest, ADeletedAndRecreatedKeyHasNothingBefore) {
  Fixture f;
  f.Put("a", "1");
  f.Watch({.key = "a", .prev_kv = true});
  f.store.DeleteRange(KeyRange("a", {}));
  f.store.Put("a", "2", 0);
  f.store.Commit();
  f.hub.Publish();
  EXPECT_EQ(Texts(f.Take()), (Told{"0@2 created", "0@3 -a(was 1) +a"}));
}

TEST(WatchHubTest, WhatWasBeforeTheCompactedRevisionIsNotTold) {
  Fixture f;
  f.Put("a", "1");
  f.Put("a", "2");
  f.Put("a", "3");
  f.store.Compact(3);
  f.Watch({.key = "a", .start_revision = 3, .prev_kv = true});
  EXPECT_EQ(Texts(f.Take()), (Told{"0@4 created", "0@4 +a +a(was 2)"}));
}

TEST(WatchHubTest, EveryKindOfRangeIsMatched) {
  struct RangeCase {
    std::string key;
    std::string end;
    std::string want;  // of the keys a, ab, b, ba
  };
  const RangeCase cases[] = {
      {"a", "", "+a"},
      {"a", "b", "+a+ab"},                       // a prefix
      {"", std::string(1, '\0'), "+a+ab+b+ba"},  // everything
      {"ab", std::string(1, '\0'), "+ab+b+ba"},  // from a key on
      {"ab", "ba", "+ab+b"},                     // any other range
  };
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.key + ".." + c.end);
    Fixture f;
    f.Watch({.key = c.key, .range_end = c.end});
    for (const char* key : {"a", "ab", "b", "ba"}) f.Put(key);
    std::string told;
    for (const auto& response : f.Take()) {
      if (response.events == nullptr) continue;
      for (const Change& change : *response.events) told += "+" + std::string(change.now->key());
    }
    EXPECT_EQ(told, c.want);
    f.hub.Cancel(*f.stream, 0);
    f.Put("ab");
    EXPECT_EQ(Texts(f.Take()), Told{"0@5 canceled"});
  }
}

TEST(WatchHubTest, AnEmptyRangeIsRefused) {
  Fixture f;
  f.Watch({.key = "b", .range_end = "a"});
  EXPECT_EQ(Texts(f.Take()), Told{"-1@1 created canceled: mvcc: watcher range is empty"});
}

// The stream is not read: what it costs is bounded, and nothing is lost or repeated.
TEST(WatchHubTest, ASlowWatcherLagsAndMissesNothing) {
  Fixture f;
  f.Watch({.key = "a"});
  f.Watch({.key = "b"});
  for (int i = 0; i < 5000; ++i) f.Put(i % 100 == 0 ? "b" : "a");
  EXPECT_LE(f.stream->queue.size(), 130u);
  std::vector<int64_t> revisions_of_a;
  for (const auto& response : f.Take()) {
    if (response.events == nullptr || response.watch_id != 0) continue;
    for (const Change& change : *response.events) {
      revisions_of_a.push_back(change.now->mod_revision());
    }
  }
  std::vector<int64_t> want;
  for (int i = 0; i < 5000; ++i) {
    if (i % 100 != 0) want.push_back(i + 2);
  }
  EXPECT_EQ(revisions_of_a, want);
  f.Put("a");
  EXPECT_EQ(Texts(f.Take()), Told{"0@5002 +a"});
}

TEST(WatchHubTest, QueuedEventsSurviveACompaction) {
  Fixture f;
  f.Watch({.key = "a"});
  for (int i = 0; i < 3; ++i) f.Put("a");
  f.store.Compact(4);
  EXPECT_EQ(Texts(f.Take()), (Told{"0@1 created", "0@2 +a", "0@3 +a", "0@4 +a"}));
}

TEST(WatchHubTest, ManualProgressWaitsForSyncFromTheReleaseOnThatDoes) {
  Fixture old({3, 4, 23});
  old.hub.Progress(*old.stream);
  EXPECT_EQ(Texts(old.Take()), Told{"-1@1"});

  Fixture modern;
  modern.hub.Progress(*modern.stream);
  EXPECT_TRUE(modern.Take().empty());
  modern.Watch({.key = "a"});
  modern.hub.Progress(*modern.stream);
  modern.Watch({.key = "a", .start_revision = 9});
  modern.hub.Progress(*modern.stream);
  EXPECT_EQ(Texts(modern.Take()), (Told{"0@1 created", "-1@1", "1@1 created"}));
}

TEST(WatchHubTest, AWatchOfTheFutureHoldsProgressBackFromTheReleaseOnThatDoes) {
  for (const auto& [version, told] :
       {std::pair<EtcdVersion, Told>{{3, 6, 1}, {"-1@1", "0@1"}}, {{3, 6, 2}, {}}}) {
    SCOPED_TRACE(version.ToString());
    Fixture f(version);
    f.Watch({.key = "a", .start_revision = 9, .progress_notify = true});
    f.Take();
    f.hub.Progress(*f.stream);
    f.hub.RunDue(kStart + seconds(10));
    EXPECT_EQ(Texts(f.Take()), told);
  }
}

TEST(WatchHubTest, QuietWatchersAreNotifiedOfProgress) {
  Fixture f;
  f.Watch({.key = "a", .progress_notify = true});
  f.Watch({.key = "b"});
  f.Take();
  EXPECT_EQ(f.hub.NextDeadline(), kStart + seconds(10));

  f.hub.RunDue(kStart + seconds(10));
  EXPECT_EQ(Texts(f.Take()), Told{"0@1"});
  f.Put("a");
  f.hub.RunDue(kStart + seconds(20));
  EXPECT_EQ(Texts(f.Take()), Told{"0@2 +a"});
  f.hub.RunDue(kStart + seconds(30));
  EXPECT_EQ(Texts(f.Take()), Told{"0@2"});
}

TEST(WatchHubTest, AStreamThatIsNotReadDoesNotFillWithProgress) {
  Fixture f;
  f.Watch({.key = "a", .progress_notify = true});
  for (int i = 1; i <= 10'000; ++i) f.hub.RunDue(kStart + i * seconds(10));
  EXPECT_LE(f.Take().size(), 128u);
  f.hub.RunDue(kStart + 10'001 * seconds(10));
  EXPECT_EQ(Texts(f.Take()), Told{"0@1"});
}

TEST(WatchHubTest, AnIdleStreamIsWokenOnceUntilItHasBeenEmptied) {
  Fixture f;
  f.Watch({.key = "a"});
  EXPECT_EQ(f.hub.TakeSinksToWake().size(), 1u);
  f.Put("a");
  EXPECT_TRUE(f.hub.TakeSinksToWake().empty());
  f.Take();
  f.Put("a");
  EXPECT_EQ(f.hub.TakeSinksToWake().size(), 1u);
}

TEST(WatchHubTest, AClosedStreamIsToldNothing) {
  Fixture f;
  f.Watch({.key = "a", .progress_notify = true});
  f.hub.Close(*f.stream);
  f.hub.Close(*f.stream);
  f.Put("a");
  f.Watch({.key = "a"});
  f.hub.TakeSinksToWake();
  EXPECT_TRUE(f.Take().empty());
  EXPECT_FALSE(f.hub.NextDeadline().has_value());
}

}  // namespace
}  // namespace fakeetcd
