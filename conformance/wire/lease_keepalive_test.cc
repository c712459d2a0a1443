// The stream that keeps leases alive.
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/keepalive_stream.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

TEST(LeaseKeepAlive, AnswersTheIdAndTheWholeTtl) {
  Scratch s;
  const int64_t id = s.Grant(600);
  KeepAliveStream stream(s);

  const auto response = stream.KeepAlive(id);

  EXPECT_EQ(response.id(), id);
  EXPECT_EQ(response.ttl(), 600);
}

TEST(LeaseKeepAlive, AnswersTheTtlTheGrantWasRaisedTo) {
  Scratch s;
  KeepAliveStream stream(s);
  EXPECT_EQ(stream.KeepAlive(s.Grant(1)).ttl(), 2);
}

TEST(LeaseKeepAlive, HasAFullHeaderAtTheCurrentRevisionAndTakesNone) {
  Scratch s;
  const int64_t id = s.Grant();
  const int64_t revision = s.Put("a", "1", {.lease = id}).header().revision();
  KeepAliveStream stream(s);

  const auto response = stream.KeepAlive(id);

  EXPECT_THAT(response.header(), IsFullHeader());
  EXPECT_THAT(response, AtRevision(revision));
  EXPECT_EQ(s.Revision(), revision);
}

TEST(LeaseKeepAlive, OfALeaseThatDoesNotExistAnswersATtlOfZero) {
  Scratch s;
  const int64_t revoked = s.Grant();
  ASSERT_THAT(s.Call(LeaseRevoke(revoked)), IsOk());
  KeepAliveStream stream(s);
  for (const int64_t id : {kNoSuchLease, -kNoSuchLease, int64_t{0}, revoked}) {
    const auto response = stream.KeepAlive(id);
    EXPECT_EQ(response.id(), id);
    EXPECT_EQ(response.ttl(), 0);
    EXPECT_THAT(response.header(), IsFullHeader());
  }
}

TEST(LeaseKeepAlive, OfALeaseThatDoesNotExistLeavesTheStreamUsable) {
  Scratch s;
  KeepAliveStream stream(s);
  stream.KeepAlive(kNoSuchLease);
  EXPECT_EQ(stream.KeepAlive(s.Grant(600)).ttl(), 600);
}

TEST(LeaseKeepAlive, DoesNotMakeALeaseThatDoesNotExist) {
  Scratch s;
  KeepAliveStream stream(s);
  stream.KeepAlive(kNoSuchLease);
  EXPECT_EQ(s.Call(TimeToLive(kNoSuchLease))->ttl(), -1);
}

TEST(LeaseKeepAlive, TakesANegativeId) {
  Scratch s;
  const int64_t id = s.Grant(600, -kNoSuchLease);
  KeepAliveStream stream(s);
  EXPECT_EQ(stream.KeepAlive(id).ttl(), 600);
}

TEST(LeaseKeepAlive, OfManyLeasesOnOneStreamAnswersEach) {
  Scratch s;
  const int64_t one = s.Grant(600);
  const int64_t other = s.Grant(700);
  KeepAliveStream stream(s);
  EXPECT_EQ(stream.KeepAlive(one).ttl(), 600);
  EXPECT_EQ(stream.KeepAlive(other).ttl(), 700);
  EXPECT_EQ(stream.KeepAlive(one).ttl(), 600);
}

TEST(LeaseKeepAlive, AnswersEveryRequestInItsOrder) {
  Scratch s;
  std::vector<int64_t> leases = {0, kNoSuchLease};
  for (int i = 0; i < 8; ++i) leases.push_back(s.Grant(600 + i));
  KeepAliveStream stream(s);
  constexpr int kRequests = 500;

  for (int i = 0; i < kRequests; ++i) stream.Send(leases[i % leases.size()]);

  for (int i = 0; i < kRequests; ++i) {
    const size_t which = i % leases.size();
    const auto response = stream.Next();
    ASSERT_EQ(response.id(), leases[which]);
    ASSERT_EQ(response.ttl(), which < 2 ? 0 : 600 + static_cast<int64_t>(which) - 2);
  }
}

TEST(LeaseKeepAlive, OfOneLeaseMayComeFromSeveralStreams) {
  Scratch s;
  const int64_t id = s.Grant(600);
  KeepAliveStream one(s);
  KeepAliveStream other(s);
  EXPECT_EQ(one.KeepAlive(id).ttl(), 600);
  EXPECT_EQ(other.KeepAlive(id).ttl(), 600);
  EXPECT_EQ(one.KeepAlive(id).ttl(), 600);
}

TEST(LeaseKeepAlive, AnswersZeroOnceTheLeaseIsRevoked) {
  Scratch s;
  const int64_t id = s.Grant(600);
  KeepAliveStream stream(s);
  EXPECT_EQ(stream.KeepAlive(id).ttl(), 600);
  ASSERT_THAT(s.Call(LeaseRevoke(id)), IsOk());
  EXPECT_EQ(stream.KeepAlive(id).ttl(), 0);
}

TEST(LeaseKeepAlive, EndsWithOkWhenTheClientHasNothingMoreToSend) {
  Scratch s;
  KeepAliveStream stream(s);
  stream.KeepAlive(s.Grant());
  stream.HalfClose();
  EXPECT_THAT(stream.End(), IsOk());
}

TEST(LeaseKeepAlive, WithoutARequestEndsWithOk) {
  Scratch s;
  KeepAliveStream stream(s);
  stream.HalfClose();
  EXPECT_THAT(stream.End(), IsOk());
}

TEST(LeaseKeepAlive, AnswersWhatWasAskedBeforeItEnds) {
  Scratch s;
  const int64_t id = s.Grant(600);
  KeepAliveStream stream(s);
  for (int i = 0; i < 20; ++i) stream.Send(id);
  stream.HalfClose();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(stream.Next().ttl(), 600);
  EXPECT_THAT(stream.End(), IsOk());
}

TEST(LeaseKeepAlive, WorksWhereALeaderIsRequiredAndThereIsOne) {
  Scratch s;
  CallOptions options{.timeout = std::chrono::seconds(60)};
  options.metadata = {{"hasleader", "true"}};
  KeepAliveStream stream(s, options);
  EXPECT_EQ(stream.KeepAlive(s.Grant(600)).ttl(), 600);
}

TEST(LeaseKeepAlive, EndsWithAnErrorAtBytesThatAreNoMessage) {
  const Wire wire;
  const auto reply = wire.CallRaw("/etcdserverpb.Lease/LeaseKeepAlive", "\xff\xff\xff");
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(reply.status.error_message(),
              testing::StartsWith("grpc: failed to unmarshal the received message"));
}

TEST(LeaseKeepAlive, ChangesNothingOfTheKeys) {
  Scratch s;
  const int64_t id = s.Grant(600);
  s.Put("a", "1", {.lease = id});
  const auto before = s.Get("a").kvs(0).SerializeAsString();
  KeepAliveStream stream(s);
  stream.KeepAlive(id);
  EXPECT_EQ(s.Get("a").kvs(0).SerializeAsString(), before);
}

}  // namespace
}  // namespace conformance
