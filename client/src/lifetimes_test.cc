// Clients that are made, used and destroyed, a thousand times, each in another way: whatever is
// under way, whoever destroys what, wherever, and while the server comes and goes. Every callback
// is told what it is owed, once, and nothing hangs or is left behind; sanitizers see to the rest.
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "etcdpp/async_client.h"
#include "etcdpp/callback_watch.h"
#include "etcdpp/client.h"
#include "etcdpp/election.h"
#include "etcdpp/mutex.h"
#include "etcdpp/reflector.h"
#include "etcdpp/session.h"
#include "fakeetcd/server.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Thing = std::shared_ptr<void>;

constexpr int kRoundsPerTest = 250;
constexpr seconds kPatience{30};

/// Answers that are owed.
class Debts {
 public:
  void Owe() {
    const std::lock_guard lock(mu_);
    ++owed_;
  }

  void Pay() {
    const std::lock_guard lock(mu_);
    ++paid_;
    changed_.notify_all();
  }

  bool AwaitPaid() {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, kPatience, [this] { return paid_ >= owed_; });
  }

  int overpaid() const {
    const std::lock_guard lock(mu_);
    return paid_ - owed_;
  }

 private:
  mutable std::mutex mu_;
  std::condition_variable changed_;
  int owed_ = 0;
  int paid_ = 0;
};

Options QuickOptions(const std::string& endpoint, std::minstd_rand& random) {
  Options options;
  options.endpoints = {endpoint};
  options.call_timeout = milliseconds(400);
  options.retry.initial_delay = milliseconds(5);
  if (random() % 4 == 0) options.credentials = Credentials{"alice", "secret"};
  if (random() % 4 == 0) options.auto_sync_interval = milliseconds(10);
  if (random() % 4 == 0) options.logger = [](LogLevel, std::string_view) {};
  return options;
}

Future<Nothing> Busy(AsyncClient async, std::string key) {
  for (int i = 0; i < 100; ++i) {
    if (auto put = co_await async.Put(key, "v"); !put.ok()) co_return put.status();
    if (auto delay = co_await async.Delay(milliseconds(1)); !delay.ok()) co_return delay.status();
  }
  co_return Nothing();
}

/// One life of a client.
class Life {
 public:
  Life(const std::string& endpoint, unsigned seed)
      : random_(seed), client_(std::in_place, QuickOptions(endpoint, random_)) {}

  void Run() {
    const auto count = 2 + random_() % 6;
    for (unsigned i = 0; i < count; ++i) Add(random_() % 11);
    Keep(Thing(std::make_shared<Client>(*client_)));
    std::shuffle(things_.begin(), things_.end(), random_);
    while (!things_.empty()) {
      if (random_() % 4 == 0) client_.reset();
      Thing thing = std::move(things_.back());
      things_.pop_back();
      Destroy(std::move(thing));
    }
    client_.reset();
    for (std::thread& thread : threads_) thread.join();
    EXPECT_TRUE(debts_->AwaitPaid());
    EXPECT_EQ(debts_->overpaid(), 0);
  }

 private:
  void Keep(Thing thing) { things_.push_back(std::move(thing)); }

  template <typename T>
  void Keep(T thing) {
    Keep(Thing(std::make_shared<T>(std::move(thing))));
  }

  // A callback that pays a debt.
  template <typename T>
  std::function<void(const T&)> Paying() {
    debts_->Owe();
    return [debts = debts_](const T&) { debts->Pay(); };
  }

  void Add(unsigned kind) {
    const std::string key = "k" + std::to_string(random_() % 5);
    switch (kind) {
      case 0:
        return Keep(AsyncClient(*client_).Put(key, "v"));
      case 1:
        return AsyncClient(*client_).Get(key).Then(Paying<Result<std::optional<KeyValue>>>());
      case 2:
        return Block(key);
      case 3:
        return Keep(client_->Watch(key, {.start_revision = 1}));
      case 4:
        return AddWaitedForWatch(key);
      case 5:
        return AddCallbackWatch(key);
      case 6:
        return AddLease();
      case 7:
        return AddWaiters();
      case 8:
        return Keep(Thing(std::make_shared<RangeCache>(*client_, KeyRange::Prefix("k"))));
      case 9:
        return Keep(Busy(AsyncClient(*client_), key));
      default:
        return DestroySomethingInACallback();
    }
  }

  // A call and a watch that somebody waits for meanwhile.
  void Block(const std::string& key) {
    threads_.emplace_back([client = *client_, key]() mutable {
      (void)client.Put(key, "v");
      (void)client.Watch(key, {.start_revision = 1}).NextFor(milliseconds(1));
    });
  }

