#include "etcdpp/batch.h"

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
using testing::ElementsAre;
using testing::IsEmpty;

/// Remembers how many operations each transaction had.
class BatchWriterTest : public testing::Test {
 protected:
  BatchWriterTest() {
    ON_CALL(*connection_, Txn)
        .WillByDefault([this](const TxnParams& params) -> Result<TxnResponse> {
          if (!failure_.ok()) return failure_;
          sent_.push_back(params.request.success.size());
          return TxnResponse{{.revision = static_cast<int64_t>(sent_.size())}, true, {}};
        });
  }

  const std::shared_ptr<testing::NiceMock<MockConnection>> connection_ =
      std::make_shared<testing::NiceMock<MockConnection>>();
  Client client_{connection_};
  Status failure_;
  std::vector<size_t> sent_;
};

TEST_F(BatchWriterTest, SendsAsManyWritesAtATimeAsAreAllowed) {
  BatchWriter batch = client_.Batch();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(batch.Put(std::to_string(i), "v").ok());
  EXPECT_THAT(sent_, ElementsAre(128, 128));
  EXPECT_EQ(batch.pending(), 44);

  ASSERT_TRUE(batch.Flush().ok());

  EXPECT_THAT(sent_, ElementsAre(128, 128, 44));
  EXPECT_EQ(batch.written(), 300);
  EXPECT_EQ(batch.revision(), 3);
  ASSERT_TRUE(batch.Flush().ok());
  EXPECT_EQ(sent_.size(), 3U);  // nothing to send
}

TEST_F(BatchWriterTest, SendsAsManyBytesAtATimeAsAreAllowed) {
  BatchWriter batch = client_.Batch({.bytes_max = 1000});
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_TRUE(batch.Put(key, std::string(400, 'v')).ok());
  }
  ASSERT_TRUE(batch.Put("large", std::string(2000, 'v')).ok());  // for the server to judge
  ASSERT_TRUE(batch.Flush().ok());

  EXPECT_THAT(sent_, ElementsAre(2, 1, 1));
}

TEST_F(BatchWriterTest, KeepsTheOrderOfWritesOfOneKey) {
  BatchWriter batch = client_.Batch();
  ASSERT_TRUE(batch.Put("a", "1").ok());
  ASSERT_TRUE(batch.Put("b", "1").ok());
  ASSERT_TRUE(batch.Put("a", "2").ok());
  EXPECT_THAT(sent_, ElementsAre(2));
  ASSERT_TRUE(batch.Delete(KeyRange::Prefix("a")).ok());
  EXPECT_THAT(sent_, ElementsAre(2, 1));
  ASSERT_TRUE(batch.Delete(KeyRange::Prefix("a")).ok());  // two deletes may be together
  EXPECT_THAT(sent_, ElementsAre(2, 1));
  ASSERT_TRUE(batch.Put("ab", "1").ok());
  EXPECT_THAT(sent_, ElementsAre(2, 1, 2));
}

TEST_F(BatchWriterTest, DropsNothingWhenSendingFails) {
  BatchWriter batch = client_.Batch({.ops_max = 2});
  ASSERT_TRUE(batch.Put("a", "1").ok());
  ASSERT_TRUE(batch.Put("b", "1").ok());
  failure_ = Status(Code::kUnavailable, "gone");

  EXPECT_EQ(batch.Put("c", "1"), failure_);
  EXPECT_EQ(batch.pending(), 2);  // without the one that was not taken
  failure_ = {};
  ASSERT_TRUE(batch.Put("c", "1").ok());
  ASSERT_TRUE(batch.Flush().ok());

  EXPECT_THAT(sent_, ElementsAre(2, 1));
  EXPECT_EQ(batch.written(), 3);
}

TEST_F(BatchWriterTest, SendsNothingByItself) {
  { ASSERT_TRUE(client_.Batch().Put("a", "1").ok()); }

  EXPECT_THAT(sent_, IsEmpty());
}

}  // namespace
}  // namespace etcdpp
