// Watches through the client: what they show, what ends them, and many on one stream.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

namespace op = etcdpp::op;

using etcdpp::Code;
using etcdpp::KeyRange;
using etcdpp::Reason;
using etcdpp::Watch;
using etcdpp::WatchEvent;
using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(ClientWatch, SeesWhatIsWrittenAfterItReturned) {
  Corner c;
  c.Put("a", "before");
  Watch watch = c.client().Watch(c.All());
  c.Put("a", "1");
  c.Delete("a");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 2)), ElementsAre("a=1", "a"));
}

TEST(ClientWatch, StartsInThePast) {
  Corner c;
  c.Put("a", "1");
  const int64_t start = c.Put("a", "2");
  c.Put("b", "3");
  Watch watch = c.client().Watch(c.All(), {.start_revision = start});
  EXPECT_THAT(c.Describe(Corner::Take(watch, 2)), ElementsAre("a=2", "b=3"));
}

TEST(ClientWatch, StartsInTheFuture) {
  Corner c;
  const int64_t now = c.Put("a", "1");
  Watch watch = c.client().Watch(c.All(), {.start_revision = now + 2});
  c.Put("a", "2");
  c.Put("a", "3");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a=3"));
}

TEST(ClientWatch, OfOneKeySeesThatKeyAlone) {
  Corner c;
  Watch watch = c.client().Watch(c("b"));
  for (const char* name : {"a", "b", "b1", "c", "b"}) c.Put(name, name);
  EXPECT_THAT(c.Describe(Corner::Take(watch, 2)), ElementsAre("b=b", "b=b"));
}

TEST(ClientWatch, OfARangeSeesItsKeys) {
  Corner c;
  Watch watch = c.client().Watch(KeyRange::HalfOpen(c("b"), c("d")));
  for (const char* name : {"a", "b", "c", "d", "b"}) c.Put(name, name);
  EXPECT_THAT(c.Describe(Corner::Take(watch, 3)), ElementsAre("b=b", "c=c", "b=b"));
}

TEST(ClientWatch, TellsCreationFromChange) {
  Corner c;
  Watch watch = c.client().Watch(c("a"));
  c.Put("a", "1");
  c.Put("a", "2");
  c.Delete("a");
  const auto events = Corner::Take(watch, 3);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(events[0].IsCreate());
  EXPECT_TRUE(events[1].IsModify());
  EXPECT_FALSE(events[2].IsCreate() || events[2].IsModify());
  EXPECT_EQ(events[2].type, WatchEvent::Type::kDelete);
}

TEST(ClientWatch, ShowsWhatWasBeforeWhereAsked) {
  Corner c;
  Watch with = c.client().Watch(c("a"), {.prev_kv = true});
  Watch without = c.client().Watch(c("a"));
  c.Put("a", "1");
  c.Put("a", "2");
  c.Delete("a");
  const auto events = Corner::Take(with, 3);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].prev_kv, std::nullopt);
  ASSERT_TRUE(events[1].prev_kv && events[2].prev_kv);
  EXPECT_EQ(events[1].prev_kv->value, "1");
  EXPECT_EQ(events[2].prev_kv->value, "2");
  for (const WatchEvent& event : Corner::Take(without, 3)) EXPECT_EQ(event.prev_kv, std::nullopt);
}

TEST(ClientWatch, LeavesOutWhatIsFiltered) {
  Corner c;
  Watch no_puts = c.client().Watch(c.All(), {.no_puts = true});
  Watch no_deletes = c.client().Watch(c.All(), {.no_deletes = true});
  c.Put("a", "1");
  c.Delete("a");
  c.Put("a", "2");
  c.Delete("a");
  EXPECT_THAT(c.Describe(Corner::Take(no_puts, 2)), ElementsAre("a", "a"));
  EXPECT_THAT(c.Describe(Corner::Take(no_deletes, 2)), ElementsAre("a=1", "a=2"));
}

TEST(ClientWatch, HasATransactionInOneResponse) {
  Corner c;
  Watch watch = c.client().Watch(c.All());
  ASSERT_TRUE(c.client().Txn().Then(op::Put(c("a"), "1"), op::Put(c("b"), "2")).Commit().ok());
  const auto response = Must(watch.NextFor(Corner::kPatience));
  EXPECT_THAT(c.Describe(response.events), ElementsAre("a=1", "b=2"));
  EXPECT_EQ(response.header.revision, response.events[0].kv.mod_revision);
}

TEST(ClientWatch, NextForGivesUpAndLosesNothing) {
  Corner c;
  Watch watch = c.client().Watch(c.All());
  EXPECT_EQ(watch.NextFor(milliseconds(1)).status().code(), Code::kDeadlineExceeded);
  c.Put("a", "1");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a=1"));
}

TEST(ClientWatch, OfCompactedHistoryEndsWithWhatIsLeft) {
  Corner c;
  const int64_t then = c.Put("a", "1");
  c.Put("a", "2");
  const int64_t now = c.Put("a", "3");
  ASSERT_TRUE(c.client().Compact(now).ok());
  Watch watch = c.client().Watch(c.All(), {.start_revision = then});
  EXPECT_EQ(watch.NextFor(Corner::kPatience).status().reason(), Reason::kCompacted);
  EXPECT_EQ(watch.compact_revision(), now);
  EXPECT_EQ(watch.NextFor(Corner::kPatience).status().reason(), Reason::kCompacted);
}

