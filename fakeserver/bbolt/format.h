#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fakeetcd {

/// Numbers of bbolt's file format, version 2 (go.etcd.io/bbolt: page.go, db.go, bucket.go).
///
/// The file is pages of one size. Each has a header of its own number, its kind, how many elements
/// it has, and how many pages it overflows into; integers are little-endian. Pages 0 and 1 are meta
/// pages, of which the newer valid one counts: it names the page of the root bucket, whose values
/// are headers of buckets, each with the page of its own B+ tree. A small bucket's one leaf page
/// stands behind its header instead, *inline*.
struct BboltFormat {
  static constexpr uint32_t kMagic = 0xED0CDAED;
  static constexpr uint32_t kVersion = 2;
  static constexpr uint64_t kFirstPageOfTrees = 2;  // behind the meta pages

  // Page header: number u64, kind u16, count u16, overflow u32.
  static constexpr size_t kPageHeader = 16;
  enum PageKind : uint16_t { kBranch = 0x01, kLeaf = 0x02, kMeta = 0x04, kFreelist = 0x10 };

  // Meta: magic u32, version u32, page size u32, flags u32, root page u64, root sequence u64,
  // freelist page u64, number of pages u64, transaction u64, FNV-1a checksum u64 of all that.
  static constexpr size_t kMetaSize = 64;
  static constexpr size_t kMetaChecked = 56;
  static constexpr uint64_t kNoFreelist = UINT64_MAX;

  // Of a leaf: flags u32, position u32, key size u32, value size u32. Of a branch: position u32,
  // key size u32, page u64. Positions count from the element itself.
  static constexpr size_t kElement = 16;
  static constexpr uint32_t kIsBucket = 1;

  // Root page u64, 0 for an inline bucket, and sequence u64.
  static constexpr size_t kBucketHeader = 16;

  /// FNV-1a.
  static uint64_t Checksum(std::string_view bytes) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : bytes) {
      hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return hash;
  }
};

/// The little-endian integer at `from`.
template <typename Integer>
Integer LoadLittle(const char* from) {
  Integer value = 0;
  for (size_t i = sizeof(Integer); i > 0; --i) {
    value = static_cast<Integer>(value << 8 | static_cast<unsigned char>(from[i - 1]));
  }
  return value;
}

template <typename Integer>
void StoreLittle(Integer value, char* to) {
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    to[i] = static_cast<char>(value & 0xff);
    value = static_cast<Integer>(value >> 8);
  }
}

}  // namespace fakeetcd
