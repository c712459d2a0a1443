// Watches that tell, and what keeps a copy of a range by them.
#include "etcdpp/reflector.h"

#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"
#include "etcdpp/callback_watch.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

using etcdpp::CallbackWatch;
using etcdpp::Client;
using etcdpp::Code;
using etcdpp::RangeCache;
using etcdpp::Reason;
using etcdpp::Reflection;
using etcdpp::Reflector;
using etcdpp::Result;
using etcdpp::Watch;
using etcdpp::WatchEvent;
using etcdpp::WatchOnce;
using etcdpp::WatchResponse;
using testing::ElementsAre;
using testing::IsEmpty;

/// What came on another thread, in order.
template <typename T>
class Inbox {
 public:
  void Add(T item) {
    const std::lock_guard lock(mu_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }

  // Fewer than `count` where they take too long.
  std::vector<T> Await(size_t count) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, Corner::kPatience, [&] { return items_.size() >= count; });
    return items_;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<T> items_;  // guarded by mu_
};

TEST(ClientCallbackWatch, TellsEveryEventInOrder) {
  Corner c;
  Inbox<std::string> inbox;
  CallbackWatch watch(c.client(), c.All(), [&](const Result<WatchResponse>& response) {
    for (const std::string& line : c.Describe(response->events)) inbox.Add(line);
  });
  c.Put("a", "1");
  c.Put("b", "2");
  c.Delete("a");
  EXPECT_THAT(inbox.Await(3), ElementsAre("a=1", "b=2", "a"));
}

TEST(ClientCallbackWatch, TellsItsEndOnce) {
  Corner c;
  Inbox<etcdpp::Status> inbox;
  const int64_t then = c.Put("a", "1");
  ASSERT_TRUE(c.client().Compact(c.Put("a", "2")).ok());
  CallbackWatch watch(c.client(), c.All(),
                      [&](const Result<WatchResponse>& response) { inbox.Add(response.status()); },
                      {.start_revision = then});
  const auto told = inbox.Await(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].reason(), Reason::kCompacted);
  EXPECT_GT(watch.compact_revision(), then);
}

TEST(ClientCallbackWatch, TellsNothingOnceCancelled) {
  Corner c;
  Inbox<std::string> inbox;
  Watch fence = c.client().Watch(c.All());
  CallbackWatch watch(c.client(), c.All(), [&](const Result<WatchResponse>& response) {
    inbox.Add(response.ok() ? "response" : "end");
  });
  watch.Cancel();
  c.Put("a", "1");
  EXPECT_THAT(c.Describe(Corner::Take(fence, 1)), ElementsAre("a=1"));
  EXPECT_THAT(inbox.Await(0), IsEmpty());
}

TEST(ClientCallbackWatch, MayCallAndDestroyItselfInItsCallback) {
  Corner c;
  std::optional<CallbackWatch> watch;
  std::promise<std::string> told;
  watch.emplace(c.client(), c.All(), [&](const Result<WatchResponse>&) {
    const std::string value = c.Get("a").value;
    watch.reset();
    told.set_value(value);
  });
  c.Put("a", "1");
  auto value = told.get_future();
  ASSERT_EQ(value.wait_for(Corner::kPatience), std::future_status::ready);
  EXPECT_EQ(value.get(), "1");
  EXPECT_FALSE(watch.has_value());
}

TEST(ClientWatchOnce, GivesTheFirstResponseWithEvents) {
  Corner c;
  const int64_t start = c.Put("a", "1");
  c.Put("a", "2");
  const auto once = Must(WatchOnce(c.client(), c.All(), 10s, {.start_revision = start}));
  EXPECT_EQ(once.events.front().kv.value, "1");
}

TEST(ClientWatchOnce, GivesUpInTime) {
  Corner c;
  EXPECT_EQ(WatchOnce(c.client(), c.All(), 20ms).status().code(), Code::kDeadlineExceeded);
}

/// The state of a range as told by a Reflector.
class Mirror {
 public:
  explicit Mirror(const Client& client, Corner& c)
      : c_(c),
        reflector_(client, c.All(), [this](const auto& told) { Apply(told); },
                   {.page_size = 2, .retry_delay = 10ms}) {}

