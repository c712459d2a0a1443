// Watch streams as streams: many watches, big responses, slow clients, and how they end.
#include "conformance/support/watch_stream.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr int kMegabyte = 1'000'000;

// Events of one revision each, from the one of `revision` on without a gap.
void ExpectNoGap(const std::vector<mvccpb::Event>& events, int64_t revision) {
  for (const mvccpb::Event& event : events) ASSERT_EQ(event.kv().mod_revision(), revision++);
}

TEST(WatchStream, GoesOnAfterTheClientHasNothingMoreToSend) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  stream.HalfClose();
  s.Put("a", "1");
  s.Put("a", "2");

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(s("a"), "2")));
}

TEST(WatchStream, WithoutWatchesStaysOpen) {
  Scratch s;
  WatchStream stream(s);
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchStream, WorksWhereALeaderIsRequiredAndThereIsOne) {
  Scratch s;
  CallOptions options{.timeout = std::chrono::seconds(60)};
  options.metadata = {{"hasleader", "true"}};
  WatchStream stream(s, options);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");
  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchStream, EndedByItsClientLeavesOthersAlone) {
  Scratch s;
  WatchStream kept(s);
  const int64_t id = kept.Create(WatchCreate(s("a"))).watch_id();
  {
    WatchStream ended(s);
    ended.Create(WatchCreate(s("a")));
    ended.Cancel();
    EXPECT_EQ(ended.End().error_code(), grpc::StatusCode::CANCELLED);
  }
  s.Put("a", "1");
  EXPECT_THAT(kept.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchStream, EndsWithAnErrorAtBytesThatAreNoMessage) {
  const Wire wire;
  const auto reply = wire.CallRaw("/etcdserverpb.Watch/Watch", "\xff\xff\xff");
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(reply.status.error_message(),
              StartsWith("grpc: failed to unmarshal the received message"));
}

// The key "a"; filters, packed, of which the last goes on behind their end; and a tag that is none,
// which says where the next field was read.
TEST(WatchStream, ReadsPackedFiltersOverTheirEndBefore37) {
  const Wire wire;
  const std::string bytes("\x0a\x09\x0a\x01\x61\x2a\x01\x80\x01\x02\x00", 11);
  const auto reply = wire.CallRaw("/etcdserverpb.Watch/Watch", bytes);
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(reply.status.error_message(),
              HasSubstr(target().version.AtLeast(3, 7)
                            ? "cannot parse invalid wire-format data"
                            : "proto: WatchCreateRequest: illegal tag 0 (wire type 2)"));
}

TEST(WatchStream, TellsEachOfAThousandWatches) {
  Scratch s;
  constexpr int kWatches = 1000;
  WatchStream stream(s);
  for (int i = 0; i < kWatches; ++i) stream.SendCreate(WatchCreate(s("a")));
  for (int i = 0; i < kWatches; ++i) ASSERT_TRUE(stream.Next().created());

  s.Put("a", "1");

  std::set<int64_t> told;
  for (int i = 0; i < kWatches; ++i) {
    const auto response = stream.Next();
    EXPECT_THAT(response.events(), ElementsAre(IsPutOf(s("a"), "1")));
    told.insert(response.watch_id());
  }
  EXPECT_THAT(told, SizeIs(kWatches));
}

TEST(WatchStream, CatchesUpEachOfAThousandWatches) {
  Scratch s;
  constexpr int kWatches = 1000;
  const int64_t start = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  WatchStream stream(s);
  for (int i = 0; i < kWatches; ++i) {
    stream.SendCreate(WatchCreate(s("a"), {.start_revision = start, .watch_id = i + 1}));
  }
  for (int i = 0; i < kWatches; ++i) {
    ASSERT_TRUE(stream.NextOf(i + 1).created());
    ASSERT_THAT(stream.Events(i + 1, 2), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(s("a"), "2")));
  }
}

TEST(WatchStream, ThatIsNotReadLosesNothing) {
  Scratch s;
  constexpr int kEvents = 10'000;
  WatchStream stream(s);
  const auto created = stream.Create(WatchCreate(s("a")));
  stream.StopReading();
  const std::vector puts(kEvents, Put(s("a"), std::string(1024, 'x')));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());

  stream.ResumeReading();

  const auto events = stream.Events(created.watch_id(), kEvents);
  ASSERT_THAT(events, SizeIs(kEvents));
  ExpectNoGap(events, created.header().revision() + 1);
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchStream, ThatIsNotReadIsToldWhenCompactionOvertakesIt) {
  Scratch s;
  constexpr size_t kEvents = 5000;
  WatchStream stream(s);
  const auto created = stream.Create(WatchCreate(s("a")));
  stream.StopReading();
  const std::vector puts(kEvents, Put(s("a"), std::string(2048, 'x')));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());
  const int64_t compacted = s.Revision();
  ASSERT_THAT(s.Call(Compact(compacted)), IsOk());

  stream.ResumeReading();

  std::vector<mvccpb::Event> events;
  while (events.size() < kEvents) {
    const auto response = stream.NextOf(created.watch_id());
    events.insert(events.end(), response.events().begin(), response.events().end());
    if (!response.canceled()) continue;
    EXPECT_THAT(response, SaysCompacted(compacted));
    break;
  }
  ExpectNoGap(events, created.header().revision() + 1);
}

