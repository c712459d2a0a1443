#include "client/src/endpoints.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

Options OptionsFor(std::vector<std::string> endpoints) {
  Options options;
  options.endpoints = std::move(endpoints);
  return options;
}

struct TargetCase {
  std::string endpoint;
  std::string want;  // empty: refused
};

TEST(TargetForTest, ReadsEndpointsAsEtcdWritesThem) {
  const TargetCase cases[] = {
      {"127.0.0.1:2379", "dns:///127.0.0.1:2379"},
      {"http://etcd.example:2379", "dns:///etcd.example:2379"},
      {"http://etcd.example:2379/", "dns:///etcd.example:2379"},
      {"[::1]:2379", "dns:///[::1]:2379"},
      {"unix:/tmp/etcd.sock", "unix:/tmp/etcd.sock"},
      {"https://etcd.example:2379", ""},
      {"http://", ""},
      {"", ""},
      {"etcd.example:2379/path", ""},
  };
  for (const TargetCase& c : cases) {
    SCOPED_TRACE(c.endpoint);
    const auto target = TargetFor(c.endpoint);
    EXPECT_EQ(target.ok() ? *target : "", c.want);
  }
}

TEST(EndpointsTest, GoRound) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1", "c:1"}));

  std::set<std::string> targets;
  for (int i = 0; i < 3; ++i) targets.insert(endpoints.Pick().target);

  EXPECT_EQ(targets, (std::set<std::string>{"dns:///a:1", "dns:///b:1", "dns:///c:1"}));
}

TEST(EndpointsTest, PassOneWhereNobodyWas) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  Endpoint& dead = endpoints.Pick();

  endpoints.OnUnavailable(dead);

  for (int i = 0; i < 4; ++i) EXPECT_NE(endpoints.Pick().target, dead.target);
}

TEST(EndpointsTest, TryOneAllTheSameWhenNobodyWasAnywhere) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  endpoints.OnUnavailable(endpoints.Pick());
  endpoints.OnUnavailable(endpoints.Pick());

  std::set<std::string> targets;
  for (int i = 0; i < 4; ++i) targets.insert(endpoints.Pick().target);

  EXPECT_EQ(targets.size(), 2U);
}

TEST(EndpointsTest, RefuseOptionsThatNameNone) {
  Options no_connections;
  no_connections.connections_per_endpoint = 0;

  EXPECT_EQ(Endpoints(OptionsFor({})).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Endpoints(no_connections).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Endpoints(OptionsFor({"https://a:1"})).status().code(), Code::kUnimplemented);
}

TEST(EndpointsTest, EachMayHaveSeveralConnections) {
  Options options = OptionsFor({"a:1", "b:1"});
  options.connections_per_endpoint = 3;

  Endpoints endpoints(options);

  std::set<const Endpoint*> connections;
  for (int i = 0; i < 6; ++i) connections.insert(&endpoints.Pick());

  EXPECT_EQ(connections.size(), 6U);
  EXPECT_EQ(endpoints.size(), 2U);
}

}  // namespace
}  // namespace etcdpp
