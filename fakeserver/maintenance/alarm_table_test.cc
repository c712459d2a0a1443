#include "fakeserver/maintenance/alarm_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Alarm kNoSpace{AlarmType::kNoSpace, 1};
constexpr Alarm kCorrupt{AlarmType::kCorrupt, 1};

class AlarmTableTest : public testing::TestWithParam<const char*> {
 protected:
  const Behavior behavior_ = *Behavior::Parse(GetParam());
  AlarmTable alarms_{behavior_};
};

TEST_P(AlarmTableTest, ListsByTypeAndThenByMember) {
  for (const uint64_t member : {3, 1, 2}) alarms_.Raise({AlarmType::kNoSpace, member});
  alarms_.Raise(kCorrupt);
  EXPECT_THAT(alarms_.Of(AlarmType::kNone),
              ElementsAre(Alarm{AlarmType::kNoSpace, 1}, Alarm{AlarmType::kNoSpace, 2},
                          Alarm{AlarmType::kNoSpace, 3}, kCorrupt));
  EXPECT_THAT(alarms_.Of(AlarmType::kCorrupt), ElementsAre(kCorrupt));
}

TEST_P(AlarmTableTest, RaisingTwiceIsRaisingOnce) {
  EXPECT_EQ(alarms_.Raise(kNoSpace), kNoSpace);
  EXPECT_EQ(alarms_.Raise(kNoSpace), kNoSpace);
  EXPECT_EQ(alarms_.Clear(kNoSpace), kNoSpace);
  EXPECT_EQ(alarms_.Clear(kNoSpace), std::nullopt);
}

TEST_P(AlarmTableTest, NoSpaceIsInTheWayOfWhatAdds) {
  alarms_.Raise(kNoSpace);
  EXPECT_EQ(alarms_.CheckAddition(), error::NoSpace());
  EXPECT_TRUE(alarms_.CheckWrite().ok());
  alarms_.Clear(kNoSpace);
  EXPECT_TRUE(alarms_.CheckAddition().ok());
}

TEST_P(AlarmTableTest, NoSpaceLastsUntilTheLastMemberHasSome) {
  alarms_.Raise(kNoSpace);
  alarms_.Raise({AlarmType::kNoSpace, 2});
  alarms_.Clear(kNoSpace);
  EXPECT_EQ(alarms_.CheckAddition(), error::NoSpace());
}

TEST_P(AlarmTableTest, CorruptIsInTheWayOfEveryWrite) {
  alarms_.Raise(kCorrupt);
  EXPECT_EQ(alarms_.CheckAddition(), error::CorruptCluster());
  EXPECT_EQ(alarms_.CheckWrite(), error::CorruptCluster());
}

TEST_P(AlarmTableTest, OfAnUnknownTypeStopsNothing) {
  alarms_.Raise({static_cast<AlarmType>(7), 1});
  EXPECT_TRUE(alarms_.CheckAddition().ok());
  EXPECT_THAT(alarms_.Of(AlarmType::kNone), testing::SizeIs(1));
}

TEST_P(AlarmTableTest, ARestartPutsBothTypesInTheWay) {
  alarms_.Raise(kCorrupt);
  alarms_.Raise(kNoSpace);
  alarms_.Restart();
  EXPECT_EQ(alarms_.CheckWrite(), error::CorruptCluster());
  EXPECT_FALSE(alarms_.bypasses_permissions());
}

INSTANTIATE_TEST_SUITE_P(Releases, AlarmTableTest, testing::Values("3.4", "3.5", "3.6", "3.7"),
                         [](const auto& release) {
                           return std::string("Of3") + (release.param + 2);
                         });

TEST(AlarmsBefore36Test, TheLastTypeRaisedIsAllThatCounts) {
  const Behavior behavior = *Behavior::Parse("3.5");
  AlarmTable alarms(behavior);
  alarms.Raise(kNoSpace);
  alarms.Raise(kCorrupt);
  EXPECT_EQ(alarms.CheckWrite(), error::CorruptCluster());
  EXPECT_TRUE(alarms.bypasses_permissions());
  alarms.Clear(kCorrupt);
  EXPECT_TRUE(alarms.CheckAddition().ok());
  EXPECT_THAT(alarms.Of(AlarmType::kNone), ElementsAre(kNoSpace));
}

TEST(AlarmsSince36Test, TypesAddUp) {
  const Behavior behavior = *Behavior::Parse("3.6");
  AlarmTable alarms(behavior);
  alarms.Raise(kCorrupt);
  alarms.Raise(kNoSpace);
  EXPECT_EQ(alarms.CheckWrite(), error::CorruptCluster());
  alarms.Clear(kCorrupt);
  EXPECT_EQ(alarms.CheckAddition(), error::NoSpace());
  EXPECT_FALSE(alarms.bypasses_permissions());
}

TEST(AlarmsOfNoTypeTest, AreStoredBy34Only) {
  for (const char* release : {"3.4", "3.5"}) {
    const Behavior behavior = *Behavior::Parse(release);
    AlarmTable alarms(behavior);
    alarms.Raise({AlarmType::kNone, 7});
    EXPECT_EQ(alarms.Of(AlarmType::kNone).size(), behavior.alarm_of_no_type_is_stored ? 1U : 0U);
  }
}

}  // namespace
}  // namespace fakeetcd
