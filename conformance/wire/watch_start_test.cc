// Where in the history a watch starts, and how it catches up from there.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/raw_http2.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// How many revisions a response of a watch that catches up has at most.
constexpr int kBatch = 1000;

// Of an HTTP/2 frame that ends its stream.
constexpr uint8_t kEndStream = 1;

int64_t CompactNow(const Scratch& s) {
  const int64_t revision = s.Put("compacted here", "").header().revision();
  return s.Call(Compact(revision, true))->header().revision();
}

// `count` puts of the key, a revision each; returns the first one's revision.
int64_t PutTimes(const Scratch& s, const char* name, int count) {
  const int64_t before = s.Revision();
  for (const auto& put : CallAll(s, std::vector(count, Put(s(name), "1")))) {
    EXPECT_THAT(put, IsOk());
  }
  return before + 1;
}

TEST(WatchStart, AtZeroSeesOnlyWhatComesAfterTheCreate) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "2");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, AtTheCurrentRevisionSeesItsChange) {
  Scratch s;
  s.Put("a", "1");
  const int64_t current = s.Put("a", "2").header().revision();
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = current})).watch_id();

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, RightAfterTheCurrentRevisionSeesTheNextChangeFirst) {
  Scratch s;
  const int64_t current = s.Put("a", "1").header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = current + 1})).watch_id();

  s.Put("a", "2");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, InThePastSeesEveryChangeFromThereOnInOrder) {
  Scratch s;
  s.Put("a", "1");
  const int64_t start = s.Put("a", "2").header().revision();
  s.Put("a", "3");
  const int64_t deleted = s.Delete("a").header().revision();
  s.Put("a", "4");
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  EXPECT_THAT(stream.Events(id, 4), ElementsAre(IsPutOf(s("a"), "2"), IsPutOf(s("a"), "3"),
                                                IsDeleteOf(s("a"), deleted), IsPutOf(s("a"), "4")));
}

TEST(WatchStart, AtARevisionOfAnotherKeySeesWhatFollows) {
  Scratch s;
  s.Put("a", "1");
  const int64_t start = s.Put("b", "1").header().revision();
  s.Put("a", "2");
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, InThePastGoesOnWithWhatComesLaterWithoutLossOrRepetition) {
  Scratch s;
  constexpr int kChanges = 50;
  const int64_t start = s.Put("a", "0").header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();
  for (int i = 1; i < kChanges; ++i) s.Put("a", std::to_string(i));

  const auto events = stream.Events(id, kChanges);

  ASSERT_THAT(events, SizeIs(kChanges));
  for (int i = 0; i < kChanges; ++i) {
    EXPECT_EQ(events[i].kv().value(), std::to_string(i));
    EXPECT_EQ(events[i].kv().mod_revision(), start + i);
  }
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchStart, InTheFutureSeesNothingBeforeIt) {
  Scratch s;
  const int64_t current = s.Revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = current + 3})).watch_id();

  for (const char* value : {"1", "2", "3", "4"}) s.Put("a", value);

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "3"), IsPutOf(s("a"), "4")));
}

TEST(WatchStart, InTheFutureIsReachedByChangesOfOtherKeys) {
  Scratch s;
  const int64_t current = s.Revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = current + 3})).watch_id();

  s.Put("a", "1");
  s.Put("b", "1");
  s.Put("a", "2");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, InTheFutureIsInSyncOnceItIsReached) {
  Scratch s;
  const int64_t current = s.Revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = current + 2})).watch_id();
  s.Put("a", "1");

  const int64_t revision = s.Put("a", "2").header().revision();

  EXPECT_THAT(stream.NextOf(id), AtRevision(revision));
}

