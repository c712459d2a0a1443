// Creating and canceling watches: their ids, and what is answered.
#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <google/protobuf/unknown_field_set.h>

#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kRangeIsEmpty[] = "mvcc: watcher range is empty";
constexpr char kDuplicateId[] = "mvcc: duplicate watch ID provided on the WatchStream";
constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();

TEST(WatchCreate, IsAnsweredWithCreatedAlone) {
  Scratch s;
  WatchStream stream(s);

  const auto created = stream.Create(WatchCreate(s("a")));

  EXPECT_TRUE(created.created());
  EXPECT_FALSE(created.canceled());
  EXPECT_FALSE(created.fragment());
  EXPECT_EQ(created.compact_revision(), 0);
  EXPECT_EQ(created.cancel_reason(), "");
  EXPECT_THAT(created.events(), IsEmpty());
}

TEST(WatchCreate, IsAnsweredWithAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();
  WatchStream stream(s);

  const auto created = stream.Create(WatchCreate(s("b")));

  EXPECT_THAT(created.header(), IsFullHeader());
  EXPECT_THAT(created, AtRevision(revision));
}

TEST(WatchCreate, HeaderIsOfTheMemberAndTermThatAnswersOtherCalls) {
  Scratch s;
  const pb::ResponseHeader put = s.Put("a", "1").header();
  WatchStream stream(s);

  const pb::ResponseHeader header = stream.Create(WatchCreate(s("b"))).header();

  EXPECT_EQ(header.SerializeAsString(), put.SerializeAsString());
}

TEST(WatchCreate, IsAnsweredAtTheCurrentRevisionWhateverItsStart) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  const int64_t current = s.Put("a", "2").header().revision();
  WatchStream stream(s);
  EXPECT_THAT(stream.Create(WatchCreate(s("a"), {.start_revision = first})), AtRevision(current));
  EXPECT_THAT(stream.Create(WatchCreate(s("a"), {.start_revision = current + 100})),
              AtRevision(current));
}

// A server that takes no more than it can answer goes on when the answers are read.
TEST(WatchCreate, IsAnsweredHoweverManyWereAskedForBefore) {
  constexpr int kWatches = 500;
  Scratch s;
  WatchStream stream(s);
  stream.StopReading();
  for (int i = 0; i < kWatches; ++i) ASSERT_TRUE(stream.SendCreate(WatchCreate(s("a"))));
  stream.ResumeReading();
  for (int i = 0; i < kWatches; ++i) {
    const pb::WatchResponse created = stream.Next();
    EXPECT_TRUE(created.created());
    EXPECT_EQ(created.watch_id(), i);
  }
}

TEST(WatchCreate, CountsIdsFromZero) {
  Scratch s;
  WatchStream stream(s);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 0);
  EXPECT_EQ(stream.Create(WatchCreate(s("b"))).watch_id(), 1);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 2);
}

TEST(WatchCreate, CountsForEachStreamByItself) {
  Scratch s;
  WatchStream one(s);
  WatchStream other(s);
  EXPECT_EQ(one.Create(WatchCreate(s("a"))).watch_id(), 0);
  EXPECT_EQ(other.Create(WatchCreate(s("a"))).watch_id(), 0);
  EXPECT_EQ(one.Create(WatchCreate(s("a"))).watch_id(), 1);
}

TEST(WatchCreate, TakesTheIdTheClientChose) {
  Scratch s;
  for (const int64_t id : {int64_t{1}, int64_t{42}, int64_t{-5}, kLargest, kSmallest}) {
    SCOPED_TRACE(id);
    WatchStream stream(s);
    EXPECT_EQ(stream.Create(WatchCreate(s("a"), {.watch_id = id})).watch_id(), id);
    s.Put("a", "1");
    EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
  }
}

TEST(WatchCreate, TakesMinusOneForAnIdTooThoughItMeansAllOrNone) {
  Scratch s;
  WatchStream stream(s);

  const auto created = stream.Create(WatchCreate(s("a"), {.watch_id = -1}));
  s.Put("a", "1");

  EXPECT_EQ(created.watch_id(), -1);
  EXPECT_FALSE(created.canceled());
  EXPECT_THAT(stream.Events(-1, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchCreate, CountPassesOverIdsThatAreInUse) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 1}));
  stream.Create(WatchCreate(s("a"), {.watch_id = 2}));
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 0);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 3);
}

TEST(WatchCreate, CountIsNotMovedByAnIdTheClientChose) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  stream.Create(WatchCreate(s("a"), {.watch_id = 700}));
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 1);
}

TEST(WatchCreate, CountNeverGoesBackToACanceledId) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  stream.Create(WatchCreate(s("a")));
  stream.SendCancel(0);
  stream.SendCancel(1);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 2);
}

