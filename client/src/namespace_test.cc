// What a namespaced connection asks the other one, and what it makes of the answers.

#include <future>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/client.h"
#include "etcdpp/decorator.h"
#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using mocks::MockConnection;
using mocks::MockWatchStream;
using testing::ByMove;
using testing::ElementsAre;
using testing::Field;
using testing::NiceMock;
using testing::Return;

class NamespaceTest : public testing::Test {
 protected:
  // Of a request that a call was made with.
  template <typename Request>
  static auto Asks(const Request& request) {
    return Field(&Params<Request>::request, request);
  }

  const std::shared_ptr<NiceMock<MockConnection>> connection_ =
      std::make_shared<NiceMock<MockConnection>>();
  Client client_ = Client(connection_).InNamespace("ns/");
};

struct RangeCase {
  KeyRange range;
  KeyRange want;
};

TEST_F(NamespaceTest, ARangeStaysWithinIt) {
  const RangeCase cases[] = {
      {KeyRange::Key("a"), KeyRange::Key("ns/a")},
      {KeyRange::Prefix("a"), KeyRange::HalfOpen("ns/a", "ns/b")},
      {KeyRange::HalfOpen("a", "c"), KeyRange::HalfOpen("ns/a", "ns/c")},
      {KeyRange::From("a"), KeyRange::HalfOpen("ns/a", "ns0")},
      {KeyRange::All(), KeyRange::HalfOpen(std::string("ns/\0", 4), "ns0")},
  };
  for (const RangeCase& c : cases) {
    EXPECT_CALL(*connection_, Range(Asks(RangeRequest{c.want, {}})))
        .WillOnce(Return(RangeResponse()));
    EXPECT_TRUE(client_.Range(c.range).ok());
  }
}

TEST_F(NamespaceTest, OneThatEndsInTheLastByteEndsWhereItsKeysDo) {
  Client client = Client(connection_).InNamespace("a\xff");
  EXPECT_CALL(*connection_, Range(Asks(RangeRequest{KeyRange::HalfOpen("a\xffk", "b"), {}})))
      .WillOnce(Return(RangeResponse()));
  EXPECT_TRUE(client.Range(KeyRange::From("k")).ok());
}

TEST_F(NamespaceTest, AnswersAreWithoutIt) {
  RangeResponse range;
  range.kvs = {{.key = "ns/a"}, {.key = "ns/b"}};
  EXPECT_CALL(*connection_, Range).WillOnce(Return(range));
  EXPECT_CALL(*connection_, Put(Asks(PutRequest{"ns/a", "1", {.prev_kv = true}})))
      .WillOnce(Return(PutResponse{{}, KeyValue{.key = "ns/a"}}));
  EXPECT_CALL(*connection_, Delete(Asks(DeleteRequest{"ns/a", {.prev_kv = true}})))
      .WillOnce(Return(DeleteResponse{{}, 1, {{.key = "ns/a"}}}));

  const auto got = client_.Range(KeyRange::All());
  EXPECT_EQ(got->kvs[0].key, "a");
  EXPECT_EQ(got->kvs[1].key, "b");
  EXPECT_EQ(client_.Put("a", "1", {.prev_kv = true})->prev_kv->key, "a");
  EXPECT_EQ(client_.Delete("a", {.prev_kv = true})->prev_kvs[0].key, "a");
}

TEST_F(NamespaceTest, ATransactionIsWithinItWhereverItHasKeys) {
  const auto txn = [](const std::string& ns) {
    return TxnRequest()
        .If(cmp::Value(ns + "a") == "1", cmp::Lease(KeyRange::HalfOpen(ns + "b", ns + "c")) == 0)
        .Then(op::Put(ns + "a", "2"),
              op::Txn(TxnRequest().If(cmp::Exists(ns + "d")).Then(op::Delete(ns + "d"))))
        .Else(op::Get(ns + "a"));
  };
  TxnResponse nested;
  nested.responses = {{DeleteResponse{{}, 1, {{.key = "ns/d"}}}}};
  TxnResponse answer;
  answer.responses = {{PutResponse{{}, KeyValue{.key = "ns/a"}}}, {nested}};
  EXPECT_CALL(*connection_, Txn(Asks(txn("ns/")))).WillOnce(Return(answer));

  const auto got = client_.Commit(txn(""));

  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->responses[0].put()->prev_kv->key, "a");
  EXPECT_EQ(got->responses[1].txn()->responses[0].deletion()->prev_kvs[0].key, "d");
}

TEST_F(NamespaceTest, AnEmptyKeyIsRefused) {
  EXPECT_EQ(client_.Put("", "1").status().reason(), Reason::kEmptyKey);
  EXPECT_EQ(client_.Get("").status().reason(), Reason::kEmptyKey);
  EXPECT_EQ(client_.Delete("").status().reason(), Reason::kEmptyKey);
  EXPECT_EQ(client_.Txn().If(cmp::Exists("")).Commit().status().reason(), Reason::kEmptyKey);
  EXPECT_EQ(client_.Txn().Else(op::Get("")).Commit().status().reason(), Reason::kEmptyKey);
}

TEST_F(NamespaceTest, AWatchIsWithinItAndTellsWithoutIt) {
  WatchResponse response;
  response.events = {{WatchEvent::Type::kPut, {.key = "ns/a"}, KeyValue{.key = "ns/a"}}};
  auto stream = std::make_unique<NiceMock<MockWatchStream>>();
  EXPECT_CALL(*stream, Next).WillOnce(Return(response));
  EXPECT_CALL(*stream, NextFor).WillRepeatedly(Return(response));
  const WatchRequest want{KeyRange::HalfOpen("ns/a", "ns/b"), {}};
  EXPECT_CALL(*connection_, Watch(Asks(want)))
      .WillOnce(Return(ByMove(std::unique_ptr<WatchStream>(std::move(stream)))));

  Watch watch = client_.Watch(KeyRange::Prefix("a"));

  for (const auto& got : {watch.Next(), watch.NextFor(std::chrono::milliseconds(1))}) {
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->events[0].kv.key, "a");
    EXPECT_EQ(got->events[0].prev_kv->key, "a");
  }
}

TEST_F(NamespaceTest, ALeaseHasThoseOfItsKeysThatAreWithinIt) {
  TimeToLiveResponse answer;
  answer.keys = {"ns/a", "other/b", "ns"};
  EXPECT_CALL(*connection_, TimeToLive).WillOnce(Return(answer));
  EXPECT_THAT(client_.TimeToLive(7, true)->keys, ElementsAre("a"));
}

TEST_F(NamespaceTest, AsynchronousCallsAreWithinItToo) {
  EXPECT_CALL(*connection_, Put(Asks(PutRequest{"ns/a", "1", {}})))
      .WillOnce(Return(PutResponse{{}, KeyValue{.key = "ns/a"}}));
  std::promise<Result<PutResponse>> put;
  client_.connection()->AsyncPut({{"a", "1", {}}, {}}, [&put](Result<PutResponse> result) {
    put.set_value(std::move(result));
  });
  EXPECT_EQ(put.get_future().get()->prev_kv->key, "a");
}

TEST_F(NamespaceTest, TheyNest) {
  EXPECT_CALL(*connection_, Put(Asks(PutRequest{"ns/inner/a", "1", {}})))
      .WillOnce(Return(PutResponse()));
  EXPECT_TRUE(client_.InNamespace("inner/").Put("a", "1").ok());
}

}  // namespace
}  // namespace etcdpp
