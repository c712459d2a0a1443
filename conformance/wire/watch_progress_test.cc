// How a client learns that a watch is up to date though nothing it covers changed: by asking, and
// by being told from time to time.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kAllWatches = -1;

// Old releases answer every request at once, whether the watches of the stream are in sync or not
// and even where there are none.
bool ProgressMeansInSync() { return target().version.Since({V(3, 4, 25), V(3, 5, 8), V(3, 6, 0)}); }

// Whether a watch that is to start later counts as behind until then.
bool TheFutureHasNoProgress() {
  return target().version.Since({V(3, 4, 38), V(3, 5, 22), V(3, 6, 2)});
}

std::vector<pb::WatchResponse> Of(int64_t id, const std::vector<pb::WatchResponse>& responses) {
  std::vector<pb::WatchResponse> found;
  std::ranges::copy_if(responses, std::back_inserter(found),
                       [id](const pb::WatchResponse& r) { return r.watch_id() == id; });
  return found;
}

// A watch that asks for a history that is gone, and has been told so.
int64_t CreateCompacted(const Scratch& s, WatchStream* stream, WatchOptions options = {}) {
  options.start_revision = s.Put("a", "1").header().revision();
  const int64_t compacted = s.Put("a", "2").header().revision();
  EXPECT_THAT(s.Call(Compact(compacted)), IsOk());
  const int64_t id = stream->Create(WatchCreate(s("a"), options)).watch_id();
  EXPECT_THAT(stream->NextOf(id), SaysCompacted(compacted));
  return id;
}

TEST(WatchProgress, IsOfAllWatchesOfTheStreamTogether) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  stream.Create(WatchCreate(s("b")));

  stream.SendProgress();

  EXPECT_THAT(stream.Next(), IsProgressOf(kAllWatches));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchProgress, HasAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  const int64_t revision = s.Put("b", "1").header().revision();

  stream.SendProgress();

  const auto progress = stream.Next();
  EXPECT_THAT(progress.header(), IsFullHeader());
  EXPECT_THAT(progress, AtRevision(revision));
}

TEST(WatchProgress, IsToldOncePerRequest) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a")));
  for (int i = 0; i < 3; ++i) stream.SendProgress();
  const auto responses = stream.UntilFence();
  EXPECT_THAT(responses, SizeIs(3));
  EXPECT_THAT(responses, Each(IsProgressOf(kAllWatches)));
}

TEST(WatchProgress, IsToldToTheStreamThatAskedAlone) {
  Scratch s;
  WatchStream asking(s);
  WatchStream other(s);
  asking.Create(WatchCreate(s("a")));
  other.Create(WatchCreate(s("a")));

  asking.SendProgress();

  EXPECT_THAT(asking.Next(), IsProgressOf(kAllWatches));
  EXPECT_THAT(other.UntilFence(), IsEmpty());
}

TEST(WatchProgress, IsToldOfAWatchThatAskedForNoNotifications) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.progress_notify = false, .watch_id = 7}));
  stream.SendProgress();
  EXPECT_THAT(stream.Next(), IsProgressOf(kAllWatches));
}

TEST(WatchProgress, IsToldThoughAFilterLeavesNoEvents) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(
      s("a"), {.filters = {pb::WatchCreateRequest::NOPUT, pb::WatchCreateRequest::NODELETE}}));
  const int64_t revision = s.Put("a", "1").header().revision();

  stream.SendProgress();

  EXPECT_THAT(stream.Next(), AtRevision(revision));
}

TEST(WatchProgress, OfAStreamWithoutWatchesIsToldByOldReleasesOnly) {
  Scratch s;
  WatchStream stream(s);
  stream.SendProgress();
  EXPECT_THAT(stream.UntilFence(), SizeIs(ProgressMeansInSync() ? 0 : 1));
}

TEST(WatchProgress, OfAStreamWhoseWatchesAreCanceledIsToldByOldReleasesOnly) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  stream.SendCancel(id);
  ASSERT_TRUE(stream.NextOf(id).canceled());

  stream.SendProgress();

  EXPECT_THAT(stream.UntilFence(), SizeIs(ProgressMeansInSync() ? 0 : 1));
}

// How fast a watch catches up is the server's affair: by the time the request is read it may be
// behind, and then new releases say nothing, or in sync.
TEST(WatchProgress, OfAWatchThatIsCatchingUpIsNotToldBeforeItsEventsByNewReleases) {
  Scratch s;
  constexpr size_t kHistory = 2500;  // more than two responses hold
  const int64_t start = s.Revision() + 1;
  for (const auto& put : CallAll(s, std::vector(kHistory, Put(s("a"), "1")))) {
    ASSERT_THAT(put, IsOk());
  }
  WatchStream stream(s);
  stream.SendCreate(WatchCreate(s("a"), {.start_revision = start, .watch_id = 7}));
  stream.SendProgress();
  ASSERT_TRUE(stream.NextOf(7).created());

  size_t told = 0;
  for (size_t events = 0; events < kHistory;) {
    const auto response = stream.Next();
    events += response.events_size();
    told += response.watch_id() == kAllWatches ? 1 : 0;
  }

  const size_t told_after = Of(kAllWatches, stream.UntilFence()).size();
  if (ProgressMeansInSync()) {
    EXPECT_EQ(told, 0u);
  } else {
    EXPECT_EQ(told + told_after, 1u);
  }
}

TEST(WatchProgress, OfAWatchOfTheFutureIsToldByOldReleasesOnly) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.start_revision = s.Revision() + 100}));
  stream.SendProgress();
  EXPECT_THAT(stream.UntilFence(), SizeIs(TheFutureHasNoProgress() ? 0 : 1));
}

