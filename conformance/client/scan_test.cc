// Ranges of any size, one by an order, and writes of any number through the client.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/target.h"
#include "etcdpp/async_client.h"
#include "etcdpp/kubernetes.h"

namespace conformance {
namespace {

namespace op = etcdpp::op;

using etcdpp::BatchWriter;
using etcdpp::Reason;
using etcdpp::Scan;
using etcdpp::SortTarget;
using testing::ElementsAre;

TEST(ClientScan, SeesTheStoreAsItWasAtTheFirstPage) {
  Corner c;
  for (const char* name : {"a", "b", "c", "d"}) c.Put(name, "old");
  Scan scan = c.client().Scan(c.All(), {.page_size = 2});
  std::vector<std::string> seen = {Must(scan.Next())->key};
  c.Put("aa", "new");
  c.Put("c", "new");
  c.Delete("d");
  for (auto kv = Must(scan.Next()); kv; kv = Must(scan.Next())) {
    seen.push_back(kv->key);
    EXPECT_EQ(kv->value, "old");
  }
  EXPECT_THAT(seen, ElementsAre(c("a"), c("b"), c("c"), c("d")));
}

TEST(ClientScan, SaysWhenItsRevisionIsCompacted) {
  Corner c;
  for (const char* name : {"a", "b", "c"}) c.Put(name, "1");
  Scan scan = c.client().Scan(c.All(), {.page_size = 2});
  EXPECT_EQ(Must(scan.Next())->key, c("a"));
  ASSERT_TRUE(c.client().Compact(c.Put("c", "2")).ok());
  EXPECT_EQ(Must(scan.Next())->key, c("b"));  // was fetched before
  EXPECT_EQ(scan.Next().status().reason(), Reason::kCompacted);
  Scan rest =
      c.client().Scan(etcdpp::KeyRange::HalfOpen(scan.resume_key(), etcdpp::PrefixRangeEnd(c(""))));
  EXPECT_EQ(Must(rest.Next())->value, "2");
}

// More than a first page and a first piece, by a stream where the release has them and without.
TEST(ClientScan, ReadsTheSameWithAndWithoutAStream) {
  constexpr int kKeys = 260;
  Corner c;
  BatchWriter batch = c.client().Batch();
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_TRUE(batch.Put(c(std::to_string(1000 + i)), std::to_string(i)).ok());
  }
  ASSERT_TRUE(batch.Flush().ok());
  for (const bool stream : {true, false}) {
    SCOPED_TRACE(stream);
    Scan scan = c.client().Scan(c.All(), {.page_size = 7, .stream = stream});
    ASSERT_EQ(Must(scan.NextPage()).size(), 7U);
    c.Put("0", "new");
    c.Put("9999", "new");
    int read = 7;
    for (const auto& kv : scan) EXPECT_EQ(Must(kv).value, std::to_string(read++));
    EXPECT_EQ(read, kKeys);
    c.Delete("0");
    c.Delete("9999");
  }
}

TEST(ClientStreamRange, GivesTheWholeRangeAsOfOneRevision) {
  Corner c;
  std::vector<std::string> written;
  for (char name = 'a'; name <= 'z'; ++name) {
    c.Put(std::string(1, name), "old");
    written.push_back(c(std::string(1, name)));
  }
  const int64_t revision = c.Revision();
  c.Put("a", "new");
  const auto pieces = c.client().StreamRange(c.All(), {.revision = revision});
  const auto first = pieces->Next();
  if (!target().version.AtLeast(3, 7)) {
    EXPECT_EQ(first.status().code(), etcdpp::Code::kUnimplemented);
    EXPECT_EQ(first.status().message(), "unknown method RangeStream for service etcdserverpb.KV");
    return;
  }
  std::vector<std::string> read;
  etcdpp::RangeResponse last;
  for (auto piece = Must(first); piece; piece = Must(pieces->Next())) {
    for (const auto& kv : piece->kvs) {
      read.push_back(kv.key);
      EXPECT_EQ(kv.value, "old");
    }
    last = *std::move(piece);
  }
  EXPECT_EQ(read, written);
  EXPECT_EQ(last.count, 26);
  EXPECT_GT(last.header.revision, revision);
  EXPECT_FALSE(last.more);
}

TEST(ClientStreamRange, SaysWhatARangeWouldSay) {
  Corner c;
  const int64_t old = c.Put("a", "1");
  ASSERT_TRUE(c.client().Compact(c.Put("a", "2")).ok());
  const auto refused = [&c](const etcdpp::RangeOptions& options) {
    return c.client().StreamRange(c.All(), options)->Next().status();
  };
  if (!target().version.AtLeast(3, 7)) {
    EXPECT_EQ(refused({.revision = old}).code(), etcdpp::Code::kUnimplemented);
    return;
  }
  EXPECT_EQ(refused({.revision = old}).reason(), Reason::kCompacted);
  EXPECT_EQ(refused({.revision = 1 << 30}).reason(), Reason::kFutureRevision);
  EXPECT_EQ(refused({.sort_order = etcdpp::SortOrder::kDescend}).code(),
            etcdpp::Code::kUnimplemented);
  EXPECT_EQ(refused({.min_mod_revision = 2}).code(), etcdpp::Code::kUnimplemented);
  EXPECT_EQ(c.client().StreamRange("", {})->Next().status().reason(), Reason::kEmptyKey);
}

TEST(ClientStreamRange, KeepsToItsNamespace) {
  Corner c;
  c.Put("a", "1");
  const auto pieces =
      c.client().InNamespace(c("")).StreamRange(etcdpp::KeyRange::All(), {.keys_only = true});
  const auto first = pieces->Next();
  if (!target().version.AtLeast(3, 7)) {
    EXPECT_EQ(first.status().code(), etcdpp::Code::kUnimplemented);
  } else {
    EXPECT_EQ(Must(first)->kvs.at(0).key, "a");
  }
}

TEST(ClientAt, SeesTheKeysAsTheyWere) {
  Corner c;
  c.Put("a", "1");
  const int64_t revision = c.Put("b", "1");
  c.Put("a", "2");
  c.Delete("b");
  etcdpp::Client past = c.client().At(revision);
  EXPECT_EQ(Must(past.Get(c("a")))->value, "1");
  EXPECT_EQ(Must(past.Range(c.All())).count, 2);
  EXPECT_EQ(Must(past.Txn().Then(op::Get(c("b"))).Commit()).responses[0].range()->count, 1);
  EXPECT_EQ(past.Put(c("a"), "3").status().code(), etcdpp::Code::kFailedPrecondition);
  auto watch = past.Watch(c.All());
  EXPECT_THAT(c.Describe(Corner::Take(watch, 2)), ElementsAre("a=2", "b"));
}

TEST(ClientDo, DoesAnyOneOperation) {
  Corner c;
  EXPECT_EQ(Must(c.client().Do(op::Put(c("a"), "1"))).put()->prev_kv, std::nullopt);
  EXPECT_EQ(Must(c.client().Do(op::Get(c("a")))).range()->kvs.at(0).value, "1");
  EXPECT_TRUE(Must(c.client().Do(op::Txn({}))).txn()->succeeded);
  EXPECT_EQ(Must(etcdpp::AsyncClient(c.client()).Do(op::Delete(c("a"))).Get()).deletion()->deleted,
            1);
}

TEST(ClientKubernetes, ListsAndWritesOnRevisions) {
  Corner c;
  etcdpp::Kubernetes etcd(c.client());
  const auto a = Must(etcd.OptimisticPut(c("a"), "1", 0));
  ASSERT_TRUE(a.succeeded);
  EXPECT_TRUE(Must(etcd.OptimisticPut(c("b"), "1", 0)).succeeded);
  const auto lost = Must(etcd.OptimisticPut(c("a"), "2", 0, {.get_on_failure = true}));
  EXPECT_FALSE(lost.succeeded);
  EXPECT_EQ(lost.kv->mod_revision, a.revision);
  EXPECT_EQ(Must(etcd.Count(c(""))), 2);
  const auto page = Must(etcd.List(c(""), {.limit = 1}));
  EXPECT_EQ(page.count, 2);
  const std::string next = page.kvs.at(0).key + std::string(1, '\0');
  EXPECT_EQ(Must(etcd.List(c(""), {.revision = page.revision, .resume_at = next})).kvs.at(0).key,
            c("b"));
  EXPECT_EQ(Must(etcd.Get(c("a"))).kv->value, "1");
  EXPECT_TRUE(Must(etcd.OptimisticDelete(c("a"), a.revision)).succeeded);
  EXPECT_EQ(Must(etcd.OptimisticDelete(c("a"), a.revision, {.get_on_failure = true})).kv,
            std::nullopt);
}

// The Lock service, which the client does not wrap: a name, an answer with a key and a header.
TEST(ClientCallRaw, ReachesServicesThatAreNotWrapped) {
  Corner c;
  const std::string name = c("lock");
  std::string request("\x0a");
  request += static_cast<char>(name.size());
  request += name + "\x10";
  for (auto id = static_cast<uint64_t>(c.Grant().id);; id >>= 7) {
    const bool more = id > 0x7f;
    request += static_cast<char>((id & 0x7f) | (more ? 0x80 : 0));
    if (!more) break;
  }
  const auto locked = Must(c.client().CallRaw({"/v3lockpb.Lock/Lock", request}));
  EXPECT_NE(locked.message.find(name + "/"), std::string::npos);
  EXPECT_EQ(Must(c.client().Range(c.All("lock/"))).count, 1);
}

TEST(ClientScan, FirstAndLastAreByAnyOrder) {
  Corner c;
  c.Put("b", "2");
  c.Put("a", "3");
  c.Put("c", "1");
  c.Put("b", "2");
  const auto first = [&c](SortTarget by) { return Must(c.client().First(c.All(), by))->key; };
  const auto last = [&c](SortTarget by) { return Must(c.client().Last(c.All(), by))->key; };
  EXPECT_EQ(first(SortTarget::kKey), c("a"));
  EXPECT_EQ(last(SortTarget::kKey), c("c"));
  EXPECT_EQ(first(SortTarget::kCreateRevision), c("b"));
  EXPECT_EQ(last(SortTarget::kCreateRevision), c("c"));
  EXPECT_EQ(first(SortTarget::kModRevision), c("a"));
  EXPECT_EQ(last(SortTarget::kModRevision), c("b"));
  EXPECT_EQ(first(SortTarget::kValue), c("c"));
  EXPECT_EQ(last(SortTarget::kVersion), c("b"));
  EXPECT_EQ(Must(c.client().First(c.All("nothing"))), std::nullopt);
}

TEST(ClientScan, DeletesOnlyWhatIsAsExpected) {
  Corner c;
  const int64_t revision = c.Put("a", "1");
  c.Put("b", "1");
  EXPECT_FALSE(Must(c.client().DeleteIfValue(c("a"), "2")));
  EXPECT_FALSE(Must(c.client().DeleteIfUnchanged(c("a"), revision + 1)));
  EXPECT_TRUE(Must(c.client().DeleteIfUnchanged(c("a"), revision)));
  EXPECT_TRUE(Must(c.client().DeleteIfValue(c("b"), "1")));
  EXPECT_FALSE(Must(c.client().DeleteIfValue(c("b"), "1")));
  EXPECT_EQ(Must(c.client().Range(c.All())).count, 0);
}

TEST(ClientBatch, WritesMoreThanOneTransactionTakes) {
  constexpr int kKeys = 300;
  Corner c;
  BatchWriter batch = c.client().Batch();
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_TRUE(batch.Put(c(std::to_string(i)), "1").ok());
  }
  ASSERT_TRUE(batch.Put(c("0"), "2").ok());
  ASSERT_TRUE(batch.Delete(c("1")).ok());
  ASSERT_TRUE(batch.Flush().ok());
  EXPECT_EQ(batch.written(), kKeys + 2);
  EXPECT_EQ(batch.revision(), c.Revision());
  EXPECT_EQ(Must(c.client().Range(c.All(), {.count_only = true})).count, kKeys - 1);
  EXPECT_EQ(c.Get("0").value, "2");
}

TEST(ClientBatch, WritesMoreBytesThanOneRequestTakes) {
  constexpr size_t kSize = size_t{300} << 10;
  Corner c;
  BatchWriter batch = c.client().Batch();
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    ASSERT_TRUE(batch.Put(c(name), std::string(kSize, 'v')).ok());
  }
  const auto flushed = batch.Flush();
  EXPECT_TRUE(flushed.ok()) << flushed;
  EXPECT_EQ(batch.written(), 8);
}

TEST(ClientTxnLimits, AreWhatTheServerRefuses) {
  Corner c;
  etcdpp::TxnRequest many;
  for (int i = 0; i < 129; ++i) many.Then(op::Get(c("a")));
  const auto twice = etcdpp::TxnRequest().Then(op::Put(c("a"), ""), op::Delete(c.All()));
  const auto large = etcdpp::TxnRequest().Then(op::Put(c("a"), std::string(1600000, 'v')));
  for (const auto& request : {many, twice, large}) {
    const auto refused = c.client().Commit(request).status();
    EXPECT_NE(refused.reason(), Reason::kNone) << refused;
    EXPECT_EQ(etcdpp::CheckLimits(request).reason(), refused.reason());
  }
}

}  // namespace
}  // namespace conformance