TEST(WatchStart, AtTheLastRevisionThereCanBeIsAccepted) {
  Scratch s;
  WatchStream stream(s);
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

  const auto created = stream.Create(WatchCreate(s("a"), {.start_revision = kLast}));
  s.Put("a", "1");

  EXPECT_FALSE(created.canceled());
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

// Old releases take a negative start for one in the past.
TEST(WatchStart, BelowZeroIsRefusedAsCompacted) {
  Scratch s;
  const int64_t compacted = CompactNow(s);
  WatchStream stream(s);

  const auto created = stream.Create(WatchCreate(s("a"), {.start_revision = -1}));

  if (target().version.Since({V(3, 4, 38), V(3, 5, 24), V(3, 6, 6)})) {
    EXPECT_THAT(created, RefusesTheWatch(kCompacted.text));
    EXPECT_THAT(created, AtRevision(compacted));
  } else {
    EXPECT_FALSE(created.canceled());
    EXPECT_THAT(stream.NextOf(created.watch_id()), SaysCompacted(compacted));
  }
}

TEST(WatchStart, BelowZeroIsRefusedBeforeTheRangeIsLookedAt) {
  Scratch s;
  WatchStream stream(s);

  const auto created =
      stream.Create(WatchCreate(s("b"), {.range_end = s("a"), .start_revision = -1}));

  const bool checked = target().version.Since({V(3, 4, 38), V(3, 5, 24), V(3, 6, 6)});
  EXPECT_THAT(created, RefusesTheWatch(checked ? kCompacted.text : "mvcc: watcher range is empty"));
}

TEST(WatchStart, AtACompactedRevisionIsCreatedAndThenCanceled) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  const int64_t compacted = CompactNow(s);
  WatchStream stream(s);

  const auto created = stream.Create(WatchCreate(s("a"), {.start_revision = first}));

  EXPECT_FALSE(created.canceled());
  EXPECT_EQ(created.compact_revision(), 0);
  EXPECT_THAT(stream.NextOf(created.watch_id()), SaysCompacted(compacted));
}

TEST(WatchStart, AtACompactedRevisionIsCanceledWithAHeaderWithoutRevision) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  CompactNow(s);
  WatchStream stream(s);
  const auto created = stream.Create(WatchCreate(s("a"), {.start_revision = first}));

  const pb::ResponseHeader header = stream.NextOf(created.watch_id()).header();

  EXPECT_EQ(header.revision(), 0);
  EXPECT_EQ(header.cluster_id(), created.header().cluster_id());
  EXPECT_EQ(header.member_id(), created.header().member_id());
  EXPECT_EQ(header.raft_term(), created.header().raft_term());
}

TEST(WatchStart, AtACompactedRevisionSeesNothingLaterEither) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  CompactNow(s);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = first})).watch_id();
  ASSERT_TRUE(stream.NextOf(id).canceled());

  s.Put("a", "2");

  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchStart, AtACompactedRevisionLeavesOtherWatchesAlone) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  CompactNow(s);
  WatchStream stream(s);
  const int64_t live = stream.Create(WatchCreate(s("a"))).watch_id();
  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = first})).watch_id();
  ASSERT_TRUE(stream.NextOf(id).canceled());

  s.Put("a", "2");

  EXPECT_THAT(stream.Events(live, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchStart, AtACompactedRevisionKeepsItsIdUntilTheClientCancels) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  CompactNow(s);
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.start_revision = first, .watch_id = 7}));
  ASSERT_TRUE(stream.NextOf(7).canceled());

  EXPECT_THAT(stream.Create(WatchCreate(s("a"), {.watch_id = 7})),
              RefusesTheWatch("mvcc: duplicate watch ID provided on the WatchStream"));
  stream.SendCancel(7);
  EXPECT_THAT(stream.NextOf(7), CancelsTheWatch(7));
  EXPECT_FALSE(stream.Create(WatchCreate(s("a"), {.watch_id = 7})).canceled());
}

TEST(WatchStart, AtTheCompactedRevisionItselfSeesItsPut) {
  Scratch s;
  s.Put("a", "1");
  const int64_t compacted = s.Put("a", "2").header().revision();
  s.Put("a", "3");
  ASSERT_THAT(s.Call(Compact(compacted, true)), IsOk());
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = compacted})).watch_id();

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "2"), IsPutOf(s("a"), "3")));
}

// Old releases lose the delete: it is not needed to answer reads.
TEST(WatchStart, AtTheCompactedRevisionItselfSeesItsDelete) {
  Scratch s;
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  s.Put("a", "2");
  ASSERT_THAT(s.Call(Compact(deleted, true)), IsOk());
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = deleted})).watch_id();

  const auto response = stream.NextOf(id);
  if (target().version.Since({V(3, 4, 34), V(3, 5, 16), V(3, 6, 0)})) {
    EXPECT_THAT(response.events(), ElementsAre(IsDeleteOf(s("a"), deleted), IsPutOf(s("a"), "2")));
  } else {
    EXPECT_THAT(response.events(), ElementsAre(IsPutOf(s("a"), "2")));
  }
}

