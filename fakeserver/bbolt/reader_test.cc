#include "fakeserver/bbolt/reader.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/bbolt/format.h"
#include "fakeserver/bbolt/test_files.h"
#include "fakeserver/bbolt/trailer.h"

namespace fakeetcd {
namespace {

using testing::HasSubstr;
using Format = BboltFormat;

constexpr size_t kPage = 4096;

// Three leaves in pages 2 to 4, their branch in 5, the root bucket in 6.
std::string SmallFile() { return WriteAll({{"a", ManyEntries(90, 100)}, {"b", {{"k", "v"}}}}); }

std::string Message(std::string_view file) {
  const auto buckets = ReadBbolt(file);
  return buckets.ok() ? "(read)" : std::string(buckets.status().message());
}

template <typename Integer>
void Poke(std::string& file, size_t page, size_t at, Integer value) {
  StoreLittle<Integer>(value, &file[page * kPage + at]);
}

// Makes a changed meta page valid again.
void Sign(std::string& file, size_t page) {
  const size_t meta = page * kPage + Format::kPageHeader;
  const std::string_view checked(&file[meta], Format::kMetaChecked);
  StoreLittle<uint64_t>(Format::Checksum(checked), &file[meta + 56]);
}

void PokeMetas(std::string& file, size_t at, uint64_t value) {
  for (const size_t page : {0, 1}) {
    Poke<uint64_t>(file, page, Format::kPageHeader + at, value);
    Sign(file, page);
  }
}

TEST(BboltReaderTest, TheNewerMetaPageCounts) {
  std::string file = SmallFile();
  // An older one that leads nowhere does no harm, a newer one does.
  Poke<uint64_t>(file, 1, Format::kPageHeader + 16, 99);
  Sign(file, 1);
  EXPECT_EQ(Message(file), "(read)");
  Poke<uint64_t>(file, 1, Format::kPageHeader + 48, 3);
  Sign(file, 1);
  EXPECT_THAT(Message(file), HasSubstr("page 99"));
}

TEST(BboltReaderTest, OneValidMetaPageIsEnough) {
  for (const size_t page : {0, 1}) {
    std::string file = SmallFile();
    file[page * kPage + Format::kPageHeader] = 'x';
    EXPECT_EQ(Message(file), "(read)") << page;
    file[(1 - page) * kPage + Format::kPageHeader + 56] = 'x';
    EXPECT_THAT(Message(file), HasSubstr("no bbolt database")) << page;
  }
}

TEST(BboltReaderTest, AFileMayBeLongerThanTheDatabase) {
  EXPECT_EQ(Message(SmallFile() + std::string(kPage, 'x')), "(read)");
  EXPECT_THAT(Message(SmallFile() + "x"), HasSubstr("ends within a page"));
}

TEST(BboltReaderTest, AListOfFreePagesIsChecked) {
  // Page 8 is free and page 7 lists it.
  std::string file = SmallFile() + std::string(2 * kPage, '\0');
  ASSERT_EQ(file.size(), 9 * kPage);
  PokeMetas(file, 32, 7);
  PokeMetas(file, 40, 9);
  Poke<uint64_t>(file, 7, 0, 7);
  Poke<uint16_t>(file, 7, 8, Format::kFreelist);
  Poke<uint16_t>(file, 7, 10, 1);
  Poke<uint64_t>(file, 7, 16, 8);
  EXPECT_EQ(Message(file), "(read)");

  Poke<uint16_t>(file, 7, 10, UINT16_MAX);  // a list too long to count in two bytes
  Poke<uint64_t>(file, 7, 16, 1);
  Poke<uint64_t>(file, 7, 24, 8);
  EXPECT_EQ(Message(file), "(read)");
  Poke<uint64_t>(file, 7, 16, UINT64_MAX);
  EXPECT_THAT(Message(file), HasSubstr("shorter than its freelist"));

  Poke<uint16_t>(file, 7, 10, 1);
  Poke<uint64_t>(file, 7, 16, 3);
  EXPECT_THAT(Message(file), HasSubstr("page 3 is in use and free"));
  Poke<uint64_t>(file, 7, 16, 9);
  EXPECT_THAT(Message(file), HasSubstr("page 9 is free and not there"));
  Poke<uint16_t>(file, 7, 10, 0);
  EXPECT_THAT(Message(file), HasSubstr("page 8 is neither in use nor free"));
  Poke<uint16_t>(file, 7, 8, Format::kLeaf);
  EXPECT_THAT(Message(file), HasSubstr("page 7 is no freelist"));
}

TEST(BboltReaderTest, DamageIsNamed) {
  constexpr size_t kElements = Format::kPageHeader;
  struct Case {
    const char* says;
    size_t page;
    size_t at;
    uint32_t value;
  };
  const Case cases[] = {
      {"page 3 says it is page 77", 3, 0, 77},
      {"page 3 is neither branch nor leaf", 3, 8, Format::kMeta | 50 << 16},
      {"page 3 is longer than the file", 3, 12, 100},
      {"page 3 is in use twice", 2, 12, 1},
      {"page 3 has an element that does not fit", 3, 8, Format::kLeaf | 5000 << 16},
      {"page 3 has a bucket within a bucket", 3, kElements, 1},
      {"page 3 has an element that does not fit", 3, kElements + 4, UINT32_MAX},
      {"page 3 has an element that does not fit", 3, kElements + 8, UINT32_MAX},
      {"page 3 has an element that does not fit", 3, kElements + 12, UINT32_MAX},
      {"page 3 has its keys out of order", 3, kElements + 8, 0},
      {"page 5 is a branch without children", 5, 8, Format::kBranch},
      {"page 5 has an element that does not fit", 5, 8, Format::kBranch | 5000 << 16},
      {"page 5 has an element that does not fit", 5, kElements, UINT32_MAX},
      {"page 5 has an element that does not fit", 5, kElements + 16 + 4, UINT32_MAX},
      {"page 5 has its keys out of order", 5, kElements + 16 + 4, 0},
      {"page 5 is in use twice", 5, kElements + 8, 5},
      {"page 0 is referred to and not there", 5, kElements + 8, 0},
      {"page 7 is referred to and not there", 5, kElements + 8, 7},
      {"page 6 has an entry outside of any bucket", 6, kElements, 0},
  };
  for (const Case& c : cases) {
    std::string file = SmallFile();
    ASSERT_EQ(file.size(), 7 * kPage);
    Poke<uint32_t>(file, c.page, c.at, c.value);
    EXPECT_THAT(Message(file), HasSubstr(c.says)) << c.says << ", " << c.page << ", " << c.at;
  }
}

TEST(BboltReaderTest, KeysMustBeWhereTheirBranchSaysTheyAre) {
  std::string file = SmallFile();
  const size_t key = file.find("key-00050");
  ASSERT_NE(key, std::string::npos);
  file[key + 4] = '9';
  EXPECT_THAT(Message(file), HasSubstr("keys out of order"));
}

TEST(BboltReaderTest, AChainOfBranchesHasAnEnd) {
  constexpr uint64_t kPages = 200;
  std::string file = SmallFile() + std::string((kPages - 7) * kPage, '\0');
  PokeMetas(file, 40, kPages);
  PokeMetas(file, 16, 7);
  for (uint64_t page = 7; page < kPages; ++page) {
    Poke<uint64_t>(file, page, 0, page);
    Poke<uint32_t>(file, page, 8, Format::kBranch | 1 << 16);
    Poke<uint32_t>(file, page, 16, 16);
    Poke<uint64_t>(file, page, 24, page + 1);
  }
  EXPECT_THAT(Message(file), HasSubstr("too far from the root"));
}

TEST(BboltReaderTest, AnyTruncationOfASnapshotIsNoticed) {
  std::string file = SmallFile();
  const size_t database = file.size();
  Sha256 sha;
  sha.Add(file);
  file += sha.Digest();
  for (size_t size = 0; size < file.size(); ++size) {
    const auto truncated = DatabaseOfSnapshot(std::string_view(file).substr(0, size));
    const bool read = truncated.ok() && ReadBbolt(*truncated).ok();
    EXPECT_EQ(read, size == database) << size;
  }
  ASSERT_TRUE(DatabaseOfSnapshot(file).ok());
  EXPECT_EQ(DatabaseOfSnapshot(file)->size(), database);
}

TEST(BboltReaderTest, AnyFlippedBitOfASnapshotIsNoticed) {
  std::string file = WriteAll({{"a", {{"k", "v"}}}});
  Sha256 sha;
  sha.Add(file);
  file += sha.Digest();
  for (size_t i = 0; i < file.size(); ++i) {
    file[i] = static_cast<char>(file[i] ^ 0x10);
    EXPECT_FALSE(DatabaseOfSnapshot(file).ok()) << i;
    file[i] = static_cast<char>(file[i] ^ 0x10);
  }
}

// Without the SHA-256 not every damage can be noticed, but none may lead out of the file.
TEST(BboltReaderTest, NoFlippedByteOfADatabaseLeadsAstray) {
  const std::string intact = SmallFile();
  for (const int flip : {0x01, 0x80, 0xff}) {
    std::string file = intact;
    for (size_t i = 0; i < file.size(); ++i) {
      file[i] = static_cast<char>(file[i] ^ flip);
      const auto buckets = ReadBbolt(file);
      if (buckets.ok()) {
        for (const auto& [name, entries] : *buckets) {
          for (const auto& [key, value] : entries) {
            ASSERT_GE(key.data(), file.data());
            ASSERT_LE(value.data() + value.size(), file.data() + file.size());
          }
        }
      }
      file[i] = static_cast<char>(file[i] ^ flip);
    }
  }
}

TEST(BboltReaderTest, NorDoesDamageInManyPlaces) {
  std::mt19937 random(20);
  const std::string intact = SmallFile();
  for (int round = 0; round < 2000; ++round) {
    std::string file = intact;
    for (int i = 0; i < 8; ++i) {
      // Headers and elements: that is where the numbers are.
      const size_t at = 2 * kPage + random() % 5 * kPage + random() % 200;
      file[at] = static_cast<char>(random());
    }
    const auto buckets = ReadBbolt(file);
    EXPECT_TRUE(buckets.ok() || absl::IsDataLoss(buckets.status()));
  }
}

}  // namespace
}  // namespace fakeetcd
