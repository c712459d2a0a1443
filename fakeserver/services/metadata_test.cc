#include "fakeserver/services/metadata.h"

#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

TEST(IsUtf8Test, TakesWhatIsText) {
  for (const char* text : {"", "3.6", "what is this", "\xc3\xa4", "\xe2\x82\xac",
                           "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "a\xed\x9f\xbf"}) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(IsUtf8(text));
  }
}

TEST(IsUtf8Test, RefusesWhatIsNone) {
  for (const char* text :
       {"\xff", "\x80", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "ok\xe2\x28\xa1"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(IsUtf8(text));
  }
}

}  // namespace
}  // namespace fakeetcd
