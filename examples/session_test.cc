// README's first example: a test of what happens when a lease runs out, on a clock of its own.

#include <chrono>

#include <gtest/gtest.h>

#include "etcdpp/client.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

TEST(Session, EndsWithItsLease) {
  auto server = fakeetcd::Server::Start({.clock = fakeetcd::Server::ClockKind::kManual});
  etcdpp::Client client(server->endpoint());

  const auto lease = client.GrantLease(10s);
  ASSERT_TRUE(lease.ok());
  ASSERT_TRUE(client.Put("session/1", "alice", {.lease = lease->id}).ok());

  server->AdvanceTime(11s);  // when this returns the lease is gone

  EXPECT_FALSE(client.Get("session/1")->has_value());
}

}  // namespace