TEST(WatchStream, ThatIsNotReadMayBeCanceledAllTheSame) {
  Scratch s;
  constexpr size_t kEvents = 5000;
  WatchStream stream(s);
  const auto created = stream.Create(WatchCreate(s("a")));
  stream.StopReading();
  const std::vector puts(kEvents, Put(s("a"), std::string(2048, 'x')));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());
  stream.SendCancel(created.watch_id());

  stream.ResumeReading();

  std::vector<mvccpb::Event> events;
  pb::WatchResponse response;
  do {
    response = stream.Next();
    events.insert(events.end(), response.events().begin(), response.events().end());
  } while (!response.canceled());
  EXPECT_THAT(response, CancelsTheWatch(created.watch_id()));
  ExpectNoGap(events, created.header().revision() + 1);
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchStream, ThatIsNotReadDoesNotHoldUpOthers) {
  Scratch s;
  constexpr int kEvents = 1000;
  WatchStream unread(s);
  unread.Create(WatchCreate(s("a")));
  unread.StopReading();
  WatchStream read(s);
  const int64_t id = read.Create(WatchCreate(s("a"))).watch_id();

  const std::vector puts(kEvents, Put(s("a"), std::string(1024, 'x')));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());

  EXPECT_THAT(read.Events(id, kEvents), SizeIs(kEvents));
}

TEST(WatchStream, TakesAndForgetsWatchesByTheThousand) {
  Scratch s;
  constexpr int kTimes = 2000;
  WatchStream stream(s);
  for (int i = 0; i < kTimes; ++i) {
    stream.SendCreate(WatchCreate(s("a"), {.watch_id = 7}));
    stream.SendCancel(7);
  }
  for (int i = 0; i < kTimes; ++i) {
    ASSERT_TRUE(stream.Next().created());
    ASSERT_THAT(stream.Next(), CancelsTheWatch(7));
  }
}

// Five megabytes of history in five revisions.
int64_t PutFiveMegabytes(const Scratch& s) {
  const int64_t start = s.Revision() + 1;
  for (int i = 0; i < 5; ++i) s.Put("a", std::string(kMegabyte, 'x'));
  return start;
}

TEST(WatchFragment, IsNotMadeUnlessAskedForHoweverBigTheResponse) {
  Scratch s;
  const int64_t start = PutFiveMegabytes(s);
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response.events(), SizeIs(5));
  EXPECT_FALSE(response.fragment());
}

TEST(WatchFragment, HasAsManyEventsAsStayBelowTwoMebibytes) {
  Scratch s;
  const int64_t start = PutFiveMegabytes(s);
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = start, .fragment = true});
  const int64_t id = stream.Create(create).watch_id();

  std::vector<int> sizes;
  for (int i = 0; i < 3; ++i) sizes.push_back(stream.NextOf(id).events_size());
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
}

TEST(WatchFragment, IsMarkedUnlessItIsTheLast) {
  Scratch s;
  const int64_t start = PutFiveMegabytes(s);
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = start, .fragment = true});
  const int64_t id = stream.Create(create).watch_id();

  std::vector<bool> marks;
  for (int i = 0; i < 3; ++i) marks.push_back(stream.NextOf(id).fragment());
  EXPECT_THAT(marks, ElementsAre(true, true, false));
}

TEST(WatchFragment, HasTheHeaderOfTheWhole) {
  Scratch s;
  const int64_t start = PutFiveMegabytes(s);
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = start, .fragment = true});
  const auto created = stream.Create(create);

  for (int i = 0; i < 3; ++i) {
    const auto fragment = stream.NextOf(created.watch_id());
    EXPECT_EQ(fragment.header().SerializeAsString(), created.header().SerializeAsString());
  }
}

TEST(WatchFragment, OfOneRevisionTogetherHaveItsEventsInOrder) {
  Scratch s;
  for (const char* name : {"a", "b", "c"}) s.Put(name, std::string(kMegabyte, 'x'));
  WatchStream stream(s);
  const auto create = WatchCreate(s("a"), {.range_end = s("d"), .prev_kv = true, .fragment = true});
  const int64_t id = stream.Create(create).watch_id();

  const auto deleted = s.Call(Delete(s("a"), {.range_end = s("d")}));

  const int64_t revision = deleted->header().revision();
  const auto first = stream.NextOf(id);
  const auto last = stream.NextOf(id);
  EXPECT_TRUE(first.fragment());
  EXPECT_THAT(first.events(),
              ElementsAre(IsDeleteOf(s("a"), revision), IsDeleteOf(s("b"), revision)));
  EXPECT_FALSE(last.fragment());
  EXPECT_THAT(last.events(), ElementsAre(IsDeleteOf(s("c"), revision)));
}

TEST(WatchFragment, IsNotMadeOfAResponseThatIsSmall) {
  Scratch s;
  WatchStream stream(s);
  const auto create = WatchCreate(s("a"), {.range_end = s("z"), .fragment = true});
  const int64_t id = stream.Create(create).watch_id();
  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "1")})), IsOk());
  EXPECT_THAT(stream.NextOf(id), CarriesOnlyEvents());
}

TEST(WatchFragment, IsNotMadeOfOneEventHoweverBig) {
  Scratch s;
  s.Put("a", std::string(1'400'000, 'x'));
  WatchStream stream(s);
  const auto create = WatchCreate(s("a"), {.prev_kv = true, .fragment = true});
  const int64_t id = stream.Create(create).watch_id();

  s.Put("a", std::string(1'400'000, 'y'));

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response, CarriesOnlyEvents());
  EXPECT_GT(response.ByteSizeLong(), 2'800'000u);
}

}  // namespace
}  // namespace conformance
