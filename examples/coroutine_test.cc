// The same calls waited for, awaited, and told to a callback.

#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "etcdpp/async_client.h"
#include "fakeetcd/server.h"

namespace {

using etcdpp::AsyncClient;
using etcdpp::Future;
using etcdpp::PutResponse;
using etcdpp::Result;

Future<PutResponse> Copy(AsyncClient etcd, std::string from, std::string to) {
  auto found = co_await etcd.Get(from);
  if (!found.ok()) co_return found.status();
  const std::string value = *found ? (*found)->value : "";
  co_return co_await etcd.Put(to, value);
}

TEST(Styles, AreOne) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());
  AsyncClient etcd(client);

  ASSERT_TRUE(etcd.Put("a", "1").Get().ok());        // waited for
  ASSERT_TRUE(Copy(etcd, "a", "b").Get().ok());      // awaited
  Future<PutResponse> third = Copy(etcd, "b", "c");  // under way
  auto fourth = etcd.Put("d", "1");                  // at the same time
  EXPECT_TRUE(std::move(third).Get().ok());
  EXPECT_TRUE(std::move(fourth).Get().ok());
  EXPECT_EQ((*client.Get("c"))->value, "1");
}

}  // namespace
