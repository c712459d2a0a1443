// Several keys that change together, whoever else changes them: a software transaction; and many
// keys at once, written in batches and read in pages.

#include <string>

#include <gtest/gtest.h>

#include "etcdpp/stm.h"
#include "fakeetcd/server.h"

namespace {

using etcdpp::KeyRange;
using etcdpp::Status;
using etcdpp::Stm;

TEST(Accounts, KeepTheirSum) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());
  ASSERT_TRUE(client.Put("accounts/a", "10").ok());

  const auto moved = etcdpp::RunStm(client, [](Stm& stm) -> Status {
    const auto from = stm.Get("accounts/a");
    if (!from.ok()) return from.status();
    const auto to = stm.Get("accounts/b");
    if (!to.ok()) return to.status();
    stm.Put("accounts/a", std::to_string(std::stoi(from->value_or("0")) - 3));
    stm.Put("accounts/b", std::to_string(std::stoi(to->value_or("0")) + 3));
    return {};
  });

  ASSERT_TRUE(moved.ok());
  EXPECT_EQ((*client.Get("accounts/a"))->value, "7");
  EXPECT_EQ((*client.Get("accounts/b"))->value, "3");
}

TEST(Accounts, AreWrittenAndReadInPieces) {
  auto server = fakeetcd::Server::Start({});
  etcdpp::Client client(server->endpoint());

  etcdpp::BatchWriter batch = client.Batch();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(batch.Put("accounts/" + std::to_string(i), "0").ok());
  }
  ASSERT_TRUE(batch.Flush().ok());

  int seen = 0;
  etcdpp::Scan scan = client.Scan(KeyRange::Prefix("accounts/"), {.page_size = 100});
  auto kv = scan.Next();
  for (; kv.ok() && *kv; kv = scan.Next()) ++seen;
  ASSERT_TRUE(kv.ok());
  EXPECT_EQ(seen, 500);
}

}  // namespace