TEST(WatchCreate, CountDoesNotPassOverAnIdCanceledBeforeItsTurn) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 1}));
  stream.SendCancel(1);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 0);
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 1);
}

TEST(WatchCreate, WithAnIdInUseIsRefused) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  EXPECT_THAT(stream.Create(WatchCreate(s("b"), {.watch_id = 7})), RefusesTheWatch(kDuplicateId));
}

TEST(WatchCreate, WithAnIdTheCountGaveIsRefused) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  stream.Create(WatchCreate(s("a")));
  EXPECT_THAT(stream.Create(WatchCreate(s("b"), {.watch_id = 1})), RefusesTheWatch(kDuplicateId));
}

TEST(WatchCreate, RefusedForItsIdLeavesTheOtherWatchAsItIs) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  stream.Create(WatchCreate(s("b"), {.watch_id = 7}));

  s.Put("b", "1");
  s.Put("a", "1");

  EXPECT_THAT(stream.Events(7, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchCreate, MayUseAnIdThatAnotherStreamUses) {
  Scratch s;
  WatchStream one(s);
  WatchStream other(s);
  one.Create(WatchCreate(s("a"), {.watch_id = 7}));
  EXPECT_FALSE(other.Create(WatchCreate(s("a"), {.watch_id = 7})).canceled());
}

TEST(WatchCreate, MayUseAnIdAgainThatWasCanceled) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  stream.SendCancel(7);

  const auto again = stream.Create(WatchCreate(s("b"), {.watch_id = 7}));

  EXPECT_EQ(again.watch_id(), 7);
  EXPECT_FALSE(again.canceled());
}

TEST(WatchCreate, WithAnIdUsedAgainWatchesTheNewKeyAlone) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  stream.SendCancel(7);
  stream.Create(WatchCreate(s("b"), {.watch_id = 7}));
  EXPECT_THAT(stream.NextOf(7), CancelsTheWatch(7));

  s.Put("a", "1");
  s.Put("b", "1");

  EXPECT_THAT(stream.Events(7, 1), ElementsAre(IsPutOf(s("b"), "1")));
}

TEST(WatchCreate, OfARangeThatEndsBeforeItBeginsIsRefused) {
  Scratch s;
  for (const char* end : {"b", "a", ""}) {
    SCOPED_TRACE(end);
    WatchStream stream(s);
    EXPECT_THAT(stream.Create(WatchCreate(s("b"), {.range_end = s(end)})),
                RefusesTheWatch(kRangeIsEmpty));
  }
}

TEST(WatchCreate, RefusedIsAnsweredWithAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();
  WatchStream stream(s);

  const auto refused = stream.Create(WatchCreate(s("b"), {.range_end = s("a")}));

  EXPECT_THAT(refused.header(), IsFullHeader());
  EXPECT_THAT(refused, AtRevision(revision));
}

TEST(WatchCreate, RefusedLeavesTheStreamUsable) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b"), {.range_end = s("a")}));

  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchCreate, RefusedForItsRangeTakesNoIdFromTheCount) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b"), {.range_end = s("a")}));
  EXPECT_EQ(stream.Create(WatchCreate(s("a"))).watch_id(), 0);
}

TEST(WatchCreate, RefusedForItsRangeLeavesTheIdItChoseFree) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b"), {.range_end = s("a"), .watch_id = 7}));
  EXPECT_EQ(stream.Create(WatchCreate(s("a"), {.watch_id = 7})).watch_id(), 7);
}

TEST(WatchCreate, WithAnEmptyRangeAndAnIdInUseIsRefusedForTheRange) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  EXPECT_THAT(stream.Create(WatchCreate(s("b"), {.range_end = s("a"), .watch_id = 7})),
              RefusesTheWatch(kRangeIsEmpty));
}

TEST(WatchCreate, ManyAtOnceAreAnsweredInTheirOrder) {
  Scratch s;
  WatchStream stream(s);
  for (int i = 0; i < 50; ++i) stream.SendCreate(WatchCreate(s("a")));
  for (int i = 0; i < 50; ++i) {
    const auto response = stream.Next();
    EXPECT_TRUE(response.created());
    EXPECT_EQ(response.watch_id(), i);
  }
}

TEST(WatchCreate, IsAnsweredBeforeAnyEventOfTheWatch) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  WatchStream stream(s);
  for (int i = 0; i < 20; ++i) {
    stream.SendCreate(WatchCreate(s("a"), {.start_revision = first, .watch_id = i + 1}));
    s.Put("a", "2");
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(stream.NextOf(i + 1).created());
}