TEST(ClientWatch, OfAnEmptyRangeIsRefused) {
  Corner c;
  Watch watch = c.client().Watch(KeyRange::HalfOpen(c("b"), c("a")));
  const auto status = watch.NextFor(Corner::kPatience).status();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(status.message(), "mvcc: watcher range is empty");
}

TEST(ClientWatch, CancelledLeavesTheOthersAlone) {
  Corner c;
  Watch cancelled = c.client().Watch(c.All());
  Watch other = c.client().Watch(c.All());
  cancelled.Cancel();
  c.Put("a", "1");
  EXPECT_EQ(cancelled.Next().status().code(), Code::kCancelled);
  EXPECT_THAT(c.Describe(Corner::Take(other, 1)), ElementsAre("a=1"));
}

TEST(ClientWatch, RefusedLeavesTheOthersAlone) {
  Corner c;
  Watch first = c.client().Watch(c.All(), {.start_revision = 1 << 30});
  Watch refused = c.client().Watch(KeyRange::HalfOpen(c("b"), c("a")));
  Watch last = c.client().Watch(c.All());
  c.Put("a", "1");
  EXPECT_FALSE(refused.NextFor(Corner::kPatience).ok());
  EXPECT_THAT(c.Describe(Corner::Take(last, 1)), ElementsAre("a=1"));
  EXPECT_EQ(first.NextFor(milliseconds(0)).status().code(), Code::kDeadlineExceeded);
}

TEST(ClientWatch, ManyShareAStream) {
  constexpr int kWatches = 200;
  Corner c;
  const int64_t start = c.Revision() + 1;
  std::vector<Watch> watches;
  for (int i = 0; i < kWatches; ++i) {
    watches.push_back(c.client().Watch(c(std::to_string(i)), {.start_revision = start}));
  }
  for (int i = 0; i < kWatches; ++i) c.Put(std::to_string(i), "v");
  for (int i = 0; i < kWatches; ++i) {
    const auto events = Corner::Take(watches[static_cast<size_t>(i)], 1);
    EXPECT_THAT(c.Describe(events), ElementsAre(std::to_string(i) + "=v"));
  }
}

TEST(ClientWatch, OnAStreamOfItsOwnSeesTheSame) {
  Corner c;
  Watch shared = c.client().Watch(c.All());
  Watch own = c.client().Watch(c.All(), {.own_stream = true});
  Watch with_leader = c.client().Watch(c.All(), {}, {.require_leader = true});
  c.Put("a", "1");
  for (Watch* watch : {&shared, &own, &with_leader}) {
    EXPECT_THAT(c.Describe(Corner::Take(*watch, 1)), ElementsAre("a=1"));
  }
}

TEST(ClientWatch, TellsItsProgressWhenAsked) {
  Corner c;
  Watch watch = c.client().Watch(c.All());
  const int64_t now = c.Put("a", "1");
  ASSERT_EQ(Corner::Take(watch, 1).size(), 1U);
  watch.RequestProgress();
  const auto response = Must(watch.NextFor(Corner::kPatience));
  EXPECT_TRUE(response.IsProgress());
  EXPECT_GE(response.header.revision, now);
}

// Catching up, a server sends the five in one response, of which it may make several messages.
void ExpectLargeResponses(bool fragment) {
  constexpr size_t kSize = size_t{1} << 20;
  Corner c;
  const int64_t start = c.Revision() + 1;
  for (const char* name : {"a", "b", "c", "d", "e"}) c.Put(name, std::string(kSize, 'v'));
  Watch watch = c.client().Watch(c.All(), {.start_revision = start, .fragment = fragment});
  const auto response = Must(watch.NextFor(Corner::kPatience));
  ASSERT_EQ(response.events.size(), 5U);
  for (const WatchEvent& event : response.events) EXPECT_EQ(event.kv.value.size(), kSize);
}

TEST(ClientWatch, PutsFragmentsTogether) { ExpectLargeResponses(true); }

TEST(ClientWatch, TakesLargeResponsesWhole) { ExpectLargeResponses(false); }

TEST(ClientWatch, ThatIsNotTakenFromLosesNothing) {
  constexpr int kPuts = 100;
  constexpr size_t kSize = size_t{100} << 10;
  Corner c;
  Watch watch = c.client().Watch(c.All(), {.buffer_bytes = 4 * kSize});
  int64_t revision = c.Revision();
  for (int i = 0; i < kPuts; ++i) c.Put("a", std::string(kSize, 'v'));
  const auto events = Corner::Take(watch, kPuts);
  ASSERT_EQ(events.size(), static_cast<size_t>(kPuts));
  for (const WatchEvent& event : events) EXPECT_EQ(event.kv.mod_revision, ++revision);
}

}  // namespace
}  // namespace conformance
