// A server that moves to another address of its name. Here the C library's resolver, which gRPC is
// told to use, knows that name: the test's own getaddrinfo comes before it.
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <stdlib.h>

#include "client/src/test_server.h"
#include "etcdpp/client.h"

namespace {

constexpr char kName[] = "moves.etcdpp.test";

std::atomic<const char*> address = "127.0.0.1";
std::atomic<int> lookups = 0;

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Function = decltype(&getaddrinfo);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const bool is_ours = name != nullptr && std::string_view(name) == kName;
  if (is_ours) ++lookups;
  return next(is_ours ? address.load() : name, service, hints, result);
}

namespace etcdpp {
namespace {

Options OptionsFor(int port) {
  Options options;
  options.endpoints = {std::string(kName) + ":" + std::to_string(port)};
  options.call_timeout = std::chrono::seconds(30);
  options.retry.max_attempts = 1000;
  return options;
}

TEST(MovedNameTest, IsLookedUpAgainWhenTheConnectionBreaks) {
  TestServer before;
  before.Start();
  TestServer after;
  after.StartAt("127.0.0.2:" + std::to_string(before.port()));
  Client client(OptionsFor(before.port()));
  const auto first = client.Get("a");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(before.ranges, 1);
  EXPECT_GE(lookups, 1);

  address = "127.0.0.2";
  before.Stop();
  const auto second = client.Get("a");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(after.ranges, 1);
}

TEST(MovedNameTest, AWatchFollowsIt) {
  address = "127.0.0.1";
  TestServer before;
  TestServer after;
  for (TestServer* server : {&before, &after}) {
    server->watch = [](int /*number*/, TestServer::Context& context, TestServer::WatchIo& io) {
      etcdpp_proto::etcdserverpb::WatchRequest create;
      io.Read(&create);
      etcdpp_proto::etcdserverpb::WatchResponse created;
      created.set_watch_id(create.create_request().watch_id());
      created.set_created(true);
      io.Write(created);
      // Until the client or the server ends it.
      while (io.Read(&create) && !context.IsCancelled()) {
      }
      return grpc::Status::OK;
    };
  }
  before.Start();
  after.StartAt("127.0.0.2:" + std::to_string(before.port()));
  Client client(OptionsFor(before.port()));
  const Watch watch = client.Watch("a");
  EXPECT_EQ(before.watch_streams, 1);
  address = "127.0.0.2";
  before.Stop();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (after.watch_streams == 0 && std::chrono::steady_clock::now() < deadline) {
    (void)client.Get("a");
  }
  EXPECT_EQ(after.watch_streams, 1);
}

}  // namespace
}  // namespace etcdpp

int main(int argc, char** argv) {
  setenv("GRPC_DNS_RESOLVER", "native", 1);  // before gRPC looks at it
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
