#include "conformance/support/version.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(VersionTest, ParsesTwoOrThreeNumbers) {
  EXPECT_EQ(Version::Parse("3.4"), V(3, 4, 0));
  EXPECT_EQ(Version::Parse("3.4.23"), V(3, 4, 23));
  EXPECT_EQ(Version::Parse("3.6.0-rc.1"), V(3, 6, 0));
  for (const char* text : {"", "3", "3.", "3.4.", "3.4.5.6", "a.b", "3.x", "3.-4"}) {
    EXPECT_FALSE(Version::Parse(text).has_value()) << text;
  }
}

TEST(VersionTest, AtLeastIgnoresThePatch) {
  EXPECT_TRUE(V(3, 5, 0).AtLeast(3, 5));
  EXPECT_FALSE(V(3, 4, 99).AtLeast(3, 5));
  EXPECT_TRUE(V(4, 0, 0).AtLeast(3, 5));
}

TEST(VersionTest, SinceKnowsWhatWasPortedBack) {
  const auto has = [](Version v) { return v.Since({V(3, 4, 27), V(3, 5, 10), V(3, 6, 0)}); };
  EXPECT_FALSE(has(V(3, 4, 26)));
  EXPECT_TRUE(has(V(3, 4, 27)));
  EXPECT_FALSE(has(V(3, 5, 9)));
  EXPECT_TRUE(has(V(3, 5, 10)));
  EXPECT_TRUE(has(V(3, 6, 0)));
  EXPECT_TRUE(has(V(3, 7, 1)));
  EXPECT_FALSE(has(V(3, 3, 40)));
}

TEST(VersionTest, SinceLeavesOutLinesThatNeverGotIt) {
  EXPECT_FALSE(V(3, 4, 45).Since({V(3, 5, 10), V(3, 6, 0)}));
}

}  // namespace
}  // namespace conformance
