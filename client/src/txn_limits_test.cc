// What an etcd with given limits refuses, said before it is sent.

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/client.h"
#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using testing::HasSubstr;

TxnRequest Puts(int count) {
  TxnRequest request;
  for (int i = 0; i < count; ++i) request.Then(op::Put(std::to_string(i), "v"));
  return request;
}

TEST(CheckLimitsTest, CountsTheWidestOfConditionsAndBranches) {
  TxnRequest conditions;
  for (int i = 0; i < 129; ++i) conditions.If(cmp::Exists("k"));
  TxnRequest reads;
  for (int i = 0; i < 129; ++i) reads.Else(op::Get("k"));

  EXPECT_TRUE(CheckLimits(Puts(128)).ok());
  EXPECT_EQ(CheckLimits(Puts(129)).reason(), Reason::kTooManyOps);
  EXPECT_EQ(CheckLimits(conditions).reason(), Reason::kTooManyOps);
  EXPECT_EQ(CheckLimits(reads).reason(), Reason::kTooManyOps);
  EXPECT_TRUE(CheckLimits(Puts(129), {.ops_max = 129}).ok());
}

TEST(CheckLimitsTest, CountsNestedTransactionsOnTop) {
  EXPECT_TRUE(CheckLimits(TxnRequest().Then(op::Txn(Puts(127)))).ok());
  EXPECT_EQ(CheckLimits(TxnRequest().Then(op::Txn(Puts(128)))).reason(), Reason::kTooManyOps);
}

struct DuplicateCase {
  std::string name;
  TxnRequest request;
  bool twice;
};

TEST(CheckLimitsTest, FindsKeysWrittenTwice) {
  const auto put = [](const char* key) { return TxnRequest().Then(op::Put(key, "v")); };
  const DuplicateCase cases[] = {
      {"two puts", TxnRequest().Then(op::Put("a", ""), op::Put("a", "")), true},
      {"one in each branch", TxnRequest().Then(op::Put("a", "")).Else(op::Put("a", "")), false},
      {"a put and a delete", TxnRequest().Then(op::Delete("a"), op::Put("a", "")), true},
      {"a put in a deleted range",
       TxnRequest().Then(op::Put("ab", ""), op::Delete(KeyRange::All())), true},
      {"a put after a deleted range",
       TxnRequest().Then(op::Put("b", ""), op::Delete(KeyRange::Prefix("a"))), false},
      {"two deletes", TxnRequest().Then(op::Delete("a"), op::Delete(KeyRange::All())), false},
      {"a put and a get", TxnRequest().Then(op::Put("a", ""), op::Get("a")), false},
      {"a nested put", TxnRequest().Then(op::Put("a", ""), op::Txn(put("a"))), true},
      {"another nested put", TxnRequest().Then(op::Put("a", ""), op::Txn(put("b"))), false},
      {"two nested puts", TxnRequest().Then(op::Txn(put("a")), op::Txn(put("a"))), true},
      {"nested in either branch",
       TxnRequest().Then(op::Txn(TxnRequest().Then(op::Put("a", "")).Else(op::Put("a", "")))),
       false},
      {"a nested delete of it",
       TxnRequest().Then(op::Put("a", ""), op::Txn(TxnRequest().Then(op::Delete("a")))), true},
  };
  for (const DuplicateCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(CheckLimits(c.request).reason(), c.twice ? Reason::kDuplicateKey : Reason::kNone);
  }
  EXPECT_THAT(CheckLimits(cases[0].request).message(), HasSubstr("\"a\""));
}

TEST(CheckLimitsTest, EstimatesTheSize) {
  const auto request = TxnRequest().Then(op::Put("a", std::string(1000, 'v')));

  EXPECT_EQ(CheckLimits(request, {.bytes_max = 1000}).reason(), Reason::kRequestTooLarge);
  EXPECT_TRUE(CheckLimits(request, {.bytes_max = 1200}).ok());
}

TEST(TxnBuilderTest, WithinLimitsSendsNothingThatIsTooMuch) {
  const auto connection = std::make_shared<mocks::MockConnection>();
  EXPECT_CALL(*connection, Txn).WillOnce(testing::Return(TxnResponse()));
  Client client(connection);

  const auto refused =
      client.Txn().Then(op::Get("a"), op::Get("b")).Within({.ops_max = 1}).Commit();
  const auto sent = client.Txn().Then(op::Get("a")).Within({.ops_max = 1}).Commit();

  EXPECT_EQ(refused.status().reason(), Reason::kTooManyOps);
  EXPECT_TRUE(sent.ok());
}

}  // namespace
}  // namespace etcdpp
