// How large a request may be, with etcd's default limits: 1.5 MiB for what goes through raft, and
// 512 KiB more for a message at all.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr size_t kMostMessageBytes = 2097152;
constexpr size_t kMostRequestBytes = 1572864;
// What a put costs in raft beyond its own bytes: 17 or 18, as the member's id has it.
constexpr size_t kMostOverhead = 18;

// A put of exactly `bytes` on the wire. REQUIRES: `bytes` takes three bytes as a varint.
pb::PutRequest PutOfSize(const std::string& key, size_t bytes) {
  pb::PutRequest put = Put(key, std::string(bytes - key.size() - 16, 'v'));
  put.mutable_value()->append(bytes - put.ByteSizeLong(), 'v');
  return put;
}

// A read of exactly `bytes` on the wire.
pb::RangeRequest RangeOfSize(const std::string& prefix, size_t bytes) {
  pb::RangeRequest range = Range(prefix + std::string(bytes - prefix.size() - 16, 'k'));
  range.mutable_key()->append(bytes - range.ByteSizeLong(), 'k');
  return range;
}

std::string MessageTooLarge(size_t bytes) {
  return "grpc: received message larger than max (" + std::to_string(bytes) + " vs. 2097152)";
}

TEST(RequestSize, OfAPutUpToTheLimitIsAllowed) {
  Scratch s;
  const pb::PutRequest put = PutOfSize(s("a"), kMostRequestBytes - kMostOverhead);
  ASSERT_EQ(put.ByteSizeLong(), kMostRequestBytes - kMostOverhead);
  EXPECT_THAT(s.Call(put), IsOk());
  EXPECT_EQ(s.Get("a").kvs(0).value().size(), put.value().size());
}

TEST(RequestSize, OfAPutAboveTheLimitIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(PutOfSize(s("a"), kMostRequestBytes - kMostOverhead + 2)),
              FailsWith(kRequestTooLarge));
}

TEST(RequestSize, ThatIsRefusedChangesNothing) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(PutOfSize(s("a"), kMostRequestBytes)), FailsWith(kRequestTooLarge));
  EXPECT_EQ(s.Get("a").count(), 0);
  EXPECT_EQ(s.Revision(), before);
}

TEST(RequestSize, OfADeleteHasTheSameLimit) {
  Scratch s;
  EXPECT_THAT(s.Call(Delete(s(std::string(kMostRequestBytes, 'k')))), FailsWith(kRequestTooLarge));
}

TEST(RequestSize, OfATxnThatWritesHasTheSameLimit) {
  Scratch s;
  const std::string half(kMostRequestBytes / 2, 'v');
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), half), Put(s("b"), half)})), FailsWith(kRequestTooLarge));
}

TEST(RequestSize, OfATxnCountsTheBranchNotTaken) {
  Scratch s;
  const std::string most(kMostRequestBytes, 'v');
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1")}, {Put(s("b"), most)})),
              FailsWith(kRequestTooLarge));
}

TEST(RequestSize, OfAReadHasNoLimitOfItsOwn) {
  Scratch s;
  EXPECT_THAT(s.Call(Range(s(std::string(1700000, 'k')))), IsOk());
}

TEST(RequestSize, OfATxnThatOnlyReadsHasNoLimitOfItsOwn) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Range(s(std::string(1700000, 'k')))})), IsOk());
}

TEST(RequestSize, IsCheckedAfterTheKey) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Put("", std::string(kMostRequestBytes, 'v'))), FailsWith(kEmptyKey));
}

TEST(RequestSize, IsCheckedBeforeTheLease) {
  Scratch s;
  pb::PutRequest put = PutOfSize(s("a"), kMostRequestBytes);
  put.set_lease(0x6e6f7375636866);
  EXPECT_THAT(s.Call(put), FailsWith(kRequestTooLarge));
}

TEST(MessageSize, OfTheLimitIsRead) {
  Scratch s;
  const pb::RangeRequest range = RangeOfSize(s.prefix(), kMostMessageBytes);
  ASSERT_EQ(range.ByteSizeLong(), kMostMessageBytes);
  EXPECT_THAT(s.Call(range), IsOk());
}

TEST(MessageSize, AboveTheLimitIsRefused) {
  Scratch s;
  const pb::RangeRequest range = RangeOfSize(s.prefix(), kMostMessageBytes + 1);
  EXPECT_THAT(s.Call(range), FailsWith(grpc::RESOURCE_EXHAUSTED, MessageTooLarge(2097153)));
}

TEST(MessageSize, IsCheckedBeforeTheSizeOfTheRequest) {
  Scratch s;
  const pb::PutRequest put = PutOfSize(s("a"), 3000000);
  EXPECT_THAT(s.Call(put), FailsWith(grpc::RESOURCE_EXHAUSTED, MessageTooLarge(3000000)));
  EXPECT_THAT(s.Call(PutOfSize(s("a"), kMostMessageBytes)), FailsWith(kRequestTooLarge));
}

TEST(MessageSize, IsCheckedBeforeTheMessageIsRead) {
  const Wire wire;
  EXPECT_THAT(wire.CallRaw("/etcdserverpb.KV/Put", std::string(kMostMessageBytes + 7, '\xff')),
              FailsWith(grpc::RESOURCE_EXHAUSTED, MessageTooLarge(2097159)));
}

TEST(MessageSize, OfAnAnswerHasNoSuchLimit) {
  Scratch s;
  const std::string value(1000000, 'v');
  for (const char* name : {"a", "b", "c", "d", "e"}) s.Put(name, value);
  const auto range = s.Call(Range(s.prefix(), {.range_end = s.end()}));
  ASSERT_THAT(range, IsOk());
  EXPECT_THAT(range->kvs(), SizeIs(5));
}

TEST(MessageSize, ThatIsRefusedLeavesTheConnectionUsable) {
  Scratch s;
  EXPECT_THAT(s.Call(RangeOfSize(s.prefix(), 4000000)),
              FailsWith(grpc::RESOURCE_EXHAUSTED, MessageTooLarge(4000000)));
  s.Put("a", "1");
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

}  // namespace
}  // namespace conformance
