// python-etcd3's tests of keys, transactions and leases, each by its name and with its intent.
#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

namespace cmp = etcdpp::cmp;
namespace op = etcdpp::op;

using etcdpp::KeyRange;
using etcdpp::KeyValue;
using etcdpp::RangeResponse;
using etcdpp::Reason;
using etcdpp::SortOrder;
using etcdpp::TxnRequest;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

// Instead of one made-up character a run: a letter, two to four bytes of UTF-8, a quote, none.
const std::vector<std::string>& Texts() {
  static const std::vector<std::string> texts = {
      "a", "\"", "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x90\xa7", ""};
  return texts;
}

void PutNumbered(Corner& c, const std::string& name, int count, const std::string& value) {
  for (int i = 0; i < count; ++i) c.Put(name + std::to_string(i), value);
}

TEST(PyEtcd, GetUnknownKey) {
  Corner c;
  EXPECT_EQ(Must(c.client().Get(c("probably-invalid-key"))), std::nullopt);
}

TEST(PyEtcd, GetKey) {
  Corner c;
  for (const std::string& text : Texts()) {
    c.Put("a_key", text);
    EXPECT_EQ(Must(c.client().Get(c("a_key")))->value, text);
  }
}

TEST(PyEtcd, GetRandomKey) {
  Corner c;
  for (const std::string& text : Texts()) {
    c.Put("doot/" + text, "dootdoot");
    EXPECT_EQ(Must(c.client().Get(c("doot/" + text)))->value, "dootdoot");
  }
}

// There with two of three members stopped, which ThreeMembers cases do; here, that it answers.
TEST(PyEtcd, GetKeySerializable) {
  Corner c;
  c.Put("a", "1");
  EXPECT_EQ(Must(c.client().Get(c("a"), {.serializable = true}))->value, "1");
}

TEST(PyEtcd, GetHaveClusterRevision) {
  Corner c;
  c.Put("a", "dootdoot");
  EXPECT_GT(Must(c.client().Range(c("a"))).header.revision, 0);
}

TEST(PyEtcd, PutKey) {
  Corner c;
  for (const std::string& text : Texts()) {
    ASSERT_TRUE(c.client().Put(c("put_1"), text).ok());
    EXPECT_EQ(c.Get("put_1").value, text);
  }
}

TEST(PyEtcd, PutHasClusterRevision) {
  Corner c;
  EXPECT_GT(Must(c.client().Put(c("put_1"), "")).header.revision, 0);
}

TEST(PyEtcd, PutHasPrevKv) {
  Corner c;
  c.Put("put_1", "old_value");
  EXPECT_EQ(Must(c.client().Put(c("put_1"), "", {.prev_kv = true})).prev_kv->value, "old_value");
}

TEST(PyEtcd, PutIfNotExists) {
  Corner c;
  EXPECT_TRUE(Must(c.client().PutIfAbsent(c("put_1"), "1")));
  EXPECT_FALSE(Must(c.client().PutIfAbsent(c("put_1"), "2")));
  EXPECT_EQ(c.Get("put_1").value, "1");
}

TEST(PyEtcd, DeleteKey) {
  Corner c;
  c.Put("delete_this", "delete pls");
  EXPECT_EQ(Must(c.client().Delete(c("delete_this"))).deleted, 1);
  EXPECT_EQ(Must(c.client().Delete(c("delete_this"))).deleted, 0);
  EXPECT_EQ(Must(c.client().Delete(c("not_here_dude"))).deleted, 0);
  EXPECT_EQ(Must(c.client().Get(c("delete_this"))), std::nullopt);
}

TEST(PyEtcd, DeleteHasClusterRevision) {
  Corner c;
  EXPECT_GT(Must(c.client().Delete(c("delete_this"))).header.revision, 0);
}

TEST(PyEtcd, DeleteHasPrevKv) {
  Corner c;
  c.Put("delete_this", "old_value");
  const auto deleted = Must(c.client().Delete(c("delete_this"), {.prev_kv = true}));
  EXPECT_THAT(deleted.prev_kvs, ElementsAre(Field(&KeyValue::value, "old_value")));
}

