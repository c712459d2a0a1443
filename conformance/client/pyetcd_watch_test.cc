// python-etcd3's tests of watches and locks, each by its name and with its intent; without the
// seconds they sleep.
#include <condition_variable>
#include <future>
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
#include "etcdpp/mutex.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace op = etcdpp::op;

using etcdpp::CallbackWatch;
using etcdpp::Client;
using etcdpp::Code;
using etcdpp::KeyRange;
using etcdpp::LockGuard;
using etcdpp::LockLayout;
using etcdpp::Mutex;
using etcdpp::Reason;
using etcdpp::Result;
using etcdpp::Session;
using etcdpp::Watch;
using etcdpp::WatchOnce;
using etcdpp::WatchOptions;
using etcdpp::WatchResponse;
using testing::ElementsAre;

// Puts 0 to 3 and takes what a watch sees of them until it is cancelled after three.
void ExpectThreeThenNoMore(Corner& c, Watch watch, const std::vector<std::string>& names) {
  for (size_t i = 0; i < 4; ++i) c.Put(names[i], std::to_string(i));
  const auto events = Corner::Take(watch, 3);
  ASSERT_GE(events.size(), 3U);  // the fourth may come along
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(events[i].kv.key, c(names[i]));
    EXPECT_EQ(events[i].kv.value, std::to_string(i));
  }
  watch.Cancel();
  EXPECT_EQ(watch.Next().status().code(), Code::kCancelled);
}

TEST(PyEtcd, NewWatchError) {
  Corner c;
  Watch refused = c.client().Watch(KeyRange::HalfOpen(c("b"), c("a")));
  EXPECT_FALSE(refused.NextFor(Corner::kPatience).ok());
  Watch watch = c.client().Watch(c("foo"));
  c.Put("foo", "42");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("foo=42"));
}

TEST(PyEtcd, WatchKey) {
  Corner c;
  ExpectThreeThenNoMore(c, c.client().Watch(c("watch")), {"watch", "watch", "watch", "watch"});
}

TEST(PyEtcd, WatchKeyWithRevisionCompacted) {
  Corner c;
  const int64_t first = c.Put("random", "1");
  const int64_t compacted = c.Put("random", "2");
  ASSERT_TRUE(c.client().Compact(compacted).ok());
  Watch late = c.client().Watch(c("watch"), {.start_revision = first});
  EXPECT_EQ(late.NextFor(Corner::kPatience).status().reason(), Reason::kCompacted);
  EXPECT_EQ(late.compact_revision(), compacted);
  ExpectThreeThenNoMore(c,
                        c.client().Watch(c("watch"), {.start_revision = late.compact_revision()}),
                        {"watch", "watch", "watch", "watch"});
}

// A lost connection ends a watch there; here the watch goes on.
TEST(PyEtcd, WatchExceptionDuringWatch) {
  Corner c;
  Proxy proxy(target().endpoint);
  Client far(proxy.endpoint());
  Watch watch = far.Watch(c("foo"));
  proxy.Cut();
  c.Put("foo", "1");
  EXPECT_EQ(watch.NextFor(20ms).status().code(), Code::kDeadlineExceeded);
  proxy.Restore();
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("foo=1"));
}

TEST(PyEtcd, WatchTimeoutOnEstablishment) {
  Corner c;
  Proxy proxy(target().endpoint);
  proxy.Cut();
  Client far(etcdpp::Options{.endpoints = {proxy.endpoint()}, .call_timeout = 50ms});
  Watch watch = far.Watch(c("foo"));
  EXPECT_EQ(watch.NextFor(0ms).status().code(), Code::kDeadlineExceeded);
}

TEST(PyEtcd, WatchPrefix) {
  Corner c;
  ExpectThreeThenNoMore(c, c.client().Watch(c.All("prefix/")),
                        {"prefix/0", "prefix/1", "prefix/2", "prefix/3"});
}

/// The events a callback was told.
class Told {
 public:
  explicit Told(Corner& c) : c_(c) {}