TEST(WatchProgress, OfAWatchOfTheFutureIsToldOnceItsStartIsReached) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.start_revision = s.Revision() + 2}));
  s.Put("b", "1");
  const int64_t start = s.Put("b", "2").header().revision();

  stream.SendProgress();

  const auto progress = stream.Next();
  EXPECT_THAT(progress, IsProgressOf(kAllWatches));
  EXPECT_THAT(progress, AtRevision(start));
}

TEST(WatchProgress, OfAWatchWhoseStartIsCompactedIsToldByOldReleasesOnly) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b")));
  CreateCompacted(s, &stream);

  stream.SendProgress();

  EXPECT_THAT(stream.UntilFence(), SizeIs(ProgressMeansInSync() ? 0 : 1));
}

TEST(WatchProgress, IsToldAgainOnceTheWatchWhoseStartIsCompactedIsCanceled) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b")));
  const int64_t compacted = CreateCompacted(s, &stream);
  stream.SendCancel(compacted);
  ASSERT_TRUE(stream.NextOf(compacted).canceled());

  stream.SendProgress();

  EXPECT_THAT(stream.Next(), IsProgressOf(kAllWatches));
}

TEST(WatchProgress, IsNotToldBeforeTheEventsItCoversByNewReleases) {
  Scratch s;
  WatchStream stream(s);
  int64_t seen = stream.Create(WatchCreate(s("a"))).header().revision();
  for (int i = 0; i < 20; ++i) {
    s.Put("a", "1");
    stream.SendProgress();
  }

  const auto responses = stream.UntilFence();

  EXPECT_THAT(Of(kAllWatches, responses), SizeIs(20));
  if (!ProgressMeansInSync()) return;
  for (const pb::WatchResponse& response : responses) {
    if (response.watch_id() == kAllWatches) {
      EXPECT_THAT(response, AtRevision(seen));
    }
    if (response.events_size() > 0) seen = response.events().rbegin()->kv().mod_revision();
  }
}

class WatchProgressNotify : public testing::Test {
 protected:
  void SetUp() override {
    if (target().progress_notify_interval.count() == 0) {
      GTEST_SKIP() << "needs --progress-notify-interval";
    }
  }
};

// Waits for notifications of the watch `id`: what came meanwhile for others.
std::vector<pb::WatchResponse> UntilNotified(WatchStream* stream, int64_t id, int times) {
  std::vector<pb::WatchResponse> others;
  while (times > 0) {
    pb::WatchResponse response = stream->Next();
    if (response.watch_id() != id) {
      others.push_back(std::move(response));
      continue;
    }
    EXPECT_THAT(response, IsProgressOf(id));
    --times;
  }
  return others;
}

TEST_F(WatchProgressNotify, ComesUnderTheIdOfTheWatch) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 7}));
  EXPECT_THAT(stream.Next(), IsProgressOf(7));
}

TEST_F(WatchProgressNotify, ComesAgainAndAgain) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.progress_notify = true})).watch_id();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(stream.Next(), IsProgressOf(id));
}

TEST_F(WatchProgressNotify, HasAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.progress_notify = true})).watch_id();
  const int64_t revision = s.Revision();

  const auto notification = stream.NextOf(id);

  EXPECT_THAT(notification.header(), IsFullHeader());
  EXPECT_THAT(notification, AtRevision(revision));
}

TEST_F(WatchProgressNotify, TellsOfChangesTheWatchDoesNotCover) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.progress_notify = true})).watch_id();
  stream.NextOf(id);

  const int64_t revision = s.Put("b", "1").header().revision();

  pb::WatchResponse notification;
  do {
    notification = stream.NextOf(id);
    ASSERT_THAT(notification, IsProgressOf(id));
  } while (notification.header().revision() < revision);
  EXPECT_THAT(notification, AtRevision(revision));
}

TEST_F(WatchProgressNotify, ComesToEachWatchThatAskedAndToNoOther) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 1}));
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 2}));
  stream.Create(WatchCreate(s("a"), {.watch_id = 3}));

  const auto others = UntilNotified(&stream, 1, 3);

  EXPECT_THAT(others, Each(IsProgressOf(2)));
  EXPECT_FALSE(others.empty());
}

TEST_F(WatchProgressNotify, EndsWithTheWatch) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 1}));
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 2}));
  stream.SendCancel(2);
  while (!stream.NextOf(2).canceled()) {
  }
  EXPECT_THAT(UntilNotified(&stream, 1, 3), IsEmpty());
}

TEST_F(WatchProgressNotify, ComesToAWatchOfTheFutureInOldReleasesOnly) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.progress_notify = true, .watch_id = 1}));
  stream.Create(WatchCreate(
      s("a"), {.start_revision = s.Revision() + 1000, .progress_notify = true, .watch_id = 2}));

  const auto others = UntilNotified(&stream, 1, 3);

  EXPECT_EQ(others.empty(), TheFutureHasNoProgress());
}

TEST_F(WatchProgressNotify, DoesNotComeToAWatchWhoseStartIsCompacted) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("b"), {.progress_notify = true, .watch_id = 1}));
  CreateCompacted(s, &stream, {.progress_notify = true, .watch_id = 2});
  EXPECT_THAT(UntilNotified(&stream, 1, 3), IsEmpty());
}

TEST_F(WatchProgressNotify, ComesAgainAfterEvents) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.progress_notify = true})).watch_id();
  const int64_t revision = s.Put("a", "1").header().revision();

  pb::WatchResponse response;
  do response = stream.NextOf(id);
  while (response.events_size() == 0);

  const auto notification = stream.NextOf(id);
  EXPECT_THAT(notification, IsProgressOf(id));
  EXPECT_THAT(notification, AtRevision(revision));
}

}  // namespace
}  // namespace conformance