TEST(PyEtcd, DeleteKeysWithPrefix) {
  Corner c;
  c.Put("foo/1", "bar");
  c.Put("foo/2", "baz");
  EXPECT_EQ(Must(c.client().Delete(c.All("foo"))).deleted, 2);
  EXPECT_EQ(Must(c.client().Get(c("foo/1"))), std::nullopt);
  EXPECT_EQ(Must(c.client().Get(c("foo/2"))), std::nullopt);
}

TEST(PyEtcd, TransactionSuccess) {
  Corner c;
  c.Put("txn", "dootdoot");
  (void)Must(c.client()
                 .Txn()
                 .If(cmp::Value(c("txn")) == "dootdoot")
                 .Then(op::Put(c("txn"), "success"))
                 .Else(op::Put(c("txn"), "failure"))
                 .Commit());
  EXPECT_EQ(c.Get("txn").value, "success");
}

TEST(PyEtcd, TransactionFailure) {
  Corner c;
  c.Put("txn", "notdootdoot");
  (void)Must(c.client()
                 .Txn()
                 .If(cmp::Value(c("txn")) == "dootdoot")
                 .Then(op::Put(c("txn"), "success"))
                 .Else(op::Put(c("txn"), "failure"))
                 .Commit());
  EXPECT_EQ(c.Get("txn").value, "failure");
}

// What is no operation is there a TypeError; here it does not compile.
template <typename T>
concept FitsInATransaction = requires(TxnRequest request, T thing) {
  request.Then(thing);
};

TEST(PyEtcd, OpsToRequests) {
  EXPECT_TRUE(FitsInATransaction<etcdpp::Op>);
  EXPECT_FALSE(FitsInATransaction<const char*>);
  EXPECT_FALSE(FitsInATransaction<int>);
}

TEST(PyEtcd, NestedTransactions) {
  Corner c;
  (void)Must(c.client()
                 .Txn()
                 .Then(op::Put(c("txn1"), "1"), op::Txn(TxnRequest().Then(op::Put(c("txn2"), "2"))))
                 .Commit());
  EXPECT_EQ(c.Get("txn1").value, "1");
  EXPECT_EQ(c.Get("txn2").value, "2");
}

TEST(PyEtcd, TransactionRangeConditions) {
  Corner c;
  c.Put("key1", "dootdoot");
  c.Put("key2", "notdootdoot");
  const auto all_doot = cmp::Value(c.All()) == "dootdoot";
  EXPECT_FALSE(Must(c.client().Txn().If(all_doot).Commit()).succeeded);
  c.Put("key2", "dootdoot");
  EXPECT_TRUE(Must(c.client().Txn().If(all_doot).Commit()).succeeded);
}

TEST(PyEtcd, ReplaceSuccess) {
  Corner c;
  c.Put("thing", "toot");
  EXPECT_TRUE(Must(c.client().CompareAndSwap(c("thing"), "toot", "doot")));
  EXPECT_EQ(c.Get("thing").value, "doot");
}

TEST(PyEtcd, ReplaceFail) {
  Corner c;
  c.Put("thing", "boot");
  EXPECT_FALSE(Must(c.client().CompareAndSwap(c("thing"), "toot", "doot")));
  EXPECT_EQ(c.Get("thing").value, "boot");
}

TEST(PyEtcd, GetPrefix) {
  Corner c;
  PutNumbered(c, "range", 20, "i am a range");
  PutNumbered(c, "notrange", 5, "i am a not range");
  const auto found = Must(c.client().Range(c.All("range")));
  EXPECT_THAT(found.kvs, AllOf(SizeIs(20), Each(Field(&KeyValue::value, "i am a range"))));
}

TEST(PyEtcd, GetPrefixKeysOnly) {
  Corner c;
  PutNumbered(c, "range", 20, "i am a range");
  PutNumbered(c, "notrange", 5, "i am a not range");
  const auto found = Must(c.client().Range(c.All("range"), {.keys_only = true}));
  EXPECT_THAT(found.kvs, AllOf(SizeIs(20), Each(Field(&KeyValue::value, ""))));
}

TEST(PyEtcd, GetPrefixSerializable) {
  Corner c;
  PutNumbered(c, "range", 20, "i am a range");
  const auto found =
      Must(c.client().Range(c.All("range"), {.serializable = true, .keys_only = true}));
  EXPECT_THAT(found.kvs, SizeIs(20));
}

