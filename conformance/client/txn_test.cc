// Transactions through the client: the conditions as they are written, and results in their shape.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::Compare;
using etcdpp::TxnRequest;
using testing::ElementsAre;
using testing::IsEmpty;

bool Holds(Corner& c, const Compare& compare) {
  return Must(c.client().Txn().If(compare).Commit()).succeeded;
}

struct CompareCase {
  std::string name;
  Compare compare;
  bool want;
};

TEST(ClientTxn, ConditionsHoldAsTheyRead) {
  Corner c;
  const auto lease = c.Grant();
  const int64_t created = c.Put("a", "m");
  const int64_t changed = c.Put("a", "n", {.lease = lease.id});
  const std::string a = c("a");
  const CompareCase cases[] = {
      {"value ==", cmp::Value(a) == "n", true},
      {"value == another", cmp::Value(a) == "m", false},
      {"value !=", cmp::Value(a) != "m", true},
      {"value <", cmp::Value(a) < "o", true},
      {"value < itself", cmp::Value(a) < "n", false},
      {"value >", cmp::Value(a) > "m", true},
      {"version ==", cmp::Version(a) == 2, true},
      {"version !=", cmp::Version(a) != 2, false},
      {"version <", cmp::Version(a) < 3, true},
      {"version >", cmp::Version(a) > 2, false},
      {"create revision ==", cmp::CreateRevision(a) == created, true},
      {"create revision >", cmp::CreateRevision(a) > created, false},
      {"mod revision ==", cmp::ModRevision(a) == changed, true},
      {"mod revision <", cmp::ModRevision(a) < changed, false},
      {"lease ==", cmp::Lease(a) == lease.id, true},
      {"lease !=", cmp::Lease(a) != lease.id, false},
      {"exists", cmp::Exists(a), true},
      {"missing", cmp::Missing(a), false},
  };
  for (const CompareCase& k : cases) {
    SCOPED_TRACE(k.name);
    EXPECT_EQ(Holds(c, k.compare), k.want);
  }
}

TEST(ClientTxn, AMissingKeyHasNumbersOfZeroAndNoValue) {
  Corner c;
  const std::string a = c("a");
  EXPECT_TRUE(Holds(c, cmp::Missing(a)));
  EXPECT_TRUE(Holds(c, cmp::Version(a) == 0));
  EXPECT_TRUE(Holds(c, cmp::Lease(a) == 0));
  EXPECT_FALSE(Holds(c, cmp::Value(a) == ""));
  EXPECT_FALSE(Holds(c, cmp::Value(a) != "x"));
}

TEST(ClientTxn, AConditionOnARangeIsAboutEveryKeyInIt) {
  Corner c;
  c.Put("a", "1");
  c.Put("b", "1");
  EXPECT_TRUE(Holds(c, cmp::Value(c.All()) == "1"));
  EXPECT_TRUE(Holds(c, cmp::Version(c.All()) < 2));
  c.Put("b", "2");
  EXPECT_FALSE(Holds(c, cmp::Value(c.All()) == "1"));
  EXPECT_FALSE(Holds(c, cmp::Version(c.All()) < 2));
}

TEST(ClientTxn, AllConditionsHaveToHold) {
  Corner c;
  c.Put("a", "1");
  const auto both =
      Must(c.client().Txn().If(cmp::Exists(c("a")), cmp::Value(c("a")) == "2").Commit());
  EXPECT_FALSE(both.succeeded);
}

TEST(ClientTxn, RunsOneBranch) {
  Corner c;
  c.Put("a", "1");
  const auto done = Must(c.client()
                             .Txn()
                             .If(cmp::Value(c("a")) == "2")
                             .Then(op::Put(c("then"), ""))
                             .Else(op::Put(c("else"), ""), op::Get(c("a")))
                             .Commit());
  EXPECT_FALSE(done.succeeded);
  ASSERT_EQ(done.responses.size(), 2U);
  EXPECT_NE(done.responses[0].put(), nullptr);
  ASSERT_NE(done.responses[1].range(), nullptr);
  EXPECT_EQ(done.responses[1].range()->kvs[0].value, "1");
  EXPECT_THAT(c.Names(Must(c.client().Range(c.All()))), ElementsAre("a", "else"));
}