  CallbackWatch::Told Callback() {
    return [this](const Result<WatchResponse>& response) {
      if (!response.ok()) return;
      const std::lock_guard lock(mu_);
      for (std::string& line : c_.Describe(response->events)) lines_.push_back(std::move(line));
      changed_.notify_all();
    };
  }

  std::vector<std::string> Await(size_t count) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, Corner::kPatience, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  Corner& c_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;  // guarded by mu_
};

TEST(PyEtcd, WatchPrefixCallback) {
  Corner c;
  Told told(c);
  CallbackWatch watch(c.client(), c.All("callback/"), told.Callback());
  c.Put("callback/0", "0");
  c.Put("callback/1", "1");
  EXPECT_THAT(told.Await(2), ElementsAre("callback/0=0", "callback/1=1"));
  watch.Cancel();
}

TEST(PyEtcd, WatchPrefixCallbackWithFilter) {
  Corner c;
  Told told(c);
  CallbackWatch watch(c.client(), c.All("callback/"), told.Callback(),
                      WatchOptions{.no_deletes = true});
  c.Put("callback/0", "0");
  c.Put("callback/1", "1");
  c.Delete("callback/1");
  c.Put("callback/2", "2");
  EXPECT_THAT(told.Await(3), ElementsAre("callback/0=0", "callback/1=1", "callback/2=2"));
  watch.Cancel();
}

TEST(PyEtcd, SequentialWatchPrefixOnce) {
  Corner c;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(WatchOnce(c.client(), c.All(), 20ms).status().code(), Code::kDeadlineExceeded);
  }
}

TEST(PyEtcd, WatchResponses) {
  Corner c;
  const int64_t start = c.Put("watch", "0");
  c.Put("watch", "1");
  Watch watch = c.client().Watch(c("watch"), {.start_revision = start});
  const auto first = Must(watch.NextFor(Corner::kPatience));
  const auto once = Must(WatchOnce(c.client(), c("watch"), 10s, {.start_revision = start}));
  for (const auto& response : {first, once}) {
    EXPECT_GT(response.header.revision, 0);
    EXPECT_THAT(c.Describe(response.events), ElementsAre("watch=0", "watch=1"));
  }
  const int64_t revision =
      Must(c.client().Txn().Then(op::Put(c("p/0"), "0"), op::Put(c("p/1"), "1")).Commit())
          .header.revision;
  const auto of_prefix =
      Must(WatchOnce(c.client(), c.All("p/"), 10s, {.start_revision = revision}));
  EXPECT_EQ(of_prefix.header.revision, revision);
  EXPECT_THAT(c.Describe(of_prefix.events), ElementsAre("p/0=0", "p/1=1"));
}

/// python-etcd3's lock: a name, and a session of its own.
struct PyLock {
  PyLock(Corner& c, const std::string& name, std::chrono::seconds ttl = 600s)
      : session(Must(Session::Create(c.client(), {.ttl = ttl}))),
        mutex(session, c(name), LockLayout::kPython),
        key("/locks/" + c(name)) {}

  Session session;
  Mutex mutex;
  std::string key;
};

bool Exists(Corner& c, const std::string& key) { return Must(c.client().Get(key)).has_value(); }

// Waits until the key is not there any more.
void AwaitGone(Corner& c, const std::string& key) {
  Watch watch = c.client().Watch(key, {.no_puts = true});
  if (Exists(c, key)) (void)Must(watch.NextFor(Corner::kPatience));
}

TEST(PyEtcd, LockAcquire) {
  Corner c;
  PyLock lock(c, "lock-1");
  const LockGuard held = Must(lock.mutex.Lock());
  EXPECT_TRUE(Exists(c, lock.key));
  EXPECT_EQ(Must(lock.mutex.TryLock()), std::nullopt);
  EXPECT_EQ(lock.mutex.Lock({.timeout = 20ms}).status().code(), Code::kDeadlineExceeded);
}

