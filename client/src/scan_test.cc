#include "etcdpp/scan.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/client.h"
#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using mocks::MockConnection;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Return;

RangeResponse Page(const std::vector<std::string>& keys, bool more, int64_t revision = 9) {
  RangeResponse page{{.revision = revision}, {}, more, 100};
  for (const std::string& key : keys) page.kvs.push_back({.key = key});
  return page;
}

auto Asks(KeyRange range, const RangeOptions& options) {
  return Field(&RangeParams::request, RangeRequest{std::move(range), options});
}

std::vector<std::string> Keys(Scan& scan) {
  std::vector<std::string> keys;
  for (auto kv = scan.Next(); kv.ok() && *kv; kv = scan.Next()) keys.push_back((*kv)->key);
  return keys;
}

class ScanTest : public testing::Test {
 protected:
  const std::shared_ptr<MockConnection> connection_ =
      std::make_shared<testing::NiceMock<MockConnection>>();
  Client client_{connection_};
};

TEST_F(ScanTest, ReadsPagesAsOfTheRevisionOfTheFirst) {
  const std::string after_b("b\0", 2);
  testing::InSequence in_order;
  EXPECT_CALL(*connection_, Range(Asks(KeyRange::HalfOpen("a", "z"), {.limit = 2})))
      .WillOnce(Return(Page({"a", "b"}, true)));
  EXPECT_CALL(*connection_,
              Range(Asks(KeyRange::HalfOpen(after_b, "z"), {.limit = 2, .revision = 9})))
      .WillOnce(Return(Page({"c"}, false)));

  Scan scan = client_.Scan(KeyRange::HalfOpen("a", "z"), {.page_size = 2});

  EXPECT_THAT(Keys(scan), ElementsAre("a", "b", "c"));
  EXPECT_EQ(scan.revision(), 9);
  const auto after_the_end = scan.Next();
  ASSERT_TRUE(after_the_end.ok());
  EXPECT_FALSE(after_the_end->has_value());
}

TEST_F(ScanTest, AsksAgainForThePageThatFailed) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(Page({"a"}, true)))
      .WillOnce(Return(Status(Code::kUnavailable, "gone")))
      .WillOnce(Return(Page({"b"}, false)));
  Scan scan = client_.Scan(KeyRange::All(), {.page_size = 1});

  EXPECT_EQ((*scan.Next())->key, "a");
  EXPECT_EQ(scan.Next().status().code(), Code::kUnavailable);
  EXPECT_EQ((*scan.Next())->key, "b");
}

TEST_F(ScanTest, SaysWhereItWasWhenItsRevisionIsCompacted) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(Page({"a", "b"}, true)))
      .WillRepeatedly(Return(
          Status(Code::kOutOfRange, "etcdserver: mvcc: required revision has been compacted")));
  Scan scan = client_.Scan(KeyRange::All());

  (void)scan.Next();
  EXPECT_EQ(scan.resume_key(), "b");
  (void)scan.Next();

  EXPECT_EQ(scan.Next().status().reason(), Reason::kCompacted);
  EXPECT_EQ(scan.resume_key(), std::string("b\0", 2));
}

TEST_F(ScanTest, GivesWholePages) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(Page({"a", "b"}, true)))
      .WillOnce(Return(Page({"c"}, false)));
  Scan scan = client_.Scan(KeyRange::All());

  (void)scan.Next();
  EXPECT_THAT(*scan.NextPage(), ElementsAre(Field(&KeyValue::key, "b")));
  EXPECT_THAT(*scan.NextPage(), ElementsAre(Field(&KeyValue::key, "c")));
  EXPECT_THAT(*scan.NextPage(), IsEmpty());
}

TEST_F(ScanTest, OfOneKeyIsOnePage) {
  EXPECT_CALL(*connection_, Range(Asks("a", {.limit = 1000, .keys_only = true})))
      .WillOnce(Return(Page({"a"}, false)));
  Scan scan = client_.Scan("a", {.keys_only = true});

  EXPECT_THAT(Keys(scan), ElementsAre("a"));
}

}  // namespace
}  // namespace etcdpp
