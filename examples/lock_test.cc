// A lock, and a write that happens only while it is held.

#include <chrono>

#include <gtest/gtest.h>

#include "etcdpp/mutex.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

TEST(Printer, IsUsedByOneAtATime) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());

  auto session = etcdpp::Session::Create(client, {.ttl = 10s});
  ASSERT_TRUE(session.ok());
  auto guard = etcdpp::Mutex(*session, "printer").Lock({.timeout = 5s});
  ASSERT_TRUE(guard.ok());

  auto done = guard->Txn().Then(etcdpp::op::Put("printer/job", "42")).Commit();
  ASSERT_TRUE(done.ok());
  EXPECT_TRUE(done->succeeded);

  ASSERT_TRUE(client.Delete(guard->key()).ok());  // somebody breaks the lock
  done = guard->Txn().Then(etcdpp::op::Put("printer/job", "43")).Commit();
  ASSERT_TRUE(done.ok());
  EXPECT_FALSE(done->succeeded);
}

}  // namespace
