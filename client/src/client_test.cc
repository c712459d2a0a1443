// How a program that uses a Client is tested without any etcd, and what Client itself adds to the
// calls of its connection.

#include "etcdpp/client.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using mocks::MockConnection;
using mocks::MockWatchStream;
using testing::_;
using testing::ByMove;
using testing::Field;
using testing::NiceMock;
using testing::Return;

// A program: takes a name once.
class Registry {
 public:
  explicit Registry(Client client) : client_(std::move(client)) {}

  std::string Register(const std::string& name) {
    const auto taken = client_.PutIfAbsent("names/" + name, "");
    if (!taken.ok()) return "try later: " + taken.status().message();
    return *taken ? "welcome" : "taken";
  }

  std::vector<std::string> FollowNames() {
    std::vector<std::string> names;
    Watch watch = client_.Watch(KeyRange::Prefix("names/"));
    for (auto response = watch.Next(); response.ok(); response = watch.Next()) {
      for (const WatchEvent& event : response->events) names.push_back(event.kv.key);
    }
    return names;
  }

 private:
  Client client_;
};

TxnResponse Succeeded(bool succeeded) { return {{}, succeeded, {}}; }

TEST(RegistryTest, TakesANameOnce) {
  const auto connection = std::make_shared<MockConnection>();
  EXPECT_CALL(*connection, Txn)
      .WillOnce(Return(Succeeded(true)))
      .WillOnce(Return(Succeeded(false)))
      .WillOnce(Return(Status(Code::kUnavailable, "nobody there")));
  Registry registry{Client(connection)};

  EXPECT_EQ(registry.Register("a"), "welcome");
  EXPECT_EQ(registry.Register("a"), "taken");
  EXPECT_EQ(registry.Register("a"), "try later: nobody there");
}

TEST(RegistryTest, FollowsNamesUntilTheWatchEnds) {
  const auto connection = std::make_shared<MockConnection>();
  auto stream = std::make_unique<MockWatchStream>();
  EXPECT_CALL(*stream, Next)
      .WillOnce(Return(WatchResponse{{}, {{WatchEvent::Type::kPut, {.key = "names/a"}, {}}}}))
      .WillOnce(Return(Status(Code::kCancelled, "over")));
  EXPECT_CALL(*connection, Watch).WillOnce(Return(ByMove(std::move(stream))));
  Registry registry{Client(connection)};

  EXPECT_EQ(registry.FollowNames(), (std::vector<std::string>{"names/a"}));
}

TEST(ClientTest, GetOfAnAbsentKeyIsNoError) {
  const auto connection = std::make_shared<MockConnection>();
  EXPECT_CALL(*connection, Range)
      .WillOnce(Return(RangeResponse()))
      .WillOnce(Return(RangeResponse{{}, {{.key = "k", .value = "v"}}, false, 1}));
  Client client(connection);

  const auto absent = client.Get("k");
  const auto present = client.Get("k");

  ASSERT_TRUE(absent.ok());
  EXPECT_EQ(*absent, std::nullopt);
  ASSERT_TRUE(present.ok());
  ASSERT_TRUE(*present);
  EXPECT_EQ((*present)->value, "v");
}

TEST(ClientTest, GetPassesItsOptionsOn) {
  const auto connection = std::make_shared<MockConnection>();
  const RangeRequest want{"k", {.revision = 7, .serializable = true}};
  EXPECT_CALL(*connection, Range(Field(&RangeParams::request, want)))
      .WillOnce(Return(RangeResponse()));

  EXPECT_TRUE(Client(connection).Get("k", {.revision = 7, .serializable = true}).ok());
}

TEST(ClientTest, ConditionalWritesAreTransactions) {
  const auto connection = std::make_shared<NiceMock<MockConnection>>();
  const TxnRequest absent =
      TxnRequest().If(cmp::ModRevision("k") == 0).Then(op::Put("k", "v", {.lease = 3}));
  const TxnRequest swap = TxnRequest().If(cmp::Value("k") == "old").Then(op::Put("k", "v"));
  const TxnRequest unchanged = TxnRequest().If(cmp::ModRevision("k") == 5).Then(op::Put("k", "v"));
  Client client(connection);

  EXPECT_CALL(*connection, Txn(Field(&TxnParams::request, absent)))
      .WillOnce(Return(Succeeded(true)));
  EXPECT_TRUE(*client.PutIfAbsent("k", "v", {.lease = 3}));
  EXPECT_CALL(*connection, Txn(Field(&TxnParams::request, swap)))
      .WillOnce(Return(Succeeded(false)));
  EXPECT_FALSE(*client.CompareAndSwap("k", "old", "v"));
  EXPECT_CALL(*connection, Txn(Field(&TxnParams::request, unchanged)))
      .WillOnce(Return(Succeeded(true)));
  EXPECT_TRUE(*client.PutIfUnchanged("k", 5, "v"));
}

TEST(MockConnectionTest, AnAsynchronousCallIsServedByTheExpectationOfTheBlockingOne) {
  const auto connection = std::make_shared<NiceMock<MockConnection>>();
  EXPECT_CALL(*connection, Put).WillOnce(Return(PutResponse{{.revision = 9}, {}}));
  std::promise<int64_t> revision;

  connection->AsyncPut({{"k", "v", {}}, {}}, [&](const Result<PutResponse>& result) {
    revision.set_value(result->header.revision);
  });

  EXPECT_EQ(revision.get_future().get(), 9);
}

}  // namespace
}  // namespace etcdpp
