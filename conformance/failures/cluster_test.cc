// The client while servers fail, its network is cut and history goes: see ordeal.h for what is
// checked.
#include "conformance/failures/cluster.h"

#include <deque>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/failures/ordeal.h"
#include "conformance/support/proxy.h"

namespace conformance {
namespace {

constexpr size_t kSome = 1000;

// A way to each server, which can be cut.
struct Network {
  Network() {
    for (const std::string& endpoint : EndpointsOfServers()) ways.emplace_back(endpoint);
  }

  std::vector<std::string> endpoints() const {
    std::vector<std::string> all;
    for (const Proxy& way : ways) all.push_back(way.endpoint());
    return all;
  }

  std::deque<Proxy> ways;
};

// A member that stands still for as long as this lives.
class Paused {
 public:
  explicit Paused(int member) : member_(member) { Servers().Pause(member_); }
  ~Paused() { Servers().Resume(member_); }
  Paused(const Paused&) = delete;
  Paused& operator=(const Paused&) = delete;

 private:
  const int member_;
};

TEST(ThreeMembers, LoseTheirLeader) {
  Ordeal ordeal({.endpoints = EndpointsOfServers()});
  for (int round = 0; round < 2; ++round) {
    ordeal.AwaitWrites(kSome);
    const int leader = Leader();
    Servers().Kill(leader);
    ordeal.AwaitWrites(kSome);
    ordeal.AddLatecomers();
    Servers().Restart(leader);
  }
  ordeal.Finish();
}

TEST(ThreeMembers, StopAndGoOn) {
  // No leader stands still for as long as a lease lives: etcd's would revoke it on going on,
  // however often another leader had renewed it (etcd-io/etcd#15247; so does 3.7.1).
  Ordeal ordeal({.endpoints = EndpointsOfServers(), .lease_ttl = 2 * Ordeal::kPatience});
  ordeal.AwaitWrites(kSome);
  const int leader = Leader();
  for (const int member : {(leader + 1) % Servers().members(), leader}) {
    const Paused paused(member);
    ordeal.AwaitWrites(kSome);
    ordeal.AwaitWatches();  // those that were at the member have left it
  }
  ordeal.Finish();
}

TEST(ThreeMembers, AreRestartedInTurn) {
  Ordeal ordeal({.endpoints = EndpointsOfServers()});
  for (int member = 0; member < Servers().members(); ++member) {
    ordeal.AwaitWrites(kSome);
    Servers().Terminate(member);
    Servers().Restart(member);
  }
  ordeal.Finish();
}

TEST(AnyServers, AreCutOff) {
  Network network;
  Ordeal ordeal({.endpoints = EndpointsOfServers(), .watch_endpoints = network.endpoints()});
  for (int round = 0; round < 3; ++round) {
    for (Proxy& way : network.ways) {
      way.Cut();
      ordeal.AwaitWrites(kSome / 2);
      way.Restore();
    }
    for (Proxy& way : network.ways) way.Cut();
    ordeal.AwaitWrites(kSome / 2);
    for (Proxy& way : network.ways) way.Restore();
  }
  ordeal.Finish();
}

TEST(AnyServers, AreCutOffFromWritersToo) {
  Network network;
  Ordeal ordeal({.endpoints = network.endpoints()});
  for (int round = 0; round < 5; ++round) {
    for (Proxy& way : network.ways) {
      ordeal.AwaitWrites(kSome / 4);
      way.Cut();
      way.Restore();
    }
  }
  ordeal.Finish();
}

TEST(AnyServers, StandStillTogether) {
  Ordeal ordeal({.endpoints = EndpointsOfServers()});
  for (int round = 0; round < 3; ++round) {
    ordeal.AwaitWrites(kSome);
    std::deque<Paused> all;
    for (int member = 0; member < Servers().members(); ++member) all.emplace_back(member);
  }
  ordeal.Finish();
}

TEST(AnyServers, CompactWhatWatchesHaveSeen) {
  Ordeal ordeal({.endpoints = EndpointsOfServers(), .compacts = true});
  for (int round = 0; round < 4; ++round) {
    ordeal.AwaitWrites(kSome);
    ordeal.Compact();
  }
  ordeal.Finish();
}

TEST(AnyServers, CompactWhatWatchesHaveNotSeen) {
  Network network;
  Ordeal ordeal({.endpoints = EndpointsOfServers(),
                 .watch_endpoints = network.endpoints(),
                 .compacts = true});
  ordeal.AwaitWrites(kSome);
  for (Proxy& way : network.ways) way.Cut();
  ordeal.AwaitWrites(kSome);
  ordeal.Compact();
  ordeal.AwaitWrites(kSome);
  for (Proxy& way : network.ways) way.Restore();
  ordeal.Finish();
  EXPECT_GT(ordeal.ended(), 0U);
}

}  // namespace
}  // namespace conformance
