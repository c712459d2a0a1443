// Watches over lost connections: every event once and in order, or a word on why not.
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using etcdpp::Client;
using etcdpp::Reason;
using etcdpp::Watch;
using etcdpp::WatchEvent;
using testing::ElementsAre;

TEST(ClientWatchResume, ShowsWhatWasWrittenMeanwhile) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  Watch watch = client.Watch(c.All());
  c.Put("a", "1");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a=1"));
  proxy.Cut();
  c.Put("a", "2");
  c.Delete("a");
  proxy.Restore();
  c.Put("a", "3");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 3)), ElementsAre("a=2", "a", "a=3"));
}

TEST(ClientWatchResume, FromNowOnIsRememberedWithoutAnyEvent) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  c.Put("a", "before");
  Watch watch = client.Watch(c.All());
  proxy.Cut();
  c.Put("a", "1");
  proxy.Restore();
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a=1"));
}

TEST(ClientWatchResume, BringsAllWatchesBack) {
  constexpr int kWatches = 50;
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  const int64_t start = c.Revision() + 1;
  std::vector<Watch> watches;
  for (int i = 0; i < kWatches; ++i) {
    watches.push_back(client.Watch(c(std::to_string(i)), {.start_revision = start}));
  }
  proxy.Cut();
  for (int i = 0; i < kWatches; ++i) c.Put(std::to_string(i), "v");
  proxy.Restore();
  for (int i = 0; i < kWatches; ++i) {
    const auto events = Corner::Take(watches[static_cast<size_t>(i)], 1);
    EXPECT_THAT(c.Describe(events), ElementsAre(std::to_string(i) + "=v"));
  }
}

TEST(ClientWatchResume, NeitherLosesNorRepeatsHoweverOftenItIsCut) {
  constexpr int64_t kPuts = 1000;
  constexpr int64_t kPutsPerCut = 50;
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  Watch watch = client.Watch(c.All());
  const int64_t before = c.Revision();
  std::thread writer([&] {
    Client direct(target().endpoint);
    for (int64_t i = 1; i <= kPuts; ++i) {
      EXPECT_TRUE(direct.Put(c("a"), std::to_string(i)).ok());
      if (i % kPutsPerCut == 0) proxy.Cut();
      if (i % kPutsPerCut == 5) proxy.Restore();
    }
    proxy.Restore();
  });
  const auto events = Corner::Take(watch, kPuts);
  writer.join();
  ASSERT_EQ(events.size(), static_cast<size_t>(kPuts));
  for (int64_t i = 1; i <= kPuts; ++i) {
    const WatchEvent& event = events[static_cast<size_t>(i - 1)];
    ASSERT_EQ(event.kv.value, std::to_string(i));
    ASSERT_EQ(event.kv.mod_revision, before + i);
  }
}

TEST(ClientWatchResume, SaysSoWhenHistoryWasCompactedMeanwhile) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client client(proxy.endpoint());
  Watch watch = client.Watch(c.All());
  c.Put("a", "1");
  ASSERT_EQ(Corner::Take(watch, 1).size(), 1U);
  proxy.Cut();
  c.Put("a", "2");
  c.Put("a", "3");
  const int64_t now = c.Put("a", "4");
  ASSERT_TRUE(c.client().Compact(now).ok());
  proxy.Restore();
  EXPECT_EQ(watch.NextFor(Corner::kPatience).status().reason(), Reason::kCompacted);
  EXPECT_EQ(watch.compact_revision(), now);
}

}  // namespace
}  // namespace conformance
