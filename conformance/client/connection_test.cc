// Where calls go, and what a connection bears.
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/support/proxy.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using etcdpp::Code;
using etcdpp::Outcome;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr int kSmall = 1000;  // bytes

std::vector<std::string> EndpointsOf(const etcdpp::Client& client) {
  std::vector<std::string> endpoints;
  for (const etcdpp::EndpointState& state : client.endpoints()) endpoints.push_back(state.endpoint);
  return endpoints;
}

TEST(ClientEndpoints, AreTakenFromTheMembers) {
  Corner c;
  const auto members = Must(c.client().cluster().ListMembers()).members;
  etcdpp::Client client(target().endpoint);
  const etcdpp::Status synced = client.SyncEndpoints();
  ASSERT_TRUE(synced.ok()) << synced;
  EXPECT_EQ(EndpointsOf(client), etcdpp::ClientUrls(members));
}

TEST(ClientEndpoints, ACallGoesWhereItIsSent) {
  Corner c;
  std::set<etcdpp::MemberId> members;
  for (const std::string& endpoint : target().endpoints) {
    const auto status = Must(c.client().maintenance().GetStatus({.endpoint = endpoint}));
    members.insert(status.header.member_id);
  }
  EXPECT_EQ(members.size(), target().endpoints.size());
}

TEST(ClientEndpoints, AWriteToNobodyIsNotApplied) {
  Corner c;
  etcdpp::Client client(
      etcdpp::Options{.endpoints = {"127.0.0.1:9"}, .retry = {.max_attempts = 2}});
  const etcdpp::Status status = client.Put(c("a"), "1").status();
  EXPECT_EQ(status.reason(), etcdpp::Reason::kNoServerAvailable);
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
}

TEST(ClientEndpoints, FollowTheMembersWhereThatIsAskedFor) {
  Corner c;
  const Proxy proxy(target().endpoint);
  const auto urls = etcdpp::ClientUrls(Must(c.client().cluster().ListMembers()).members);
  etcdpp::Client client({.endpoints = {proxy.endpoint()}, .auto_sync_interval = milliseconds(20)});
  const auto deadline = std::chrono::steady_clock::now() + Corner::kPatience;
  while (EndpointsOf(client) != urls && std::chrono::steady_clock::now() < deadline) {
    Must(client.Get(c("a")));
  }
  EXPECT_EQ(EndpointsOf(client), urls);
}

// It keeps its connections, and says nothing on them any more: only probes of the connection show
// that.
TEST(ClientConnection, AServerThatFallsSilentIsLeftForAnother) {
  Corner c;
  Proxy proxy(target().endpoint);
  etcdpp::Client client({.endpoints = {proxy.endpoint(), target().endpoint},
                         .keepalive_time = milliseconds(300),
                         .keepalive_timeout = milliseconds(200)});
  auto watch = client.Watch(c("a"));
  proxy.FallSilent();
  c.Put("a", "1");
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("a=1"));
}

TEST(ClientConnection, WhatIsTooLargeToSendIsNotSent) {
  Corner c;
  etcdpp::Client client({.endpoints = {target().endpoint}, .max_send_bytes = kSmall});
  const etcdpp::Status status = client.Put(c("a"), std::string(kSmall, 'x')).status();
  EXPECT_EQ(status.code(), Code::kResourceExhausted) << status;
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  EXPECT_FALSE(Must(c.client().Get(c("a"))).has_value());
}

TEST(ClientConnection, AnAnswerThatIsTooLargeIsRefused) {
  Corner c;
  c.Put("a", std::string(kSmall, 'x'));
  etcdpp::Client client({.endpoints = {target().endpoint}, .max_receive_bytes = kSmall});
  EXPECT_EQ(client.Get(c("a")).status().code(), Code::kResourceExhausted);
  const etcdpp::Status put = client.Put(c("a"), "1", {.prev_kv = true}).status();
  EXPECT_EQ(put.code(), Code::kResourceExhausted) << put;
  EXPECT_EQ(put.outcome(), Outcome::kApplied);
  EXPECT_EQ(c.Get("a").value, "1");
}

}  // namespace
}  // namespace conformance