TEST(ClientTxn, OperationsHaveTheOptionsOfTheirCalls) {
  Corner c;
  const auto lease = c.Grant();
  for (const char* name : {"a", "b", "c"}) c.Put(name, "old");
  const auto done =
      Must(c.client()
               .Txn()
               .Then(op::Get(c.All(), {.limit = 2, .sort_order = etcdpp::SortOrder::kDescend}),
                     op::Put(c("a"), "new", {.lease = lease.id, .prev_kv = true}),
                     op::Delete(etcdpp::KeyRange::HalfOpen(c("b"), c("d")), {.prev_kv = true}))
               .Commit());
  ASSERT_EQ(done.responses.size(), 3U);
  EXPECT_THAT(c.Names(*done.responses[0].range()), ElementsAre("c", "b"));
  EXPECT_TRUE(done.responses[0].range()->more);
  EXPECT_EQ(done.responses[1].put()->prev_kv->value, "old");
  EXPECT_EQ(done.responses[2].deletion()->deleted, 2);
  EXPECT_EQ(done.responses[2].deletion()->prev_kvs.size(), 2U);
  EXPECT_EQ(c.Get("a").lease, lease.id);
}

TEST(ClientTxn, IsOneRevision) {
  Corner c;
  const int64_t before = c.Put("a", "1");
  const auto done = Must(c.client().Txn().Then(op::Put(c("b"), ""), op::Put(c("c"), "")).Commit());
  EXPECT_EQ(done.header.revision, before + 1);
  EXPECT_EQ(c.Get("b").mod_revision, c.Get("c").mod_revision);
}

TEST(ClientTxn, ThatOnlyReadsIsNoRevision) {
  Corner c;
  const int64_t before = c.Put("a", "1");
  EXPECT_EQ(Must(c.client().Txn().Then(op::Get(c("a"))).Commit()).header.revision, before);
  EXPECT_EQ(Must(c.client().Txn().Commit()).header.revision, before);
}

TEST(ClientTxn, NestsAndGivesNestedResults) {
  Corner c;
  c.Put("a", "1");
  const auto inner = TxnRequest()
                         .If(cmp::Exists(c("missing")))
                         .Then(op::Put(c("wrong"), ""))
                         .Else(op::Get(c("a")), op::Txn(TxnRequest().Then(op::Put(c("b"), "2"))));
  const auto done = Must(c.client().Txn().Then(op::Txn(inner), op::Get(c("b"))).Commit());
  ASSERT_EQ(done.responses.size(), 2U);
  const etcdpp::TxnResponse* nested = done.responses[0].txn();
  ASSERT_NE(nested, nullptr);
  EXPECT_FALSE(nested->succeeded);
  ASSERT_EQ(nested->responses.size(), 2U);
  EXPECT_EQ(nested->responses[0].range()->count, 1);
  ASSERT_NE(nested->responses[1].txn(), nullptr);
  EXPECT_TRUE(nested->responses[1].txn()->succeeded);
  EXPECT_NE(nested->responses[1].txn()->responses[0].put(), nullptr);
  EXPECT_EQ(done.responses[1].range()->kvs[0].value, "2");
}

TEST(ClientTxn, AsDataIsTheSame) {
  Corner c;
  const auto done =
      Must(c.client().Commit(TxnRequest().If(cmp::Missing(c("a"))).Then(op::Put(c("a"), "1"))));
  EXPECT_TRUE(done.succeeded);
  EXPECT_EQ(c.Get("a").value, "1");
}

}  // namespace
}  // namespace conformance
