#include "client/src/watch_buffer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

constexpr size_t kPlenty = size_t{1} << 20;

WatchEvent PutAt(int64_t revision, std::string key = "k") {
  return {WatchEvent::Type::kPut, {.key = std::move(key), .mod_revision = revision}, {}};
}

WatchFrame Events(std::vector<WatchEvent> events, bool fragment = false) {
  WatchFrame frame;
  frame.header.revision = events.empty() ? 0 : events.back().kv.mod_revision;
  frame.fragment = fragment;
  frame.events = std::move(events);
  return frame;
}

WatchFrame ProgressAt(int64_t revision) {
  WatchFrame frame;
  frame.header.revision = revision;
  return frame;
}

std::vector<int64_t> TakeRevisions(WatchBuffer& buffer) {
  std::vector<int64_t> revisions;
  for (const WatchEvent& event : (*buffer.Take()).events) {
    revisions.push_back(event.kv.mod_revision);
  }
  return revisions;
}

using Revisions = std::vector<int64_t>;

TEST(WatchBufferTest, ResumesAfterTheLastRevisionReceived) {
  WatchBuffer buffer(5, kPlenty);
  EXPECT_EQ(buffer.ResumeRevision(), 5);

  buffer.OnCreated(20);
  EXPECT_EQ(buffer.ResumeRevision(), 5);
  buffer.OnFrame(Events({PutAt(6), PutAt(8)}));

  EXPECT_EQ(buffer.ResumeRevision(), 9);
}

TEST(WatchBufferTest, FromNowOnMeansAfterTheFirstConfirmation) {
  WatchBuffer buffer(0, kPlenty);
  EXPECT_EQ(buffer.ResumeRevision(), 0);

  buffer.OnCreated(10);
  EXPECT_EQ(buffer.ResumeRevision(), 11);
  buffer.OnStreamLost();
  buffer.OnCreated(15);

  EXPECT_EQ(buffer.ResumeRevision(), 11);
}

TEST(WatchBufferTest, KeepsAnEventOfTheVeryRevisionOfTheConfirmation) {
  // A newer server registers the watch before it reads the revision for its confirmation.
  WatchBuffer buffer(0, kPlenty);
  buffer.OnCreated(10);

  buffer.OnFrame(Events({PutAt(9)}));
  buffer.OnFrame(Events({PutAt(10)}));

  EXPECT_EQ(TakeRevisions(buffer), Revisions{9});
  EXPECT_EQ(TakeRevisions(buffer), Revisions{10});
  EXPECT_EQ(buffer.ResumeRevision(), 11);
}

TEST(WatchBufferTest, DropsWhatANewStreamRepeats) {
  WatchBuffer buffer(1, kPlenty);
  buffer.OnFrame(Events({PutAt(2), PutAt(3)}));
  buffer.OnStreamLost();

  buffer.OnFrame(Events({PutAt(3), PutAt(4)}));
  buffer.OnFrame(Events({PutAt(4)}));

  EXPECT_EQ(TakeRevisions(buffer), (Revisions{2, 3}));
  EXPECT_EQ(TakeRevisions(buffer), Revisions{4});
  EXPECT_FALSE(buffer.ready());
}

TEST(WatchBufferTest, PutsTheFragmentsOfAResponseTogether) {
  WatchBuffer buffer(1, kPlenty);

  buffer.OnFrame(Events({PutAt(2, "a")}, true));
  buffer.OnFrame(Events({PutAt(2, "b")}, true));
  EXPECT_FALSE(buffer.ready());
  buffer.OnFrame(Events({PutAt(2, "c")}));

  EXPECT_EQ(TakeRevisions(buffer), (Revisions{2, 2, 2}));
}

TEST(WatchBufferTest, KeepsNothingOfAResponseTheStreamBrokeIn) {
  WatchBuffer buffer(1, kPlenty);
  buffer.OnFrame(Events({PutAt(2, "a")}, true));

  buffer.OnStreamLost();
  EXPECT_EQ(buffer.ResumeRevision(), 1);
  buffer.OnFrame(Events({PutAt(2, "a"), PutAt(2, "b")}));

  EXPECT_EQ(TakeRevisions(buffer), (Revisions{2, 2}));
}

TEST(WatchBufferTest, ProgressOfItsOwnMovesTheResumeRevision) {
  WatchBuffer buffer(1, kPlenty);

  buffer.OnFrame(ProgressAt(30));

  EXPECT_EQ(buffer.ResumeRevision(), 31);
  const auto response = buffer.Take();
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->IsProgress());
  EXPECT_EQ(response->header.revision, 30);
}

TEST(WatchBufferTest, ProgressNeverMovesTheResumeRevisionBack) {
  WatchBuffer buffer(100, kPlenty);

  buffer.OnFrame(ProgressAt(30));

  EXPECT_EQ(buffer.ResumeRevision(), 100);
}

TEST(WatchBufferTest, ConcludesNothingFromProgressOfTheWholeStream) {
  // Before 3.4.25 it comes ahead of events.
  WatchBuffer buffer(1, kPlenty);
  buffer.OnStreamProgress({.revision = 30});

  buffer.OnFrame(Events({PutAt(20)}));

  EXPECT_EQ(TakeRevisions(buffer), Revisions{});
  EXPECT_EQ(TakeRevisions(buffer), Revisions{20});
}

TEST(WatchBufferTest, HoldsOneProgressNotificationOfSeveral) {
  WatchBuffer buffer(1, kPlenty);

  buffer.OnFrame(ProgressAt(30));
  buffer.OnFrame(ProgressAt(31));

  EXPECT_EQ((*buffer.Take()).header.revision, 31);
  EXPECT_FALSE(buffer.ready());
}

TEST(WatchBufferTest, GivesWhatItHasBeforeTheEnd) {
  WatchBuffer buffer(1, kPlenty);
  buffer.OnFrame(Events({PutAt(2)}));

  buffer.End(Status(Code::kOutOfRange, "compacted"), false);

  EXPECT_EQ(TakeRevisions(buffer), Revisions{2});
  EXPECT_EQ(buffer.Take().status().message(), "compacted");
  EXPECT_EQ(buffer.Take().status().message(), "compacted");
}

TEST(WatchBufferTest, OnlyTheFirstEndCounts) {
  WatchBuffer buffer(1, kPlenty);
  buffer.OnFrame(Events({PutAt(2)}));

  buffer.End(Status(Code::kCancelled, "first"), true);
  buffer.End(Status(Code::kUnknown, "second"), false);

  EXPECT_EQ(buffer.Take().status().message(), "first");
}

TEST(WatchBufferTest, IsFullUntilHalfIsTaken) {
  WatchBuffer buffer(1, 4000);
  for (int64_t revision = 2; !buffer.full(); ++revision) {
    buffer.OnFrame(Events({PutAt(revision, std::string(500, 'k'))}));
  }
  EXPECT_FALSE(buffer.drained());

  int taken = 0;
  for (; !buffer.drained(); ++taken) EXPECT_TRUE(buffer.Take().ok());

  EXPECT_GE(taken, 2);
  EXPECT_TRUE(buffer.ready());
  while (buffer.ready()) EXPECT_TRUE(buffer.Take().ok());
  EXPECT_FALSE(buffer.full());
}

}  // namespace
}  // namespace etcdpp
