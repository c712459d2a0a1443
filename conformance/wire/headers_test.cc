// The header each answer begins with, and what moves the revision it tells.
#include <thread>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

TEST(Header, OfARangeIsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Range(s("a")))->header(), IsFullHeader());
}

TEST(Header, OfASerializableRangeIsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Range(s("a"), {.serializable = true}))->header(), IsFullHeader());
}

TEST(Header, OfAPutIsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1"))->header(), IsFullHeader());
}

TEST(Header, OfADeleteIsFullWhetherItDeletedOrNot) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_THAT(s.Call(Delete(s("a")))->header(), IsFullHeader());
  EXPECT_THAT(s.Call(Delete(s("a")))->header(), IsFullHeader());
}

TEST(Header, OfATxnThatOnlyReadsIsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Txn({}, {Range(s("a"))}))->header(), IsFullHeader());
}

TEST(Header, OfACompactionIsFull) {
  Scratch s;
  EXPECT_THAT(s.Call(Compact(s.Put("a", "1").header().revision()))->header(), IsFullHeader());
}

TEST(Header, OfLeaseCallsIsFull) {
  Scratch s;
  const int64_t id = 0x68656164657273;
  EXPECT_THAT(s.Call(LeaseGrant(600, id))->header(), IsFullHeader());
  EXPECT_THAT(s.Call(TimeToLive(id))->header(), IsFullHeader());
  EXPECT_THAT(s.Call(pb::LeaseLeasesRequest())->header(), IsFullHeader());
  EXPECT_THAT(s.Call(LeaseRevoke(id))->header(), IsFullHeader());
}

TEST(Header, OfTheStatusIsFullAndCurrent) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_THAT(status->header(), IsFullHeader());
  EXPECT_THAT(*status, AtRevision(now));
}

TEST(Header, OfTheMemberListHasNoRevision) {
  const Wire wire;
  const auto members = wire.Call(pb::MemberListRequest());
  EXPECT_NE(members->header().cluster_id(), 0U);
  EXPECT_NE(members->header().member_id(), 0U);
  EXPECT_NE(members->header().raft_term(), 0U);
  EXPECT_THAT(*members, AtRevision(0));
}

TEST(Header, OfAlarmsCameWith35) {
  const Wire wire;
  const auto alarms = wire.Call(pb::AlarmRequest());
  EXPECT_EQ(alarms->has_header(), target().version.AtLeast(3, 5));
}

TEST(Header, OfADefragmentationIsNotThere) {
  const Wire wire;
  const auto defragmentation = wire.Call(pb::DefragmentRequest());
  ASSERT_THAT(defragmentation, IsOk());
  EXPECT_FALSE(defragmentation->has_header());
}

TEST(Header, OfALeaderMovedToItselfIsNotThere) {
  const Wire wire;
  pb::MoveLeaderRequest move;
  move.set_targetid(wire.Call(pb::StatusRequest())->leader());
  const auto moved = wire.Call(move);
  ASSERT_THAT(moved, IsOk());
  EXPECT_FALSE(moved->has_header());
}

TEST(Header, NamesTheSameClusterAndMemberEveryTime) {
  Scratch s;
  const pb::ResponseHeader first = s.Put("a", "1").header();
  for (const pb::ResponseHeader& header :
       {s.Get("a").header(), s.Call(pb::StatusRequest())->header(),
        s.Call(pb::MemberListRequest())->header(), s.Call(Txn({}, {}))->header()}) {
    EXPECT_EQ(header.cluster_id(), first.cluster_id());
    EXPECT_EQ(header.member_id(), first.member_id());
    EXPECT_EQ(header.raft_term(), first.raft_term());
  }
}

TEST(Header, NamesAMemberOfTheCluster) {
  const Wire wire;
  const auto members = wire.Call(pb::MemberListRequest());
  std::vector<uint64_t> ids;
  for (const pb::Member& member : members->members()) ids.push_back(member.id());
  EXPECT_THAT(ids, testing::Contains(members->header().member_id()));
}

TEST(Header, NamesTheTermTheStatusDoes) {
  const Wire wire;
  const auto status = wire.Call(pb::StatusRequest());
  EXPECT_EQ(status->header().raft_term(), status->raftterm());
}

