#include "client/src/endpoints.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using Gone = std::vector<Endpoint*>;

Options OptionsFor(std::vector<std::string> endpoints) {
  Options options;
  options.endpoints = std::move(endpoints);
  return options;
}

Endpoint* PickFrom(Endpoints& endpoints, const std::string& pinned = {}) {
  return endpoints.Pick(pinned)->endpoint;
}

struct TargetCase {
  std::string endpoint;
  std::string want;  // empty: refused
  bool want_tls = false;
};

TEST(TargetForTest, ReadsEndpointsAsEtcdWritesThem) {
  const TargetCase cases[] = {
      {"127.0.0.1:2379", "dns:///127.0.0.1:2379"},
      {"http://etcd.example:2379", "dns:///etcd.example:2379"},
      {"http://etcd.example:2379/", "dns:///etcd.example:2379"},
      {"https://etcd.example:2379", "dns:///etcd.example:2379", true},
      {"[::1]:2379", "dns:///[::1]:2379"},
      {"unix:/tmp/etcd.sock", "unix:///tmp/etcd.sock"},
      {"unix:///tmp/etcd.sock", "unix:///tmp/etcd.sock"},
      {"unixs:///tmp/etcd.sock", "unix:///tmp/etcd.sock", true},
      {"http://", ""},
      {"unix:", ""},
      {"", ""},
      {"etcd.example:2379/path", ""},
  };
  for (const TargetCase& c : cases) {
    SCOPED_TRACE(c.endpoint);
    const auto target = TargetFor(c.endpoint, false);
    EXPECT_EQ(target.ok() ? target->uri : "", c.want);
    if (target.ok()) {
      EXPECT_EQ(target->tls, c.want_tls);
    }
  }
}

TEST(TargetForTest, OfThoseWithoutASchemeTheOptionsSayWhetherTheyUseTls) {
  EXPECT_TRUE(TargetFor("a:1", true)->tls);
  EXPECT_FALSE(TargetFor("http://a:1", true)->tls);
  EXPECT_FALSE(TargetFor("unix:/a", true)->tls);
}

TEST(EndpointsTest, GoRound) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1", "c:1"}));

  std::set<std::string> names;
  for (int i = 0; i < 3; ++i) names.insert(PickFrom(endpoints)->name);

  EXPECT_EQ(names, (std::set<std::string>{"a:1", "b:1", "c:1"}));
}

TEST(EndpointsTest, PassOneWhereNobodyWas) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  const auto dead = PickFrom(endpoints);

  EXPECT_TRUE(endpoints.OnFailed(*dead));
  EXPECT_FALSE(endpoints.OnFailed(*dead));  // which is no news

  for (int i = 0; i < 4; ++i) EXPECT_NE(PickFrom(endpoints), dead);
  EXPECT_TRUE(endpoints.OnAnswered(*dead));
  EXPECT_FALSE(endpoints.OnAnswered(*dead));
  std::set<Endpoint*> picked;
  for (int i = 0; i < 4; ++i) picked.insert(PickFrom(endpoints));
  EXPECT_EQ(picked.size(), 2U);
}

TEST(EndpointsTest, TryTheOneThatFailedLongestAgoWhenNobodyWasAnywhere) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  const auto first = PickFrom(endpoints);
  const auto second = PickFrom(endpoints);
  endpoints.OnFailed(*first);
  endpoints.OnFailed(*second);

  for (int i = 0; i < 4; ++i) EXPECT_EQ(PickFrom(endpoints), first);
}

TEST(EndpointsTest, MayGiveUpWhenNobodyWasAnywhere) {
  Options options = OptionsFor({"a:1", "b:1"});
  options.failover = FailoverOptions::LikePyetcd();
  Endpoints endpoints(options);
  endpoints.MarkFailed("a:1");
  EXPECT_EQ(PickFrom(endpoints)->name, "b:1");

  endpoints.MarkFailed("b:1");

  EXPECT_EQ(endpoints.Pick().status().reason(), Reason::kNoServerAvailable);
  EXPECT_EQ(PickFrom(endpoints, "a:1")->name, "a:1");  // which is asked for by name
}