TEST(WatchStart, AtTheCompactedRevisionItselfDoesNotSeeWhatTheRevisionOverwrote) {
  Scratch s;
  s.Put("a", "1");
  const auto put_then_delete =
      s.Call(Txn({}, {Txn({}, {Put(s("a"), "2")}), Txn({}, {Delete(s("a"))})}));
  const int64_t compacted = put_then_delete->header().revision();
  s.Put("a", "3");
  ASSERT_THAT(s.Call(Compact(compacted, true)), IsOk());
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = compacted})).watch_id();

  const auto response = stream.NextOf(id);
  if (target().version.Since({V(3, 4, 34), V(3, 5, 16), V(3, 6, 0)})) {
    EXPECT_THAT(response.events(),
                ElementsAre(IsDeleteOf(s("a"), compacted), IsPutOf(s("a"), "3")));
  } else {
    EXPECT_THAT(response.events(), ElementsAre(IsPutOf(s("a"), "3")));
  }
}

TEST(WatchStart, RightAfterTheCompactedRevisionSeesAllThatFollows) {
  Scratch s;
  const int64_t compacted = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  const int64_t deleted = s.Delete("a").header().revision();
  ASSERT_THAT(s.Call(Compact(compacted, true)), IsOk());
  WatchStream stream(s);

  const int64_t id =
      stream.Create(WatchCreate(s("a"), {.start_revision = compacted + 1})).watch_id();

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "2"), IsDeleteOf(s("a"), deleted)));
}

TEST(WatchStart, RightBeforeTheCompactedRevisionIsCanceled) {
  Scratch s;
  s.Put("a", "1");
  const int64_t compacted = CompactNow(s);
  WatchStream stream(s);
  const int64_t id =
      stream.Create(WatchCreate(s("a"), {.start_revision = compacted - 1})).watch_id();
  EXPECT_THAT(stream.NextOf(id), SaysCompacted(compacted));
}

TEST(WatchStart, AtZeroIsNotTroubledByCompaction) {
  Scratch s;
  CompactNow(s);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");
  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchStart, InSyncIsNotTroubledByCompaction) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");
  s.Put("a", "2");

  CompactNow(s);
  s.Put("a", "3");

  EXPECT_THAT(stream.Events(id, 3),
              ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(s("a"), "2"), IsPutOf(s("a"), "3")));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchCatchUp, HasSeveralRevisionsInOneResponse) {
  Scratch s;
  const int64_t start = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  s.Put("a", "3");
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response.events(), SizeIs(3));
  EXPECT_THAT(response, CarriesOnlyEvents());
}

TEST(WatchCatchUp, IsAtTheCurrentRevisionNotAtThatOfItsLastEvent) {
  Scratch s;
  const int64_t start = s.Put("a", "1").header().revision();
  const int64_t current = s.Put("b", "1").header().revision();
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response.header(), IsFullHeader());
  EXPECT_THAT(response, AtRevision(current));
}

TEST(WatchCatchUp, HasEventsOfOneRevisionInTheOrderOfTheTransaction) {
  Scratch s;
  s.Put("d", "1");
  const auto txn = s.Call(Txn({}, {Put(s("b"), "1"), Delete(s("d")), Put(s("a"), "1")}));
  const int64_t revision = txn->header().revision();
  WatchStream stream(s);

  const int64_t id =
      stream.Create(WatchCreate(s.prefix(), {.range_end = s.end(), .start_revision = revision}))
          .watch_id();

  EXPECT_THAT(
      stream.NextOf(id).events(),
      ElementsAre(IsPutOf(s("b"), "1"), IsDeleteOf(s("d"), revision), IsPutOf(s("a"), "1")));
}