// A prefix and an end together are a TypeError there; here a range is one or the other.
TEST(PyEtcd, GetPrefixErrorHandling) {
  EXPECT_FALSE((std::is_invocable_v<decltype(KeyRange::Prefix), const char*, const char*>));
}

TEST(PyEtcd, GetRange) {
  Corner c;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    c.Put(std::string(1, letter), letter < 'p' ? "i am in range" : "i am not in range");
  }
  const auto found = Must(c.client().Range(KeyRange::HalfOpen(c("a"), c("p"))));
  EXPECT_THAT(found.kvs, AllOf(SizeIs(15), Each(Field(&KeyValue::value, "i am in range"))));
}

TEST(PyEtcd, AllNotFoundError) {
  Corner c;
  EXPECT_THAT(Must(c.client().Range(c.All())).kvs, IsEmpty());
}

TEST(PyEtcd, RangeNotFoundError) {
  Corner c;
  PutNumbered(c, "notrange", 5, "i am a not range");
  EXPECT_THAT(Must(c.client().Range(c.All("range"))).kvs, IsEmpty());
}

TEST(PyEtcd, GetAll) {
  Corner c;
  PutNumbered(c, "range", 20, "i am in all");
  PutNumbered(c, "notrange", 5, "i am in all");
  EXPECT_GE(Must(c.client().Range(KeyRange::All(), {.count_only = true})).count, 25);
  const auto found = Must(c.client().Range(c.All()));
  EXPECT_THAT(found.kvs, AllOf(SizeIs(25), Each(Field(&KeyValue::value, "i am in all"))));
}

TEST(PyEtcd, GetAllKeysOnly) {
  Corner c;
  PutNumbered(c, "range", 20, "i am in all");
  PutNumbered(c, "notrange", 5, "i am in all");
  const auto found = Must(c.client().Range(c.All(), {.keys_only = true}));
  EXPECT_THAT(found.kvs, AllOf(SizeIs(25), Each(Field(&KeyValue::value, ""))));
}

TEST(PyEtcd, GetCountOnly) {
  Corner c;
  PutNumbered(c, "count", 20, "i am in all");
  const auto found = Must(c.client().Range(c.All("count"), {.count_only = true}));
  EXPECT_THAT(found.kvs, IsEmpty());
  EXPECT_EQ(found.count, 20);
}

TEST(PyEtcd, GetLimit) {
  Corner c;
  PutNumbered(c, "limit", 20, "i am in all");
  for (int64_t limit = 0; limit <= 20; ++limit) {
    const auto found = Must(c.client().Range(c.All("limit"), {.limit = limit}));
    const bool all = limit == 0 || limit == 20;
    EXPECT_EQ(found.count, 20);
    EXPECT_THAT(found.kvs, SizeIs(all ? 20 : limit));
    EXPECT_EQ(found.more, !all);
  }
}

TEST(PyEtcd, GetRevision) {
  Corner c;
  std::vector<int64_t> revisions;
  for (int i = 0; i < 20; ++i) revisions.push_back(c.Put("revision" + std::to_string(i), ""));
  for (size_t i = 0; i < revisions.size(); ++i) {
    const auto found = Must(c.client().Range(c.All("revision"), {.revision = revisions[i]}));
    EXPECT_EQ(found.count, static_cast<int64_t>(i) + 1);
  }
}

TEST(PyEtcd, GetMinModRevision) {
  Corner c;
  for (int i = 0; i < 5; ++i) {
    const int64_t revision = c.Put("revision", std::to_string(i));
    EXPECT_THAT(Must(c.client().Range(c("revision"), {.min_mod_revision = revision})).kvs,
                SizeIs(1));
  }
}

TEST(PyEtcd, GetMaxModRevision) {
  Corner c;
  std::vector<int64_t> revisions;
  for (int i = 0; i < 5; ++i) revisions.push_back(c.Put("revision", std::to_string(i)));
  for (const int64_t revision : revisions) {
    EXPECT_THAT(Must(c.client().Range(c("revision"), {.max_mod_revision = revision})).kvs,
                SizeIs(revision == revisions.back() ? 1 : 0));
  }
}