  void AddWaitedForWatch(const std::string& key) {
    auto watch = std::make_shared<Watch>(client_->Watch(key, {.start_revision = 1}));
    watch->AsyncNext().Then(Paying<Result<WatchResponse>>());
    if (random_() % 2 == 0) watch->RequestProgress();
    if (random_() % 2 == 0) {
      threads_.emplace_back([watch] { watch->Cancel(); });
    }
    Keep(Thing(watch));
  }

  // It destroys itself at the first that it is told, or is destroyed before.
  void AddCallbackWatch(const std::string& key) {
    struct Own {
      std::mutex mu;
      std::optional<CallbackWatch> watch;  // guarded by mu until it is set
    };
    const auto own = std::make_shared<Own>();
    const std::weak_ptr<Own> weak = own;
    const std::lock_guard lock(own->mu);
    own->watch.emplace(
        *client_, KeyRange::Key(key),
        [weak](const Result<WatchResponse>&) {
          const auto self = weak.lock();
          if (self == nullptr) return;
          std::unique_lock(self->mu).unlock();  // it is set
          self->watch->Cancel();
        },
        WatchOptions{.start_revision = 1});
    Keep(Thing(own));
  }

  void AddLease() {
    const auto lease = client_->GrantLease(seconds(5));
    if (!lease.ok()) return;
    auto keeper = std::make_shared<LeaseKeeper>(client_->KeepAlive(*lease));
    keeper->OnLost(Paying<LeaseLoss>());
    if (random_() % 3 == 0) {
      AsyncClient(*client_).RevokeLease(lease->id).Then(Paying<Result<LeaseRevokeResponse>>());
    }
    Keep(Thing(keeper));
  }

  // Two sessions that want the same lock, and the same office.
  void AddWaiters() {
    for (int i = 0; i < 2; ++i) {
      auto session = Session::Create(*client_, {.ttl = seconds(5)});
      if (!session.ok()) return;
      Mutex mutex(*session, "lock");
      Keep(mutex.AsyncLock());
      mutex.AsyncLock({.timeout = milliseconds(20)}).Then(Paying<Result<LockGuard>>());
      Keep(Election(*session, "office").AsyncCampaign("me"));
      auto leaders = std::make_shared<LeaderWatch>(ElectionView(*client_, "office").Observe());
      Keep(leaders->AsyncNext());
      Keep(Thing(leaders));
      Keep(*std::move(session));
    }
  }

  void DestroySomethingInACallback() {
    Thing thing = std::make_shared<Client>(*client_);
    if (!things_.empty()) thing.swap(things_.back());
    DestroyInACallback(std::move(thing));
  }

  // Where that is the last of a client, it ends in a callback of its own.
  void DestroyInACallback(Thing thing) {
    debts_->Owe();
    const auto held = std::make_shared<Thing>(std::move(thing));
    const auto destroy = [held, debts = debts_](const auto&) {
      held->reset();
      debts->Pay();
    };
    AsyncClient async(*client_);
    if (random_() % 2 == 0) {
      async.Get("k").Then(destroy);
    } else {
      async.Delay(milliseconds(random_() % 3)).Then(destroy);
    }
  }

  void Destroy(Thing thing) {
    switch (random_() % 3) {
      case 0:
        return thing.reset();
      case 1:
        threads_.emplace_back([mine = std::move(thing)]() mutable { mine.reset(); });
        return;
      default:
        if (client_) DestroyInACallback(std::move(thing));
    }
  }

  std::minstd_rand random_;
  const std::shared_ptr<Debts> debts_ = std::make_shared<Debts>();
  std::optional<Client> client_;
  std::vector<Thing> things_;
  std::vector<std::thread> threads_;
};

size_t Threads() {
  const auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

class LifetimesTest : public testing::TestWithParam<unsigned> {};

TEST_P(LifetimesTest, MayEndWhereverTheyLike) {
  constexpr size_t kThreadsMax = 64;
  const auto server = fakeetcd::Server::Start();
  for (unsigned round = 0; round < kRoundsPerTest; ++round) {
    SCOPED_TRACE(round);
    std::thread upset;
    if (round % 5 == 0) {
      upset = std::thread([&server] {
        server->Stop();
        EXPECT_TRUE(server->Restart());
      });
    }
    Life(server->endpoint(), GetParam() + round).Run();
    if (upset.joinable()) upset.join();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_LT(Threads(), kThreadsMax);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LifetimesTest, testing::Values(1000U, 2000U, 3000U, 4000U));

}  // namespace
}  // namespace etcdpp
