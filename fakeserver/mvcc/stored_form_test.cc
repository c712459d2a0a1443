#include "fakeserver/mvcc/stored_form.h"

#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

std::string KeyOf(const Version& version) {
  std::string key;
  AppendStoredKey(version.modified(), version.tombstone(), key);
  return key;
}

std::string ValueOf(const Version& version) {
  std::string value;
  AppendStoredValue(version, value);
  return value;
}

VersionPtr Sample() {
  return Version::Make("leased", "x",
                       {.modified = {8, 1}, .create_revision = 7, .version = 2, .lease = -5});
}

TEST(StoredFormTest, KeysAreEtcdsOwn) {
  EXPECT_EQ(KeyOf(*Sample()), std::string("\0\0\0\0\0\0\0\x08_\0\0\0\0\0\0\0\x01", 17));
  EXPECT_EQ(KeyOf(*Version::Make("a", {}, {.modified = {258, 0}})),
            std::string("\0\0\0\0\0\0\x01\x02_\0\0\0\0\0\0\0\0t", 18));
}

TEST(StoredFormTest, ValuesAreEtcdsOwn) {
  const auto put =
      Version::Make("a", "va", {.modified = {2, 0}, .create_revision = 2, .version = 1});
  EXPECT_EQ(ValueOf(*put),
            "\n\x01"
            "a\x10\x02\x18\x02 \x01*\x02va");
  EXPECT_EQ(ValueOf(*Version::Make("b", {}, {.modified = {7, 0}})),
            "\n\x01"
            "b");
}

TEST(StoredFormTest, SizesAreOfWhatIsAppended) {
  for (const VersionPtr& version :
       {Sample(),
        Version::Make(std::string(300, 'k'), std::string(70000, 'v'),
                      {.modified = {1 << 20, 3}, .create_revision = 129, .version = 9}),
        Version::Make("gone", {}, {.modified = {7, 0}})}) {
    EXPECT_EQ(StoredKeySize(version->tombstone()), KeyOf(*version).size());
    EXPECT_EQ(StoredValueSize(*version), ValueOf(*version).size());
  }
}

TEST(StoredFormTest, AVersionComesBackAsItWas) {
  const VersionPtr version = Sample();
  const auto parsed = ParseStored(KeyOf(*version), ValueOf(*version));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ((*parsed)->key(), "leased");
  EXPECT_EQ((*parsed)->value(), "x");
  EXPECT_EQ((*parsed)->modified(), (Revision{8, 1}));
  EXPECT_EQ((*parsed)->create_revision(), 7);
  EXPECT_EQ((*parsed)->version(), 2);
  EXPECT_EQ((*parsed)->lease(), -5);
}

TEST(StoredFormTest, ATombstoneComesBackAsItWas) {
  const auto version = Version::Make("gone", {}, {.modified = {7, 0}});
  const auto parsed = ParseStored(KeyOf(*version), ValueOf(*version));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE((*parsed)->tombstone());
  EXPECT_EQ((*parsed)->key(), "gone");
  EXPECT_EQ((*parsed)->modified(), (Revision{7, 0}));
}

TEST(StoredFormTest, AnEntryWithoutValueOnlyHoldsARevision) {
  const auto parsed = ParseStored(StoredRevision(1000), "");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_FALSE((*parsed)->tombstone());
  EXPECT_EQ((*parsed)->key(), "");
  EXPECT_EQ(KeyOf(**parsed), StoredRevision(1000));
  EXPECT_EQ(ValueOf(**parsed), "");
}

TEST(StoredFormTest, WhatEtcdDoesNotWriteIsRefused) {
  const std::string key = KeyOf(*Sample());
  const std::string value = ValueOf(*Sample());
  struct Case {
    const char* name;
    std::string key;
    std::string value;
  };
  const Case cases[] = {
      {"a key that is too short", key.substr(1), value},
      {"a key that is too long", key + "tt", value},
      {"another mark than that of a tombstone", key + "x", value},
      {"no underscore", std::string(key).replace(8, 1, "-"), value},
      {"a negative revision", std::string(key).replace(0, 1, "\xff"), value},
      {"revision 0", KeyOf(*Version::Make("a", "b", {.modified = {0, 0}, .version = 1})), value},
      {"another revision", StoredRevision(9), value},
      {"created later", StoredRevision(8),
       ValueOf(*Version::Make("a", "b", {.modified = {8, 0}, .create_revision = 9, .version = 1}))},
      {"never created", StoredRevision(8),
       ValueOf(*Version::Make("a", "b", {.modified = {8, 0}, .version = 1}))},
      {"no key", StoredRevision(8),
       "\x10\x08\x18\x08\x20\x01\x2a\x01"
       "b"},
      {"a tombstone of no key", KeyOf(*Version::Make("a", {}, {.modified = {7, 0}})), ""},
      {"half a value", key, value.substr(0, value.size() - 1)},
      {"an unknown field", key, value + "\x40\x01"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ParseStored(c.key, c.value).status().code(), absl::StatusCode::kDataLoss) << c.name;
  }
}

TEST(StoredFormTest, RevisionsOfCompactionsGoThereAndBack) {
  const auto revision = ParseStoredRevision(StoredRevision(123456));
  ASSERT_TRUE(revision.ok());
  EXPECT_EQ(*revision, 123456);
  EXPECT_FALSE(ParseStoredRevision("tomorrow").ok());
}

}  // namespace
}  // namespace fakeetcd