TEST(PyEtcd, SortOrder) {
  Corner c;
  std::vector<std::string> names = {"a", "b", "c", "d", "e"};
  for (const std::string& name : names) c.Put(name, "");
  const auto sorted = [&c](SortOrder order) {
    return c.Names(Must(c.client().Range(c.All(), {.sort_order = order})));
  };
  EXPECT_THAT(sorted(SortOrder::kAscend), ElementsAreArray(names));
  std::reverse(names.begin(), names.end());
  EXPECT_THAT(sorted(SortOrder::kDescend), ElementsAreArray(names));
}

TEST(PyEtcd, GetResponse) {
  Corner c;
  c.Put("key1", "value1");
  c.Put("key2", "value2");
  const auto one = Must(c.client().Range(c("key1")));
  EXPECT_GT(one.header.revision, 0);
  EXPECT_EQ(one.count, 1);
  EXPECT_EQ(one.kvs[0].value, "value1");
  const auto both = Must(c.client().Range(c.All(), {.sort_order = SortOrder::kAscend}));
  EXPECT_EQ(both.count, 2);
  EXPECT_EQ(both.kvs[1].value, "value2");
  ASSERT_TRUE(c.client().Delete(c.All()).ok());
  for (const KeyRange& range :
       {KeyRange(c("key1")), c.All(), KeyRange::HalfOpen(c("key1"), c("key3"))}) {
    const auto none = Must(c.client().Range(range));
    EXPECT_EQ(none.count, 0);
    EXPECT_GT(none.header.revision, 0);
  }
}

TEST(PyEtcd, LeaseGrant) {
  Corner c;
  const auto lease = c.Grant(1s);
  EXPECT_GE(lease.ttl, 1s);
  EXPECT_NE(lease.id, 0);
}

TEST(PyEtcd, LeaseRevoke) {
  Corner c;
  const auto lease = Must(c.client().GrantLease(100s));
  EXPECT_TRUE(c.client().RevokeLease(lease.id).ok());
  EXPECT_EQ(c.client().RevokeLease(lease.id).status().reason(), Reason::kLeaseNotFound);
}

TEST(PyEtcd, LeaseKeysEmpty) {
  Corner c;
  EXPECT_THAT(Must(c.client().TimeToLive(c.Grant().id, true)).keys, IsEmpty());
}

TEST(PyEtcd, LeaseSingleKey) {
  Corner c;
  const auto lease = c.Grant();
  c.Put("lease_test", "this is a lease", {.lease = lease.id});
  EXPECT_THAT(Must(c.client().TimeToLive(lease.id, true)).keys, ElementsAre(c("lease_test")));
}

TEST(PyEtcd, LeaseExpire) {
  Corner c;
  etcdpp::Watch watch = c.client().Watch(c.All(), {.no_puts = true});
  const auto lease = c.Grant(1s);
  c.Put("expire", "this is a lease", {.lease = lease.id});
  const auto left = Must(c.client().TimeToLive(lease.id, true));
  EXPECT_THAT(left.keys, ElementsAre(c("expire")));
  EXPECT_LE(left.ttl, left.granted_ttl);
  EXPECT_THAT(c.Describe(Corner::Take(watch, 1)), ElementsAre("expire"));
  EXPECT_EQ(Must(c.client().Get(c("expire"))), std::nullopt);
}

TEST(PyEtcd, Compact) {
  Corner c;
  const int64_t revision = c.Put("a", "1");
  EXPECT_TRUE(c.client().Compact(revision).ok());
  EXPECT_EQ(c.client().Compact(revision).status().reason(), Reason::kCompacted);
}

TEST(PyEtcd, PrefixRangeEnd) {
  EXPECT_EQ(etcdpp::PrefixRangeEnd("foo"), "fop");
  // Not as there, where what is after the incremented byte stays and leaves keys out.
  EXPECT_EQ(etcdpp::PrefixRangeEnd("ab\xff"), "ac");
  EXPECT_EQ(etcdpp::PrefixRangeEnd("a\xff\xff\xff\xff\xff"), "b");
}

// Text there has to become bytes; here it is.
TEST(PyEtcd, ToBytes) {
  EXPECT_EQ(KeyRange("doot"), KeyRange(std::string("doot")));
  EXPECT_EQ(KeyRange("doot").key(), "doot");
}

}  // namespace
}  // namespace conformance