TEST(EndpointsTest, TellHowEachIsDoing) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  endpoints.OnFailed(*PickFrom(endpoints, "a:1"));
  PickFrom(endpoints, "b:1");

  const auto states = endpoints.States();

  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].endpoint, "a:1");
  EXPECT_TRUE(states[0].failed);
  EXPECT_TRUE(states[0].last_failure);
  EXPECT_EQ(states[0].attempts, 1U);
  EXPECT_EQ(states[0].failures, 1U);
  EXPECT_FALSE(states[1].failed);
  EXPECT_FALSE(states[1].last_failure);
  EXPECT_EQ(states[1].attempts, 1U);
  EXPECT_EQ(states[1].failures, 0U);
}

TEST(EndpointsTest, CanBeReplaced) {
  Endpoints endpoints(OptionsFor({"a:1", "b:1"}));
  const auto a = PickFrom(endpoints, "a:1");
  const auto b = PickFrom(endpoints, "b:1");
  Gone gone;

  EXPECT_TRUE(endpoints.Set({"b:1", "c:1"}, &gone).ok());

  EXPECT_EQ(gone, Gone{a});
  EXPECT_EQ(PickFrom(endpoints, "b:1"), b);  // with its connection
  std::set<std::string> names;
  for (int i = 0; i < 4; ++i) names.insert(PickFrom(endpoints)->name);
  EXPECT_EQ(names, (std::set<std::string>{"b:1", "c:1"}));
}

TEST(EndpointsTest, OneThatComesBackIsTheOneThatWent) {
  Endpoints endpoints(OptionsFor({"a:1"}));
  Endpoint* const a = PickFrom(endpoints);
  Gone gone;

  EXPECT_TRUE(endpoints.Set({"b:1"}, &gone).ok());
  EXPECT_TRUE(endpoints.Set({"a:1"}, &gone).ok());

  EXPECT_EQ(PickFrom(endpoints), a);
}

TEST(EndpointsTest, StayAsTheyAreWhereTheNewOnesMakeNoSense) {
  Endpoints endpoints(OptionsFor({"a:1"}));
  Gone gone;

  EXPECT_EQ(endpoints.Set({"b:1", "http://"}, &gone).code(), Code::kInvalidArgument);
  EXPECT_EQ(endpoints.Set({}, &gone).code(), Code::kInvalidArgument);

  EXPECT_TRUE(gone.empty());
  EXPECT_EQ(endpoints.States().size(), 1U);
  EXPECT_EQ(endpoints.States()[0].endpoint, "a:1");
}

TEST(EndpointsTest, MayBeAskedForOneThatIsNoneOfThem) {
  Endpoints endpoints(OptionsFor({"a:1"}));

  const auto other = PickFrom(endpoints, "b:1");

  EXPECT_EQ(other->name, "b:1");
  EXPECT_EQ(PickFrom(endpoints, "b:1"), other);
  EXPECT_EQ(endpoints.size(), 1U);
  EXPECT_EQ(endpoints.Pick("http://").status().code(), Code::kInvalidArgument);
}

TEST(EndpointsTest, RefuseOptionsThatMakeNoSense) {
  Options no_connections;
  no_connections.connections_per_endpoint = 0;
  Options half_a_certificate;
  half_a_certificate.tls = TlsOptions{.cert_pem = "x"};
  Options both;
  both.tls = TlsOptions{.ca_pem = "x", .cert_file = "/dev/null", .key_file = "/dev/null"};
  Options no_file;
  no_file.tls = TlsOptions{.ca_file = "/nonexistent/ca.pem"};

  for (const Options& options :
       {OptionsFor({}), no_connections, half_a_certificate, both, no_file}) {
    EXPECT_EQ(Endpoints(options).status().code(), Code::kInvalidArgument);
  }
}

TEST(EndpointsTest, EachMayHaveSeveralConnections) {
  Options options = OptionsFor({"a:1", "b:1"});
  options.connections_per_endpoint = 3;

  Endpoints endpoints(options);

  std::set<const Stubs*> connections;
  for (int i = 0; i < 6; ++i) connections.insert(endpoints.Pick()->stubs);

  EXPECT_EQ(connections.size(), 6U);
  EXPECT_EQ(endpoints.size(), 2U);
}

}  // namespace
}  // namespace etcdpp
