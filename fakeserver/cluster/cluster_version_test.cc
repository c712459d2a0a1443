#include "fakeserver/cluster/cluster_version.h"

#include <gtest/gtest.h>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{};

class ClusterVersionTest : public testing::Test {
 protected:
  explicit ClusterVersionTest(const char* release = "3.6") : behavior_(*Behavior::Parse(release)) {}

  const Behavior behavior_;
  ClusterVersion cluster_{behavior_};
};

TEST_F(ClusterVersionTest, BeginsAsTheReleaseWithoutItsPatch) {
  EXPECT_EQ(cluster_.version(), (EtcdVersion{3, 6, 0}));
  EXPECT_EQ(cluster_.Told(), "3.6");
  EXPECT_FALSE(cluster_.downgrading());
}

TEST_F(ClusterVersionTest, TargetsAreReadAsSemanticVersions) {
  for (const char* target : {"3.5", "3.5.0", "3.5.7", "3.5.0-rc.1", "3.5.0+git", "3.05.0", "3.5.0-",
                             "3.5.0+", "3.5.0-01"}) {
    SCOPED_TRACE(target);
    EXPECT_TRUE(cluster_.Validate(target).ok());
  }
  for (const char* target :
       {"", "x", "3", "3.", ".5", "v3.5.0", "3.5-rc.1", "3.5.0.0", " 3.5.0", "3.-5.0", "3.5.x",
        "3.5.", "3.99999999999999999999.0", "+3.5.0", "3.5+x", "3.5.0-a b"}) {
    SCOPED_TRACE(target);
    EXPECT_EQ(cluster_.Validate(target), error::WrongDowngradeVersionFormat());
  }
  for (const char* target : {"3.6", "3.4", "4.5.0"}) {
    SCOPED_TRACE(target);
    EXPECT_EQ(cluster_.Validate(target), error::InvalidDowngradeTarget());
  }
}

TEST_F(ClusterVersionTest, FollowsADowngradeAndItsEndAfterAWhile) {
  ASSERT_TRUE(cluster_.Enable("3.5", kStart).ok());
  EXPECT_EQ(cluster_.target(), "3.5.0");
  EXPECT_EQ(cluster_.Validate("3.5"), error::DowngradeInProgress());
  cluster_.RunDue(kStart + seconds(3));
  EXPECT_EQ(cluster_.version().minor, 6);
  cluster_.RunDue(kStart + seconds(4));
  EXPECT_EQ(cluster_.version().minor, 5);
  EXPECT_EQ(cluster_.next(), std::nullopt);

  ASSERT_TRUE(cluster_.Cancel(kStart + seconds(10)).ok());
  EXPECT_EQ(cluster_.Told(), "3.5");
  cluster_.RunDue(kStart + seconds(14));
  EXPECT_EQ(cluster_.Told(), "3.6");
}

TEST_F(ClusterVersionTest, ADowngradeCancelledAtOnceLeavesNothingToDo) {
  ASSERT_TRUE(cluster_.Enable("3.5", kStart).ok());
  ASSERT_TRUE(cluster_.Cancel(kStart).ok());
  EXPECT_EQ(cluster_.next(), std::nullopt);
  EXPECT_TRUE(cluster_.Cancel(kStart).ok());
}

class ClusterVersion35Test : public ClusterVersionTest {
 protected:
  ClusterVersion35Test() : ClusterVersionTest("3.5") {}
};

TEST_F(ClusterVersion35Test, TimesOutWhenItHasDoneWhatWasAsked) {
  EXPECT_EQ(cluster_.Cancel(kStart), error::NoDowngradeInProgress());
  EXPECT_EQ(cluster_.Enable("3.4", kStart), error::RequestTimedOut());
  EXPECT_TRUE(cluster_.downgrading());
  EXPECT_EQ(cluster_.next(), std::nullopt);
  EXPECT_EQ(cluster_.Cancel(kStart), error::RequestTimedOut());
  EXPECT_FALSE(cluster_.downgrading());
  EXPECT_EQ(cluster_.Told(), "3.5.0");
}

}  // namespace
}  // namespace fakeetcd
