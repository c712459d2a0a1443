#include "etcdpp/txn.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using Relation = Compare::Relation;
using Target = Compare::Target;

struct CompareCase {
  std::string name;
  Compare got;
  Target want_target;
  Relation want_relation;
  std::variant<int64_t, std::string> want_operand;
};

TEST(CompareTest, ReadsAsItIsWritten) {
  const int64_t two = 2;
  const CompareCase cases[] = {
      {"value ==", cmp::Value("k") == "x", Target::kValue, Relation::kEqual, "x"},
      {"value !=", cmp::Value("k") != "x", Target::kValue, Relation::kNotEqual, "x"},
      {"value <", cmp::Value("k") < "x", Target::kValue, Relation::kLess, "x"},
      {"value >", cmp::Value("k") > "x", Target::kValue, Relation::kGreater, "x"},
      {"version ==", cmp::Version("k") == 2, Target::kVersion, Relation::kEqual, two},
      {"create !=", cmp::CreateRevision("k") != 2, Target::kCreateRevision, Relation::kNotEqual,
       two},
      {"mod <", cmp::ModRevision("k") < 2, Target::kModRevision, Relation::kLess, two},
      {"lease >", cmp::Lease("k") > 2, Target::kLease, Relation::kGreater, two},
      {"exists", cmp::Exists("k"), Target::kCreateRevision, Relation::kGreater, int64_t{0}},
      {"missing", cmp::Missing("k"), Target::kCreateRevision, Relation::kEqual, int64_t{0}},
  };
  for (const CompareCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.got.range, KeyRange("k"));
    EXPECT_EQ(c.got.target, c.want_target);
    EXPECT_EQ(c.got.relation, c.want_relation);
    EXPECT_EQ(c.got.operand, c.want_operand);
  }
}

TEST(CompareTest, TakesRanges) {
  const Compare compare = cmp::Version(KeyRange::Prefix("p/")) > 0;

  EXPECT_EQ(compare.range, KeyRange::Prefix("p/"));
}

TEST(TxnRequestTest, CollectsConditionsAndOperations) {
  const TxnRequest request = TxnRequest()
                                 .If(cmp::Exists("a"), cmp::Value("a") == "1")
                                 .If(cmp::Missing("b"))
                                 .Then(op::Put("a", "2", {.lease = 7}), op::Delete("c"))
                                 .Else(op::Get(KeyRange::Prefix("a"), {.limit = 3}));

  ASSERT_EQ(request.compares.size(), 3U);
  EXPECT_EQ(request.compares[2], cmp::Missing("b"));
  ASSERT_EQ(request.success.size(), 2U);
  EXPECT_EQ(std::get<PutRequest>(request.success[0].request), (PutRequest{"a", "2", {.lease = 7}}));
  ASSERT_EQ(request.failure.size(), 1U);
  EXPECT_EQ(std::get<RangeRequest>(request.failure[0].request).options.limit, 3);
}

TEST(TxnRequestTest, Nests) {
  const TxnRequest inner = TxnRequest().If(cmp::Exists("b")).Then(op::Delete("b"));
  const TxnRequest outer = TxnRequest().Then(op::Txn(inner), op::Get("b"));

  ASSERT_EQ(outer.success.size(), 2U);
  EXPECT_EQ(std::get<TxnRequest>(outer.success[0].request), inner);
}

TEST(TxnRequestTest, IsReadOnlyWithoutAnyWriteAtAnyDepth) {
  const TxnRequest reads = TxnRequest().Then(op::Get("a")).Else(op::Get("b"));
  const TxnRequest nested_reads = TxnRequest().Then(op::Txn(reads));
  const TxnRequest writes = TxnRequest().Then(op::Get("a")).Else(op::Put("b", ""));
  const TxnRequest nested_writes = TxnRequest().Else(op::Txn(writes));

  EXPECT_TRUE(IsReadOnly(TxnRequest()));
  EXPECT_TRUE(IsReadOnly(reads));
  EXPECT_TRUE(IsReadOnly(nested_reads));
  EXPECT_FALSE(IsReadOnly(writes));
  EXPECT_FALSE(IsReadOnly(nested_writes));
}

TEST(OpResponseTest, GivesOnlyWhatItHolds) {
  const OpResponse response{DeleteResponse{{}, 2, {}}};

  ASSERT_NE(response.deletion(), nullptr);
  EXPECT_EQ(response.deletion()->deleted, 2);
  EXPECT_EQ(response.range(), nullptr);
  EXPECT_EQ(response.put(), nullptr);
  EXPECT_EQ(response.txn(), nullptr);
}

}  // namespace
}  // namespace etcdpp