TEST(WatchRequest, ThatSaysNothingIsIgnored) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  stream.Send(pb::WatchRequest());
  EXPECT_THAT(stream.UntilFence(), IsEmpty());

  s.Put("a", "1");
  EXPECT_THAT(stream.Events(id, 1), SizeIs(1));
}

TEST(WatchRequest, OfAKindNobodyKnowsIsIgnored) {
  Scratch s;
  WatchStream stream(s);
  pb::WatchRequest request;
  pb::WatchRequest::GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(99,
                                                                                        "what?");
  stream.Send(request);
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchRequest, WithTwoKindsMeansTheLast) {
  Scratch s;
  WatchStream stream(s);
  pb::WatchRequest request;
  *request.mutable_create_request() = WatchCreate(s("a"));
  std::string bytes = request.SerializeAsString();
  request.mutable_cancel_request()->set_watch_id(7);
  bytes += request.SerializeAsString();
  pb::WatchRequest both;
  auto* const unknown = pb::WatchRequest::GetReflection()->MutableUnknownFields(&both);
  ASSERT_TRUE(unknown->ParseFromString(bytes));
  ASSERT_EQ(unknown->field_count(), 2);
  stream.Send(both);
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchCancel, IsAnsweredWithCanceledAndNoReason) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));
  stream.SendCancel(7);
  EXPECT_THAT(stream.Next(), CancelsTheWatch(7));
}

TEST(WatchCancel, IsAnsweredWithAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  const int64_t revision = s.Put("b", "1").header().revision();

  stream.SendCancel(id);

  const auto canceled = stream.NextOf(id);
  EXPECT_THAT(canceled.header(), IsFullHeader());
  EXPECT_THAT(canceled, AtRevision(revision));
}

TEST(WatchCancel, EndsTheEvents) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  stream.SendCancel(id);
  stream.NextOf(id);

  s.Put("a", "1");

  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchCancel, LeavesOtherWatchesOfTheStreamAlone) {
  Scratch s;
  WatchStream stream(s);
  const int64_t canceled = stream.Create(WatchCreate(s("a"))).watch_id();
  const int64_t kept = stream.Create(WatchCreate(s("a"))).watch_id();
  stream.SendCancel(canceled);
  stream.NextOf(canceled);

  s.Put("a", "1");

  EXPECT_THAT(stream.Events(kept, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchCancel, OfAnUnknownIdIsIgnored) {
  Scratch s;
  for (const int64_t id : {int64_t{0}, int64_t{5}, int64_t{-1}, int64_t{-7}, kLargest}) {
    SCOPED_TRACE(id);
    WatchStream stream(s);
    stream.SendCancel(id);
    EXPECT_THAT(stream.UntilFence(), IsEmpty());
  }
}

TEST(WatchCancel, SentTwiceIsAnsweredOnce) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  stream.SendCancel(id);
  stream.SendCancel(id);
  EXPECT_THAT(stream.UntilFence(), ElementsAre(CancelsTheWatch(id)));
}

TEST(WatchCancel, OnOneStreamLeavesTheSameIdOfAnotherAlone) {
  Scratch s;
  WatchStream one(s);
  WatchStream other(s);
  one.Create(WatchCreate(s("a"), {.watch_id = 7}));
  other.Create(WatchCreate(s("a"), {.watch_id = 7}));
  one.SendCancel(7);
  one.NextOf(7);

  s.Put("a", "1");

  EXPECT_THAT(other.Events(7, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchCancel, SentWithTheCreateIsAnsweredAfterIt) {
  Scratch s;
  WatchStream stream(s);
  stream.SendCreate(WatchCreate(s("a"), {.watch_id = 7}));
  stream.SendCancel(7);
  EXPECT_TRUE(stream.Next().created());
  EXPECT_THAT(stream.Next(), CancelsTheWatch(7));
}

TEST(WatchCancel, OfAWatchOfTheFutureIsAnsweredAsAnyOther) {
  Scratch s;
  WatchStream stream(s);
  const int64_t start = s.Revision() + 1000;
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();
  stream.SendCancel(id);
  EXPECT_THAT(stream.NextOf(id), CancelsTheWatch(id));
}

TEST(WatchCancel, IsNotFollowedByEventsThatWereOnTheirWay) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  for (int i = 0; i < 20; ++i) s.Put("a", "1");
  stream.SendCancel(id);
  for (int i = 0; i < 20; ++i) s.Put("a", "1");

  const auto responses = stream.UntilFence();

  ASSERT_FALSE(responses.empty());
  EXPECT_THAT(responses.back(), CancelsTheWatch(id));
}

}  // namespace
}  // namespace conformance
