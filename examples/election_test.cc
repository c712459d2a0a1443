// One leader, and those who follow whoever leads.

#include "etcdpp/election.h"

#include <gtest/gtest.h>

#include "fakeetcd/server.h"

namespace {

TEST(Primary, IsFollowedByTheOthers) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());
  auto session = etcdpp::Session::Create(client);
  ASSERT_TRUE(session.ok());

  etcdpp::LeaderWatch leaders = etcdpp::ElectionView(client, "primary").Observe();
  auto leadership = etcdpp::Election(*session, "primary").Campaign("host-1:80");
  ASSERT_TRUE(leadership.ok());
  EXPECT_EQ(leaders.Next()->value, "host-1:80");

  ASSERT_TRUE(leadership->Proclaim("host-1:81").ok());
  EXPECT_EQ(leaders.Next()->value, "host-1:81");
}

}  // namespace
