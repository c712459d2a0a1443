#include "fakeserver/maintenance/auto_compaction.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// When, in minutes, and what is compacted up to `until` while the revision grows by one a minute.
std::vector<std::pair<int64_t, int64_t>> Compactions(AutoCompaction compaction, minutes until) {
  std::vector<std::pair<int64_t, int64_t>> made;
  while (compaction.next() <= TimePoint(until)) {
    const TimePoint now = compaction.next();
    const auto minute = std::chrono::duration_cast<minutes>(now.time_since_epoch()).count();
    if (const auto revision = compaction.Due(now, minute)) made.emplace_back(minute, *revision);
  }
  return made;
}

TEST(AutoCompactionTest, PeriodicKeepsTheHistoryOfAPeriod) {
  const auto compaction = AutoCompaction::Periodic(minutes(100), TimePoint(), 1);

  EXPECT_THAT(Compactions(compaction, minutes(300)),
              ElementsAre(Pair(102, 1), Pair(162, 60), Pair(222, 120), Pair(282, 180)));
}

TEST(AutoCompactionTest, PeriodicWaitsAWholePeriodBeforeTheFirst) {
  const auto compaction = AutoCompaction::Periodic(hours(5), TimePoint(), 1);

  EXPECT_THAT(Compactions(compaction, minutes(299)), IsEmpty());
  EXPECT_THAT(Compactions(compaction, minutes(300)), ElementsAre(Pair(300, 1)));
}

TEST(AutoCompactionTest, RevisionKeepsANumberOfRevisions) {
  const auto compaction = AutoCompaction::OfRevisions(8, TimePoint());

  EXPECT_THAT(Compactions(compaction, minutes(20)),
              ElementsAre(Pair(10, 2), Pair(15, 7), Pair(20, 12)));
}

TEST(AutoCompactionTest, NothingNewIsNothingToCompact) {
  auto compaction = AutoCompaction::OfRevisions(8, TimePoint());

  EXPECT_EQ(compaction.Due(TimePoint(minutes(5)), 20), 12);
  EXPECT_EQ(compaction.Due(TimePoint(minutes(10)), 20), std::nullopt);
}

}  // namespace
}  // namespace fakeetcd
