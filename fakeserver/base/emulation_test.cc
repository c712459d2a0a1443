#include "fakeserver/base/emulation.h"

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

TEST(BehaviorTest, AMinorStandsForItsReferencePatch) {
  struct ParseCase {
    const char* text;
    EtcdVersion want;
  };
  const ParseCase cases[] = {
      {"3.4", {3, 4, 23}}, {"3.5", {3, 5, 33}},    {"3.6", {3, 6, 14}},
      {"3.7", {3, 7, 1}},  {"3.4.45", {3, 4, 45}}, {"3.6.0", {3, 6, 0}},
  };
  for (const ParseCase& c : cases) {
    SCOPED_TRACE(c.text);
    const auto behavior = Behavior::Parse(c.text);
    ASSERT_TRUE(behavior.has_value());
    EXPECT_EQ(behavior->version, c.want);
  }
}

TEST(BehaviorTest, WhatIsNoKnownReleaseIsRefused) {
  for (const char* text : {"", "3", "3.", "3.3", "3.8", "4.4", "v3.4", "3.4.x", "3.4.1.2", "3.-4",
                           "3.4 ", "999999999999.4"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(Behavior::Parse(text).has_value());
  }
}

TEST(BehaviorTest, ARuleBeginsWithItsPatchRelease) {
  EXPECT_FALSE(Behavior::Of({3, 4, 24}).manual_progress_waits_for_sync);
  EXPECT_TRUE(Behavior::Of({3, 4, 25}).manual_progress_waits_for_sync);
  EXPECT_FALSE(Behavior::Of({3, 5, 7}).manual_progress_waits_for_sync);
  EXPECT_TRUE(Behavior::Of({3, 5, 8}).manual_progress_waits_for_sync);
  EXPECT_FALSE(Behavior::Of({3, 4, 99}).hash_kv_remembers_compactions);
  EXPECT_TRUE(Behavior::Of({3, 7, 0}).has_range_stream);
  EXPECT_FALSE(Behavior::Of({3, 6, 99}).has_range_stream);
}

}  // namespace
}  // namespace fakeetcd