TEST(Revision, IsNotMovedByLeases) {
  Scratch s;
  const int64_t before = s.Revision();
  const int64_t lease = s.Grant();
  EXPECT_THAT(*s.Call(TimeToLive(lease)), AtRevision(before));
  EXPECT_THAT(*s.Call(LeaseRevoke(lease)), AtRevision(before));
  EXPECT_EQ(s.Revision(), before);
}

TEST(Revision, IsMovedByARevokeThatTakesKeys) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  const int64_t before = s.Put("b", "1", {.lease = lease}).header().revision();
  EXPECT_THAT(*s.Call(LeaseRevoke(lease)), AtRevision(before + 1));
  EXPECT_EQ(s.Revision(), before + 1);
}

TEST(Revision, IsNotMovedByReads) {
  Scratch s;
  const int64_t before = s.Put("a", "1").header().revision();
  s.Get("a");
  s.All();
  EXPECT_EQ(s.Revision(), before);
}

TEST(Concurrently, EveryPutTakesARevisionOfItsOwnAndNoneIsSkipped) {
  constexpr int kWriters = 8;
  constexpr int kPuts = 25;
  Scratch s;
  const int64_t before = s.Revision();
  std::vector<std::vector<int64_t>> taken(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&s, writer, &revisions = taken[static_cast<size_t>(writer)]] {
      for (int i = 0; i < kPuts; ++i) {
        const auto put = s.Call(Put(s(std::to_string(writer)), std::to_string(i)));
        revisions.push_back(put.message.header().revision());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();

  std::vector<int64_t> all;
  for (const auto& revisions : taken) {
    EXPECT_TRUE(std::ranges::is_sorted(revisions));
    all.insert(all.end(), revisions.begin(), revisions.end());
  }
  std::ranges::sort(all);
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i], before + 1 + static_cast<int64_t>(i));
  }
}

TEST(Concurrently, OneOfManyTxnsThatCreateAKeySucceeds) {
  constexpr int kWriters = 8;
  Scratch s;
  std::vector<int> succeeded(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&s, writer, &won = succeeded[static_cast<size_t>(writer)]] {
      const auto txn =
          s.Call(Txn({If(s("a"), kCreate, kEqual, 0)}, {Put(s("a"), std::to_string(writer))}));
      won = txn.message.succeeded() ? 1 : 0;
    });
  }
  for (std::thread& writer : writers) writer.join();

  ASSERT_EQ(std::ranges::count(succeeded, 1), 1);
  const auto winner = std::ranges::find(succeeded, 1) - succeeded.begin();
  EXPECT_EQ(s.Get("a").kvs(0).value(), std::to_string(winner));
  EXPECT_EQ(s.Get("a").kvs(0).version(), 1);
}

TEST(Concurrently, IncrementsByCompareLoseNothing) {
  constexpr int kWriters = 4;
  constexpr int kIncrements = 10;
  Scratch s;
  s.Put("n", "0");
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&s] {
      for (int done = 0; done < kIncrements;) {
        const auto read = s.Call(Range(s("n")));
        if (!read.status.ok() || read.message.kvs().empty()) return;
        const mvccpb::KeyValue& kv = read.message.kvs(0);
        const std::string next = std::to_string(std::stoi(kv.value()) + 1);
        const auto txn =
            s.Call(Txn({If(s("n"), kMod, kEqual, kv.mod_revision())}, {Put(s("n"), next)}));
        if (!txn.status.ok()) return;
        done += txn.message.succeeded() ? 1 : 0;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(s.Get("n").kvs(0).value(), std::to_string(kWriters * kIncrements));
}

TEST(Deadline, ThatIsPastEndsACallWithoutTheServer) {
  Scratch s;
  const auto put = s.Call(Put(s("a"), "1"), {.timeout = std::chrono::milliseconds(-1)});
  EXPECT_EQ(put.status.error_code(), grpc::DEADLINE_EXCEEDED);
  EXPECT_EQ(s.Get("a").count(), 0);
}

}  // namespace
}  // namespace conformance
