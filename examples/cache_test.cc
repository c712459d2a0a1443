// Settings that are read without a call and are never far behind.

#include <chrono>

#include <gtest/gtest.h>

#include "etcdpp/reflector.h"
#include "fakeetcd/server.h"

namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): as users write it

TEST(Settings, AreReadFromACache) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());
  ASSERT_TRUE(client.Put("config/colour", "blue").ok());

  etcdpp::RangeCache settings(client, etcdpp::KeyRange::Prefix("config/"));
  ASSERT_TRUE(settings.WaitSynced(5s).ok());
  EXPECT_EQ(settings.Get("config/colour")->value, "blue");

  const auto put = client.Put("config/colour", "green");
  ASSERT_TRUE(put.ok());
  ASSERT_TRUE(settings.WaitFor(put->header.revision, 5s).ok());
  EXPECT_EQ(settings.Get("config/colour")->value, "green");
}

}  // namespace
