// Services and their instances, in Go's layout.
#include "etcdpp/naming.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

using etcdpp::GrpcTarget;
using etcdpp::ServiceAddress;
using etcdpp::ServiceAddresses;
using etcdpp::ServiceRegistry;
using etcdpp::ServiceResolver;
using testing::ElementsAre;
using testing::Pair;

// Waits for a value that a callback brings.
class Latest {
 public:
  void Set(const ServiceAddresses& now) {
    const std::lock_guard lock(mu_);
    now_ = now;
    changed_.notify_all();
  }
  bool WaitFor(const ServiceAddresses& expected) {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, Corner::kPatience, [&] { return now_ == expected; });
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  ServiceAddresses now_ = {{"nothing told yet", {}}};
};

TEST(ClientNaming, WritesWhatGoWrites) {
  Corner c;
  ServiceRegistry registry(c.client(), c("service"));
  ASSERT_TRUE(registry.Add("a", {"10.0.0.7:80"}).ok());
  ASSERT_TRUE(registry.Add("b", {"say \"b\"", R"({"zone": ["x", 1]})"}).ok());
  EXPECT_EQ(c.Get("service/a").value, R"({"Op":0,"Addr":"10.0.0.7:80","Metadata":null})");
  EXPECT_EQ(c.Get("service/b").value,
            R"({"Op":0,"Addr":"say \"b\"","Metadata":{"zone": ["x", 1]}})");
  EXPECT_EQ(registry.Add("c", {"a", "{"}).code(), etcdpp::Code::kInvalidArgument);
}

TEST(ClientNaming, ReadsWhatGoHasWritten) {
  Corner c;
  c.Put("service/a", R"({"Op":0,"Addr":"127.0.0.1:2000","Metadata":"metadata"})");
  c.Put("service/b", R"({"Op":0,"Addr":"127.0.0.1:2001","Metadata":null})");
  c.Put("service/broken", "no JSON");
  c.Put("service2/other", R"({"Op":0,"Addr":"127.0.0.1:2002","Metadata":null})");
  EXPECT_THAT(Must(ServiceRegistry(c.client(), c("service")).List()),
              ElementsAre(Pair("a", ServiceAddress{"127.0.0.1:2000", "\"metadata\""}),
                          Pair("b", ServiceAddress{"127.0.0.1:2001", ""})));
}

TEST(ClientNaming, FollowsInstancesThatComeAndGo) {
  Corner c;
  ServiceRegistry registry(c.client(), c("service"));
  Latest latest;
  ServiceResolver resolver(c.client(), c("service"),
                           [&latest](const ServiceAddresses& now) { latest.Set(now); });
  ASSERT_TRUE(resolver.WaitSynced(Corner::kPatience).ok());
  EXPECT_TRUE(latest.WaitFor({}));
  const auto lease = c.Grant();
  ASSERT_TRUE(registry.Add("a", {"127.0.0.1:1"}).ok());
  ASSERT_TRUE(registry.Add("b", {"127.0.0.1:2"}, {.lease = lease.id}).ok());
  EXPECT_TRUE(latest.WaitFor({{"a", {"127.0.0.1:1", ""}}, {"b", {"127.0.0.1:2", ""}}}));
  EXPECT_EQ(Must(GrpcTarget(resolver.addresses())), "ipv4:127.0.0.1:1,127.0.0.1:2");
  ASSERT_TRUE(c.client().RevokeLease(lease.id).ok());
  ASSERT_TRUE(registry.Add("a", {"127.0.0.1:3"}).ok());
  EXPECT_TRUE(latest.WaitFor({{"a", {"127.0.0.1:3", ""}}}));
  ASSERT_TRUE(registry.Remove("a").ok());
  EXPECT_TRUE(latest.WaitFor({}));
}

TEST(ClientNaming, MakesATargetOfAddressesOfOneKind) {
  const auto target = [](std::string_view a, std::string_view b) {
    return GrpcTarget({{"a", {std::string(a), ""}}, {"b", {std::string(b), ""}}});
  };
  EXPECT_EQ(Must(target("[::1]:1", "[::2]:2")), "ipv6:[::1]:1,[::2]:2");
  EXPECT_EQ(Must(GrpcTarget({{"a", {"host:1", ""}}})), "dns:///host:1");
  EXPECT_EQ(target("1.2.3.4:1", "[::2]:2").status().code(), etcdpp::Code::kInvalidArgument);
  EXPECT_EQ(target("host:1", "other:1").status().code(), etcdpp::Code::kInvalidArgument);
  EXPECT_EQ(GrpcTarget({}).status().code(), etcdpp::Code::kInvalidArgument);
}

}  // namespace
}  // namespace conformance