TEST(WatchCatchUp, OfSomeWatchesIsEachItsOwn) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  const int64_t second = s.Put("a", "2").header().revision();
  WatchStream stream(s);
  stream.SendCreate(WatchCreate(s("a"), {.start_revision = first, .watch_id = 1}));
  stream.SendCreate(WatchCreate(s("a"), {.start_revision = second, .watch_id = 2}));
  ASSERT_TRUE(stream.NextOf(1).created());
  ASSERT_TRUE(stream.NextOf(2).created());
  EXPECT_THAT(stream.Events(1, 2), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(s("a"), "2")));
  EXPECT_THAT(stream.Events(2, 1), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchCatchUp, HasAThousandRevisionsInAResponseAtMost) {
  Scratch s;
  const int64_t start = PutTimes(s, "a", kBatch + 100);
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  const auto first = stream.NextOf(id);
  const auto second = stream.NextOf(id);
  ASSERT_THAT(first.events(), SizeIs(kBatch));
  ASSERT_THAT(second.events(), SizeIs(100));
  EXPECT_EQ(first.events(kBatch - 1).kv().mod_revision(), start + kBatch - 1);
  EXPECT_EQ(second.events(0).kv().mod_revision(), start + kBatch);
  EXPECT_THAT(first, AtRevision(start + kBatch + 99));
  EXPECT_THAT(second, AtRevision(start + kBatch + 99));
}

TEST(WatchCatchUp, CountsOnlyRevisionsTheWatchCovers) {
  Scratch s;
  const int64_t start = s.Put("a", "1").header().revision();
  PutTimes(s, "b", kBatch + 100);
  s.Put("a", "2");
  WatchStream stream(s);

  const int64_t id = stream.Create(WatchCreate(s("a"), {.start_revision = start})).watch_id();

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(s("a"), "2")));
}

TEST(WatchCatchUp, CountsTheRevisionsThatAFilterKeepsBack) {
  Scratch s;
  s.Put("b", "1");
  const int64_t start = PutTimes(s, "a", kBatch / 2);
  s.Delete("b");
  PutTimes(s, "a", kBatch / 2 + 100);
  WatchStream stream(s);

  const int64_t id =
      stream
          .Create(WatchCreate(s.prefix(), {.range_end = s.end(),
                                           .start_revision = start,
                                           .filters = {pb::WatchCreateRequest::NODELETE}}))
          .watch_id();

  EXPECT_THAT(stream.NextOf(id).events(), SizeIs(kBatch - 1));
  EXPECT_THAT(stream.NextOf(id).events(), SizeIs(101));
}

TEST(WatchCatchUp, GoesOnWhereAFilterKeepsAWholeResponseBack) {
  Scratch s;
  const int64_t start = PutTimes(s, "a", kBatch + 100);
  const int64_t deleted = s.Delete("a").header().revision();
  WatchStream stream(s);

  const int64_t id = stream
                         .Create(WatchCreate(s("a"), {.start_revision = start,
                                                      .filters = {pb::WatchCreateRequest::NOPUT}}))
                         .watch_id();

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsDeleteOf(s("a"), deleted)));
}

TEST(WatchCatchUp, NeverSplitsARevisionBetweenResponses) {
  Scratch s;
  const int64_t start = PutTimes(s, "a", kBatch - 1);
  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "2"), Put(s("b"), "2"), Put(s("c"), "2")})), IsOk());
  s.Put("d", "3");
  WatchStream stream(s);

  const int64_t id =
      stream.Create(WatchCreate(s("a"), {.range_end = s("z"), .start_revision = start})).watch_id();

  EXPECT_THAT(stream.NextOf(id).events(), SizeIs(kBatch - 1 + 3));
  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("d"), "3")));
}

// Nothing else is sent on the connection that could take an answer along which was held back.
TEST(WatchStart, InThePastIsAnsweredOnAConnectionThatIsUsedForNothingElse) {
  Scratch s;
  pb::WatchRequest watch;
  *watch.mutable_create_request() =
      WatchCreate(s("a"), {.start_revision = s.Put("a", "1").header().revision()});
  RawHttp2 connection(target().endpoint);

  connection.SendCall(1, "/etcdserverpb.Watch/Watch", watch.SerializeAsString());

  const auto headers = connection.Next(RawHttp2::kHeaders);
  ASSERT_TRUE(headers.has_value());
  EXPECT_EQ(headers->flags & kEndStream, 0) << "the stream has ended";
  EXPECT_TRUE(connection.Next(RawHttp2::kData).has_value());
}

}  // namespace
}  // namespace conformance
