#include "fakeserver/services/wire_check.h"

#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/services/proto.h"

namespace fakeetcd {
namespace {

std::optional<std::string> ErrorIn(const google::protobuf::Descriptor& type,
                                   std::string_view bytes) {
  std::string known;
  return FindWireError(type, bytes, known);
}

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros

// As etcd 3.4.23, 3.5.30 and 3.6.14 answered these bytes as a PutRequest.
TEST(WireCheckTest, TellsWhatIsWrongInTheWordsOfEtcd) {
  const struct {
    std::string bytes;
    std::string want;
  } cases[] = {
      {"\x0a\x05"s + "ab", "unexpected EOF"},
      {"\x18\xff", "unexpected EOF"},
      {"\xff", "unexpected EOF"},
      {"\x0f", "proto: wrong wireType = 7 for field Key"},
      {"\x0e", "proto: wrong wireType = 6 for field Key"},
      {"\x08\x01", "proto: wrong wireType = 0 for field Key"},
      {"\x02\x00"s, "proto: PutRequest: illegal tag 0 (wire type 2)"},
      {"\x0c", "proto: PutRequest: wiretype end group for non-group"},
      {"\xa4\x01", "proto: PutRequest: wiretype end group for non-group"},
      {"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "proto: integer overflow"},
      {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
       "proto: negative length found during unmarshaling"},
      {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
       "proto: negative length found during unmarshaling"},
      {"\xca\x18\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
       "proto: negative length found during unmarshaling"},
      {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x3f", "unexpected EOF"},
      {"\x0a\x01"s + "a\xa2\x06\x05x", "unexpected EOF"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.want);
    EXPECT_EQ(ErrorIn(*pb::PutRequest::descriptor(), c.bytes), c.want);
  }
}

TEST(WireCheckTest, FindsNothingWrongWithUnknownFields) {
  const std::string bytes_field = "\x0a\x01"s + "a\xa2\x06\x01x";
  const std::string group = "\xa3\x01\xa4\x01";

  EXPECT_EQ(ErrorIn(*pb::PutRequest::descriptor(), bytes_field), std::nullopt);
  EXPECT_EQ(ErrorIn(*pb::PutRequest::descriptor(), group), std::nullopt);
}

TEST(WireCheckTest, LeavesOutWhatNobodyKnows) {
  pb::TxnRequest txn;
  pb::PutRequest& put = *txn.add_success()->mutable_request_put();
  put.set_key("a");
  const std::string clean = txn.SerializeAsString();
  put.GetReflection()->MutableUnknownFields(&put)->AddVarint(50, 7);
  // A group that ends as another, which protobuf does not take.
  const std::string bytes = txn.SerializeAsString() + "\xd3\x01\x64";

  std::string known;
  EXPECT_EQ(FindWireError(*pb::TxnRequest::descriptor(), bytes, known), std::nullopt);
  EXPECT_EQ(known, clean);
}

TEST(WireCheckTest, LooksIntoMessagesWithinTheMessage) {
  pb::TxnRequest txn;
  pb::PutRequest& put = *txn.add_success()->mutable_request_put();
  put.GetReflection()->MutableUnknownFields(&put)->AddVarint(1, 7);

  EXPECT_EQ(ErrorIn(*pb::TxnRequest::descriptor(), txn.SerializeAsString()),
            "proto: wrong wireType = 0 for field Key");
}

TEST(WireCheckTest, TakesRepeatedEnumsPackedOrNot) {
  const std::string packed = "\x2a\x02\x00\x01"s;
  const std::string one_by_one = "\x28\x00\x28\x01"s;

  EXPECT_EQ(ErrorIn(*pb::WatchCreateRequest::descriptor(), packed), std::nullopt);
  EXPECT_EQ(ErrorIn(*pb::WatchCreateRequest::descriptor(), one_by_one), std::nullopt);
}

// As etcd 3.4.23, 3.5.33 and 3.6.14 take these bytes as a WatchCreateRequest. Found by
// wire_check_fuzz.
TEST(WireCheckTest, ReadsPackedNumbersOverTheirEnd) {
  const auto& type = *pb::WatchCreateRequest::descriptor();
  std::string known;

  EXPECT_EQ(FindWireError(type, "\x0a\x01\x61\x2a\x01\x80\x01\x30\x01"s, known), std::nullopt);
  EXPECT_EQ(known, "\x0a\x01\x61\x2a\x02\x80\x01\x30\x01"s);
  EXPECT_EQ(ErrorIn(type, "\x0a\x01\x61\x2a\x01\x80"s), "unexpected EOF");
  EXPECT_EQ(ErrorIn(type, "\x2a\x05\x01"s), "unexpected EOF");
}

TEST(WireCheckTest, FindsNumbersOfMoreThan64Bits) {
  const auto& type = *pb::PutRequest::descriptor();
  const std::string nine = "\xff\xff\xff\xff\xff\xff\xff\xff\xff";

  EXPECT_FALSE(HasNumberTooLarge(type, "\x18" + nine + "\x01"));
  EXPECT_TRUE(HasNumberTooLarge(type, "\x18" + nine + "\x02"));
  EXPECT_TRUE(HasNumberTooLarge(type, "\x98\x06" + nine + "\x7f"));
  EXPECT_FALSE(HasNumberTooLarge(type, "\x0a\x0b\x18" + nine + "\x02"));
}

TEST(WireCheckTest, FindsFieldsOfNumbersThereAreNot) {
  const auto& type = *pb::PutRequest::descriptor();
  const std::string last = "\xf8\xff\xff\xff\x0f\x01";
  const std::string beyond = "\x80\x80\x80\x80\x10\x01";

  EXPECT_FALSE(HasNumberTooLarge(type, last));
  EXPECT_TRUE(HasNumberTooLarge(type, beyond));
  EXPECT_FALSE(HasNumberTooLarge(type, "\xa3\x01" + beyond + "\xa4\x01"));
  EXPECT_TRUE(HasNumberTooLarge(type, "\xa3\x01\xa4\x01" + beyond));
}

TEST(WireCheckTest, TellsHowDeeplyMessagesLieWithinEachOther) {
  const auto& type = *pb::TxnRequest::descriptor();
  EXPECT_EQ(DepthOf(type, "").levels, 1);
  std::string bytes;
  for (int depth = 1; depth < 50; depth += 2) {
    EXPECT_EQ(DepthOf(type, bytes).levels, depth);
    EXPECT_FALSE(DepthOf(type, bytes).malformed);
    pb::TxnRequest outer;
    ASSERT_TRUE(outer.add_success()->mutable_request_txn()->ParseFromString(bytes));
    bytes = outer.SerializeAsString();
  }
  const MessageDepth broken = DepthOf(type, bytes + "\x0a\x05");
  EXPECT_EQ(broken.levels, 51);
  EXPECT_TRUE(broken.malformed);
}

}  // namespace
}  // namespace fakeetcd
