// Election.Observe: who leads, what they proclaim, and who leads next.
#include <memory>
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/server_stream.h"
#include "etcdpp_proto/election.grpc.pb.h"

namespace conformance {
namespace {

using testing::AnyOf;
using testing::StartsWith;

// Of a message: what it tells, and at which revision.
MATCHER_P3(Tells, key, value, revision, "") {
  *result_listener << DescribeMessage(arg);
  return arg.kv().key() == key && arg.kv().value() == value && arg.header().revision() == revision;
}

class Observer : public ServerStream<electionpb::LeaderResponse> {
 public:
  explicit Observer(const Scratch& s,
                    const CallOptions& options = {.timeout = std::chrono::seconds(60)})
      : ServerStream("/v3electionpb.Election/Observe", options, [&s](grpc::ClientContext* context) {
          return electionpb::Election::NewStub(s.channel())
              ->Observe(context, Leader(s("election")));
        }) {}
};

TEST(Observe, BeginsWithTheLeaderThereIs) {
  Scratch s;
  const int64_t put = s.Put("election/a", "1").header().revision();
  const int64_t now = s.Put("other", "").header().revision();
  Observer observer(s);
  const auto first = observer.Next();
  EXPECT_THAT(first.header(), IsFullHeader());
  EXPECT_THAT(first, AtRevision(now));
  EXPECT_THAT(first.kv(), IsPair(Pair{.key = s("election/a"),
                                      .value = "1",
                                      .create_revision = put,
                                      .mod_revision = put,
                                      .version = 1}));
}

TEST(Observe, BeginsWithTheFirstLeaderThereWillBe) {
  Scratch s;
  Observer observer(s);
  EXPECT_FALSE(observer.TryNext(std::chrono::milliseconds(100)).has_value());
  const int64_t put = s.Put("election/a", "1").header().revision();
  const auto first = observer.Next();
  EXPECT_THAT(first.header(), IsFullHeader());
  EXPECT_THAT(first, Tells(s("election/a"), "1", put));
}

TEST(Observe, TellsOfEachValueOfTheLeader) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s);
  observer.Next();
  for (const char* value : {"2", "3", "4"}) {
    const int64_t put = s.Put("election/a", value).header().revision();
    const auto next = observer.Next();
    EXPECT_THAT(next.header(), IsFullHeader());
    EXPECT_THAT(next, Tells(s("election/a"), value, put));
  }
}

TEST(Observe, TellsOfNobodyElse) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s);
  observer.Next();
  s.Put("election/b", "not the leader");
  s.Put("election/", "nor this");
  s.Delete("election/b");
  const int64_t put = s.Put("election/a", "2").header().revision();
  EXPECT_THAT(observer.Next(), Tells(s("election/a"), "2", put));
}

TEST(Observe, TellsOfTheNextLeaderAtTheRevisionTheFirstLeft) {
  Scratch s;
  s.Put("election/b", "1");
  s.Put("election/a", "2");
  Observer observer(s);
  observer.Next();
  const int64_t left = s.Delete("election/b").header().revision();
  EXPECT_THAT(observer.Next(), Tells(s("election/a"), "2", left));
  const int64_t put = s.Put("election/a", "3").header().revision();
  EXPECT_THAT(observer.Next(), Tells(s("election/a"), "3", put));
}

TEST(Observe, WaitsForTheNextLeaderWhereThereIsNone) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s);
  observer.Next();
  s.Delete("election/a");
  s.Put("other", "");
  const int64_t put = s.Put("election/b", "2").header().revision();
  EXPECT_THAT(observer.Next(), Tells(s("election/b"), "2", put));
}

TEST(Observe, OfATransactionTellsOfTheFirstKeyPut) {
  Scratch s;
  Observer observer(s);
  EXPECT_FALSE(observer.TryNext(std::chrono::milliseconds(100)).has_value());
  s.Call(Txn({}, {Put(s("election/b"), "1"), Put(s("election/a"), "1")}));
  EXPECT_EQ(observer.Next().kv().key(), s("election/b"));
}

TEST(Observe, GoesOnWhenTheHistoryIsCompacted) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s);
  observer.Next();
  s.Call(Compact(s.Put("other", "").header().revision()));
  const int64_t put = s.Put("election/a", "2").header().revision();
  EXPECT_THAT(observer.Next(), Tells(s("election/a"), "2", put));
}

TEST(Observe, TellsEveryObserver) {
  Scratch s;
  Observer one(s);
  Observer other(s);
  const int64_t put = s.Put("election/a", "1").header().revision();
  EXPECT_EQ(one.Next().kv().mod_revision(), put);
  EXPECT_EQ(other.Next().kv().mod_revision(), put);
}

TEST(Observe, SeesACampaignFromBeginningToEnd) {
  Scratch s;
  const int64_t lease = s.Grant();
  Observer observer(s);
  const auto leader = s.Call(Campaign(s("election"), "one", lease))->leader();
  EXPECT_THAT(observer.Next(), Tells(leader.key(), "one", leader.rev()));
  s.Call(Proclaim(leader, "two"));
  EXPECT_THAT(observer.Next(), Tells(leader.key(), "two", leader.rev() + 1));
  s.Call(Resign(leader));
  const auto again = s.Call(Campaign(s("election"), "three", lease))->leader();
  EXPECT_THAT(observer.Next(), Tells(again.key(), "three", again.rev()));
}

TEST(Observe, GrantsNoLease) {
  Scratch s;
  s.Put("election/a", "1");
  const auto before = s.Call(pb::LeaseLeasesRequest());
  Observer observer(s);
  observer.Next();
  EXPECT_EQ(s.Call(pb::LeaseLeasesRequest())->leases_size(), before->leases_size());
}

TEST(Observe, EndsWithItsDeadline) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s, {.timeout = std::chrono::milliseconds(300)});
  observer.Next();
  // Where the server is first to notice, it resets the stream.
  EXPECT_THAT(observer.End().error_code(), AnyOf(grpc::DEADLINE_EXCEEDED, grpc::CANCELLED));
}

TEST(Observe, EndsWhenCancelled) {
  Scratch s;
  s.Put("election/a", "1");
  Observer observer(s);
  observer.Next();
  observer.Cancel();
  EXPECT_EQ(observer.End().error_code(), grpc::CANCELLED);
}

TEST(Observe, OfWhatIsNoMessageEndsWithAnInternalError) {
  const Wire wire;
  const auto reply = wire.CallRaw("/v3electionpb.Election/Observe", "\xff\xff\xff");
  EXPECT_EQ(reply.status.error_code(), grpc::INTERNAL);
  EXPECT_THAT(reply.status.error_message(),
              StartsWith("grpc: failed to unmarshal the received message"));
}

}  // namespace
}  // namespace conformance
