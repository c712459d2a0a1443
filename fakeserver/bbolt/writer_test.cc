#include "fakeserver/bbolt/writer.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "fakeserver/bbolt/format.h"
#include "fakeserver/bbolt/reader.h"
#include "fakeserver/bbolt/test_files.h"

namespace fakeetcd {
namespace {

TestBuckets ReadAll(const std::string& file) {
  const auto buckets = ReadBbolt(file);
  EXPECT_TRUE(buckets.ok()) << buckets.status();
  TestBuckets copies;
  if (!buckets.ok()) return copies;
  for (const auto& [name, entries] : *buckets) {
    copies[name].assign(entries.begin(), entries.end());
  }
  return copies;
}

TEST(BboltWriterTest, WhatIsWrittenIsReadAgain) {
  struct Case {
    const char* name;
    TestBuckets buckets;
  };
  const Case cases[] = {
      {"nothing", {}},
      {"empty buckets", {{"a", {}}, {"b", {}}}},
      {"small ones, inline", {{"a", {{"k", "v"}, {"l", ""}}}, {"b", {{"k", "w"}}}}},
      {"one leaf", {{"a", ManyEntries(20, 100)}}},
      {"leaves and a branch", {{"a", ManyEntries(1000, 30)}}},
      {"branches of branches", {{"a", ManyEntries(99999, 10)}}},
      {"values larger than pages", {{"a", {{"k", std::string(100000, 'x')}, {"l", "small"}}}}},
      {"a value among small ones",
       {{"a", {{"k", "s"}, {"l", std::string(5000, 'x')}, {"m", "s"}}}}},
      {"keys larger than pages",
       {{"a",
         {{std::string(5000, 'k'), "1"},
          {std::string(5000, 'l'), "2"},
          {std::string(5000, 'm'), "3"},
          {std::string(5000, 'n'), std::string(5000, 'x')}}}}},
      {"several trees", {{"a", ManyEntries(500, 30)}, {"b", {}}, {"c", ManyEntries(300, 1000)}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ReadAll(WriteAll(c.buckets)), c.buckets);
  }
}

TEST(BboltWriterTest, ManyBucketsMakeATreeOfTheirOwn) {
  TestBuckets buckets;
  for (const auto& [name, value] : ManyEntries(200, 0)) buckets[name] = {{"k", name}};
  EXPECT_EQ(ReadAll(WriteAll(buckets)), buckets);
}

TEST(BboltWriterTest, TheSizeIsKnownBeforeTheFirstByte) {
  const TestBuckets buckets = {{"a", ManyEntries(1000, 30)}, {"b", {{"k", "v"}}}};
  BboltWriter::Buckets sources;
  for (const auto& [name, entries] : buckets) {
    sources[name] = std::make_unique<BboltEntryList>(entries);
  }
  EXPECT_EQ(BboltWriter(std::move(sources)).size(), WriteAll(buckets).size());
}

TEST(BboltWriterTest, AFileIsMadeBitByBit) {
  BboltWriter::Buckets sources;
  sources["a"] = std::make_unique<BboltEntryList>(ManyEntries(1000, 30));
  BboltWriter writer(std::move(sources));
  std::string piece;
  writer.AppendNext(piece);
  EXPECT_EQ(piece.size(), 3 * 4096u);  // with the meta pages
  while (!writer.done()) {
    piece.clear();
    writer.AppendNext(piece);
    EXPECT_EQ(piece.size(), 4096u);
  }
}

TEST(BboltWriterTest, PagesAreFull) {
  // 64 entries of 63 bytes with their elements, and the page header, are 4096 bytes less 48.
  const std::string file = WriteAll({{"a", ManyEntries(64 * 10, 63 - 16 - 9)}});
  EXPECT_EQ(file.size(), (2 + 10 + 1 + 1) * 4096u);  // and a branch, and the root bucket
}

TEST(BboltWriterTest, MetaPagesAreBothValidAndTheFirstIsNewer) {
  const std::string file = WriteAll({{"a", {}}});
  for (const size_t page : {0, 1}) {
    const char* const meta = file.data() + page * 4096 + BboltFormat::kPageHeader;
    EXPECT_EQ(LoadLittle<uint64_t>(meta + 56),
              BboltFormat::Checksum({meta, BboltFormat::kMetaChecked}));
    EXPECT_EQ(LoadLittle<uint64_t>(meta + 48), 2 - page);
  }
}

}  // namespace
}  // namespace fakeetcd
