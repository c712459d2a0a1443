// The whole client, and the fake, in a process that has a second copy of the protos under etcd's
// own package names. Both clients use the one server.

#include <chrono>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "etcd/api/kv.grpc.pb.h"
#include "etcd/api/lease.grpc.pb.h"

#include "etcdpp/client.h"
#include "etcdpp/mutex.h"
#include "fakeetcd/server.h"

namespace {

namespace official = etcdserverpb;

class ClientClashTest : public testing::Test {
 protected:
  const std::unique_ptr<fakeetcd::Server> server_ = fakeetcd::Server::Start();
  etcdpp::Client client_{server_->endpoint()};
  const std::shared_ptr<grpc::Channel> channel_ =
      grpc::CreateChannel(server_->endpoint(), grpc::InsecureChannelCredentials());
};

TEST_F(ClientClashTest, EachReadsWhatTheOtherWrites) {
  auto watch = client_.Watch("from official");
  official::PutRequest put;
  put.set_key("from official");
  put.set_value("1");
  official::PutResponse done;
  grpc::ClientContext put_context;
  put_context.set_wait_for_ready(true);
  const auto kv = official::KV::NewStub(channel_);
  ASSERT_TRUE(kv->Put(&put_context, put, &done).ok());
  const auto told = watch.Next();
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->events.front().kv.value, "1");

  ASSERT_TRUE(client_.Put("from ours", "2").ok());
  official::RangeRequest get;
  get.set_key("from ours");
  official::RangeResponse range;
  grpc::ClientContext get_context;
  ASSERT_TRUE(kv->Range(&get_context, get, &range).ok());
  ASSERT_EQ(range.kvs_size(), 1);
  EXPECT_EQ(range.kvs(0).value(), "2");
}

TEST_F(ClientClashTest, ALockOfOursIsALeaseOfTheirs) {
  auto session = etcdpp::Session::Create(client_, {.ttl = std::chrono::seconds(60)});
  ASSERT_TRUE(session.ok()) << session.status();
  const auto guard = etcdpp::Mutex(*session, "lock").Lock();
  ASSERT_TRUE(guard.ok()) << guard.status();
  official::LeaseLeasesResponse leases;
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  ASSERT_TRUE(official::Lease::NewStub(channel_)
                  ->LeaseLeases(&context, official::LeaseLeasesRequest(), &leases)
                  .ok());
  ASSERT_EQ(leases.leases_size(), 1);
  EXPECT_EQ(leases.leases(0).id(), session->lease());
}

}  // namespace