TEST(PyEtcd, LockRelease) {
  Corner c;
  PyLock lock(c, "lock-2");
  LockGuard held = Must(lock.mutex.Lock());
  EXPECT_TRUE(Exists(c, lock.key));
  EXPECT_TRUE(held.Unlock().ok());
  EXPECT_FALSE(Exists(c, lock.key));
  held = Must(lock.mutex.Lock());
  EXPECT_TRUE(held.Unlock().ok());
  EXPECT_TRUE(lock.mutex.Lock().ok());
}

TEST(PyEtcd, LockExpire) {
  Corner c;
  PyLock lock(c, "lock-3", 1s);
  const LockGuard held = Must(lock.mutex.Lock());
  EXPECT_TRUE(Exists(c, lock.key));
  lock.session.Orphan();  // else it is refreshed
  AwaitGone(c, lock.key);
  EXPECT_FALSE(held.held());
}

TEST(PyEtcd, LockRefresh) {
  Corner c;
  PyLock lock(c, "lock-4", 1s);
  const LockGuard held = Must(lock.mutex.Lock());
  EXPECT_GT(Must(c.client().KeepAliveOnce(lock.session.lease())).ttl, 0s);
  // By itself it is refreshed for as long as it is held: for longer than its time to live.
  Watch watch = c.client().Watch(lock.key, {.no_puts = true});
  EXPECT_EQ(watch.NextFor(3500ms).status().code(), Code::kDeadlineExceeded);
  EXPECT_TRUE(Must(held.Verify()));
}

TEST(PyEtcd, LockIsAcquired) {
  Corner c;
  PyLock first(c, "lock-5");
  PyLock second(c, "lock-5");
  LockGuard held = Must(first.mutex.Lock());
  EXPECT_TRUE(Must(held.Verify()));
  EXPECT_TRUE(held.Unlock().ok());
  const LockGuard other = Must(second.mutex.Lock());
  EXPECT_TRUE(Must(other.Verify()));
  EXPECT_FALSE(Must(held.Verify()));
}

TEST(PyEtcd, LockContextManager) {
  Corner c;
  PyLock lock(c, "lock-6");
  {
    const LockGuard held = Must(lock.mutex.Lock());
    EXPECT_TRUE(Must(held.Verify()));
  }
  AwaitGone(c, lock.key);
}

TEST(PyEtcd, LockContended) {
  Corner c;
  PyLock first(c, "lock-7", 1s);
  PyLock second(c, "lock-7");
  const LockGuard lost = Must(first.mutex.Lock());
  first.session.Orphan();  // else the second would wait for good
  const LockGuard held = Must(second.mutex.Lock({.timeout = Corner::kPatience}));
  EXPECT_FALSE(Must(lost.Verify()));
  EXPECT_TRUE(Must(held.Verify()));
}

TEST(PyEtcd, LockDoubleAcquireRelease) {
  Corner c;
  PyLock lock(c, "lock-8");
  auto held = Must(lock.mutex.TryLock());
  ASSERT_TRUE(held);
  EXPECT_EQ(Must(lock.mutex.TryLock()), std::nullopt);
  EXPECT_TRUE(held->Unlock().ok());
}

TEST(PyEtcd, LockAcquireNone) {
  Corner c;
  PyLock lock(c, "lock-9", 1s);
  PyLock other(c, "lock-9");
  const LockGuard held = Must(lock.mutex.Lock());
  lock.session.Orphan();
  EXPECT_TRUE(other.mutex.Lock().ok());  // without a limit, once the first has expired
}

TEST(PyEtcd, LockAcquireWithTimeout) {
  Corner c;
  PyLock first(c, "lock-10");
  PyLock second(c, "lock-10");
  LockGuard held = Must(first.mutex.Lock());
  auto waiting = second.mutex.AsyncLock({.timeout = Corner::kPatience});
  EXPECT_TRUE(held.Unlock().ok());  // whether the other watches already or not
  EXPECT_TRUE(std::move(waiting).Get().ok());
}

}  // namespace
}  // namespace conformance
