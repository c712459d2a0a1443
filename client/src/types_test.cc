#include "etcdpp/types.h"

#include <string>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using std::string_literals::operator""s;

struct PrefixCase {
  std::string prefix;
  std::string want;
};

TEST(PrefixRangeEndTest, IsTheFirstKeyAfterThePrefix) {
  const PrefixCase cases[] = {
      {"a", "b"},       {"ab", "ac"},        {"a\xff", "b"},     {"a\xff\xff", "b"},
      {"\xff", "\0"s},  {"\xff\xff", "\0"s}, {"", "\0"s},        {"a\0"s, "a\1"},
      {"\x7f", "\x80"}, {"a\xfe", "a\xff"},  {"/dir/", "/dir0"},
  };
  for (const PrefixCase& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.prefix));
    EXPECT_EQ(PrefixRangeEnd(c.prefix), c.want);
  }
}

struct RangeCase {
  std::string name;
  KeyRange range;
  std::string want_key;
  std::string want_end;
};

TEST(KeyRangeTest, SpeaksEtcdsConventions) {
  const RangeCase cases[] = {
      {"default", KeyRange(), "", ""},
      {"literal", "a", "a", ""},
      {"string", std::string("a\0b", 3), "a\0b"s, ""},
      {"key", KeyRange::Key("a"), "a", ""},
      {"prefix", KeyRange::Prefix("a/"), "a/", "a0"},
      {"prefix of nothing", KeyRange::Prefix(""), "\0"s, "\0"s},
      {"prefix of 0xff", KeyRange::Prefix("\xff"), "\xff", "\0"s},
      {"half open", KeyRange::HalfOpen("a", "c"), "a", "c"},
      {"from", KeyRange::From("m"), "m", "\0"s},
      {"from nothing", KeyRange::From(""), "\0"s, "\0"s},
      {"all", KeyRange::All(), "\0"s, "\0"s},
  };
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.range.key(), c.want_key);
    EXPECT_EQ(c.range.end(), c.want_end);
  }
}

TEST(KeyRangeTest, ContainsWhatIsBetweenItsEnds) {
  EXPECT_TRUE(KeyRange("a").Contains("a"));
  EXPECT_FALSE(KeyRange("a").Contains("aa"));
  EXPECT_TRUE(KeyRange::Prefix("a").Contains("aa"));
  EXPECT_FALSE(KeyRange::HalfOpen("a", "b").Contains("b"));
  EXPECT_FALSE(KeyRange::From("b").Contains("a"));
  EXPECT_TRUE(KeyRange::From("b").Contains("z"));
}

}  // namespace
}  // namespace etcdpp