  // Waits until the state is this.
  bool Becomes(const std::map<std::string, std::string>& want) {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, Corner::kPatience, [&] { return state_ == want; });
  }

  std::vector<std::string> Log() {
    const std::lock_guard lock(mu_);
    return log_;
  }

 private:
  void Apply(const Result<Reflection>& told) {
    const std::lock_guard lock(mu_);
    changed_.notify_all();
    if (!told.ok()) return log_.push_back(told.status().ToString());
    if (told->listed) log_.emplace_back("listed");
    for (const WatchEvent& event : told->events) {
      const std::string line = c_.Describe({event})[0];
      log_.push_back(line);
      const std::string name = line.substr(0, line.find('='));
      if (event.type == WatchEvent::Type::kDelete) {
        state_.erase(name);
      } else {
        state_[name] = event.kv.value;
      }
    }
  }

  Corner& c_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::map<std::string, std::string> state_;  // guarded by mu_
  std::vector<std::string> log_;              // guarded by mu_
  Reflector reflector_;                       // last: it tells the others
};

TEST(ClientReflector, TellsWhatIsThereAndThenWhatChanges) {
  Corner c;
  for (const char* name : {"a", "b", "c"}) c.Put(name, "1");
  Mirror mirror(c.client(), c);
  EXPECT_TRUE(mirror.Becomes({{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  c.Put("a", "2");
  c.Delete("b");
  EXPECT_TRUE(mirror.Becomes({{"a", "2"}, {"c", "1"}}));
  EXPECT_THAT(mirror.Log(), ElementsAre("listed", "a=1", "b=1", "c=1", "a=2", "b"));
}

TEST(ClientReflector, OfAnEmptyRangeTellsThatItIsEmpty) {
  Corner c;
  Inbox<Reflection> inbox;
  const Reflector reflector(c.client(), c.All(), [&](const auto& told) { inbox.Add(*told); });
  const auto told = inbox.Await(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].listed);
  EXPECT_THAT(told[0].events, IsEmpty());
}

TEST(ClientReflector, TellsWhatACompactionHidFromIt) {
  Corner c;
  Proxy proxy(target().endpoint);
  const Client far(proxy.endpoint());
  for (const char* name : {"a", "b", "c"}) c.Put(name, "1");
  Mirror mirror(far, c);
  EXPECT_TRUE(mirror.Becomes({{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  proxy.Cut();
  c.Delete("a");
  c.Put("b", "2");
  c.Put("d", "1");
  ASSERT_TRUE(c.client().Compact(c.Revision()).ok());
  proxy.Restore();
  EXPECT_TRUE(mirror.Becomes({{"b", "2"}, {"c", "1"}, {"d", "1"}}));
  EXPECT_THAT(mirror.Log(),
              ElementsAre("listed", "a=1", "b=1", "c=1", "listed", "a", "b=2", "d=1"));
}

TEST(ClientReflector, WaitsForAServer) {
  Corner c;
  Proxy proxy(target().endpoint);
  proxy.Cut();
  const Client far(etcdpp::Options{
      .endpoints = {proxy.endpoint()}, .call_timeout = 200ms, .retry = {.max_attempts = 1}});
  c.Put("a", "1");
  Mirror mirror(far, c);
  proxy.Restore();
  EXPECT_TRUE(mirror.Becomes({{"a", "1"}}));
}

TEST(ClientRangeCache, IsReadWithoutACall) {
  Corner c;
  c.Put("a", "1");
  c.Put("b", "2");
  RangeCache cache(c.client(), c.All());
  ASSERT_TRUE(cache.WaitSynced(Corner::kPatience).ok());
  EXPECT_EQ(cache.Get(c("a"))->value, "1");
  EXPECT_EQ(cache.Get(c("none")), std::nullopt);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.List(etcdpp::KeyRange::From(c("b"))).size(), 1U);
  EXPECT_EQ(cache.List(c("a")).size(), 1U);
  EXPECT_EQ(cache.List().size(), 2U);
}

TEST(ClientRangeCache, WaitsForARevisionOfItsOwnRangeOrAnother) {
  Corner c;
  RangeCache cache(c.client(), c.All("in/"));
  const int64_t inside = c.Put("in/a", "1");
  ASSERT_TRUE(cache.WaitFor(inside, Corner::kPatience).ok());
  EXPECT_TRUE(cache.Get(c("in/a")));
  const int64_t outside = c.Put("out", "1");
  const auto waited = cache.WaitFor(outside, Corner::kPatience);
  EXPECT_TRUE(waited.ok()) << waited;
  EXPECT_GE(cache.revision(), outside);
  EXPECT_EQ(cache.WaitFor(outside + 1000000, 20ms).code(), Code::kDeadlineExceeded);
  const int64_t gone = c.Delete("in/a");
  ASSERT_TRUE(cache.WaitFor(gone, Corner::kPatience).ok());
  EXPECT_EQ(cache.Get(c("in/a")), std::nullopt);
}

}  // namespace
}  // namespace conformance
