// The client's watches and leases while a fake in the same process stops and starts.
#include <memory>

#include <gtest/gtest.h>

#include "conformance/failures/ordeal.h"
#include "fakeetcd/server.h"

namespace fakeetcd {
namespace {

using conformance::Ordeal;

constexpr size_t kSome = 500;

std::unique_ptr<Server> Start(const std::string& release) {
  return Server::Start({.emulate = release,
                        .watch_progress_notify_interval = std::chrono::milliseconds(100),
                        .grpc_keepalive_min_time = std::chrono::milliseconds(100)});
}

TEST(WatchContractTest, HoldsOverRestarts) {
  for (const std::string release : {"3.4", "3.7"}) {
    const auto server = Start(release);
    Ordeal ordeal({.endpoints = {server->endpoint()}});
    for (int round = 0; round < 10; ++round) {
      ordeal.AwaitWrites(kSome);
      ASSERT_TRUE(server->Restart());
    }
    ordeal.AddLatecomers();
    ordeal.Finish();
  }
}

TEST(WatchContractTest, HoldsWhileTheServerIsAway) {
  const auto server = Start("3.6");
  Ordeal ordeal({.endpoints = {server->endpoint()}});
  for (int round = 0; round < 2; ++round) {
    ordeal.AwaitWrites(kSome);
    server->Stop();
    ordeal.AwaitFailures(1);
    ASSERT_TRUE(server->Restart());
    ordeal.AddLatecomers();
  }
  ordeal.Finish();
}

TEST(WatchContractTest, EndsOrHoldsWhereHistoryGoesMeanwhile) {
  const auto server = Start("3.5");
  Ordeal ordeal({.endpoints = {server->endpoint()}, .compacts = true});
  for (int round = 0; round < 10; ++round) {
    ordeal.AwaitWrites(kSome);
    ASSERT_TRUE(server->Restart());
    ordeal.Compact();
  }
  ordeal.Finish();
}

}  // namespace
}  // namespace fakeetcd
