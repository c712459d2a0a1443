#include "fakeserver/bbolt/reader.h"

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "fakeserver/bbolt/format.h"

namespace fakeetcd {
namespace {

using Format = BboltFormat;

// bbolt's own trees are far less deep, whatever they hold.
constexpr int kDepthMax = 64;

constexpr size_t kPageSizeMin = 1024;
constexpr size_t kPageSizeMax = 65536;

struct Meta {
  uint64_t page_size = 0;
  uint64_t root = 0;
  uint64_t freelist = 0;
  uint64_t pages = 0;
  uint64_t transaction = 0;
};

/// A page with those it overflows into. `number` 0 is that of a bucket that is inline.
struct Page {
  uint64_t number = 0;
  uint16_t kind = 0;
  uint64_t count = 0;
  std::string_view bytes;  // header included
};

struct Element {
  std::string_view key;
  std::string_view value;  // of a leaf
  uint32_t flags = 0;      // of a leaf
  uint64_t child = 0;      // of a branch
};

/// What the keys under a page must lie between; the upper end is not among them.
struct Bounds {
  std::string_view low;
  std::optional<std::string_view> high;
};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  absl::StatusOr<BboltBuckets> Read() {
    if (auto status = ChooseMeta(); !status.ok()) return status;
    in_use_.resize(meta_.pages);
    BboltEntries root;
    if (auto status = ReadTree(meta_.root, Format::kIsBucket, root); !status.ok()) return status;
    BboltBuckets buckets;
    for (const auto& [name, value] : root) {
      if (auto status = ReadBucket(value, buckets[std::string(name)]); !status.ok()) return status;
    }
    if (auto status = CheckFreelist(); !status.ok()) return status;
    return buckets;
  }

 private:
  static absl::Status Wrong(std::string what) { return absl::DataLossError(std::move(what)); }
  static absl::Status Wrong(const Page& page, const std::string& what) {
    return Wrong(absl::StrCat("page ", page.number, " ", what));
  }

  absl::Status ChooseMeta() {
    std::optional<Meta> chosen = MetaAt(0);
    std::optional<Meta> other;
    if (chosen) {
      other = MetaAt(chosen->page_size);
    } else {
      // Where the second meta page is depends on what only it can tell.
      for (size_t size = kPageSizeMin; size <= kPageSizeMax && !other; size *= 2) {
        other = MetaAt(size);
        if (other && other->page_size != size) other.reset();
      }
    }
    if (!chosen || (other && other->transaction > chosen->transaction)) chosen = other;
    if (!chosen) return Wrong("this is no bbolt database, or neither of its meta pages is whole");
    if (chosen->pages < Format::kFirstPageOfTrees ||
        chosen->pages > file_.size() / chosen->page_size) {
      return Wrong(absl::StrCat("the database has ", chosen->pages, " pages of ", chosen->page_size,
                                " bytes, but the file has only ", file_.size(), " bytes"));
    }
    if (file_.size() % chosen->page_size != 0) return Wrong("the file ends within a page");
    meta_ = *chosen;
    return absl::OkStatus();
  }

  std::optional<Meta> MetaAt(size_t offset) const {
    if (file_.size() < offset || file_.size() - offset < Format::kPageHeader + Format::kMetaSize) {
      return std::nullopt;
    }
    const char* const meta = file_.data() + offset + Format::kPageHeader;
    const auto u32 = [&](size_t at) { return LoadLittle<uint32_t>(meta + at); };
    const auto u64 = [&](size_t at) { return LoadLittle<uint64_t>(meta + at); };
    if (u32(0) != Format::kMagic || u32(4) != Format::kVersion) return std::nullopt;
    if (u64(56) != Format::Checksum({meta, Format::kMetaChecked})) return std::nullopt;
    const uint32_t page_size = u32(8);
    const bool power_of_two = (page_size & (page_size - 1)) == 0;
    if (page_size < kPageSizeMin || page_size > kPageSizeMax || !power_of_two) return std::nullopt;
    return Meta{page_size, u64(16), u64(32), u64(40), u64(48)};
  }

  // The page of that number, which must not have been taken before.
  absl::StatusOr<Page> TakePage(uint64_t number) {
    Page page{.number = number};
    if (number < Format::kFirstPageOfTrees || number >= meta_.pages) {
      return Wrong(page, "is referred to and not there");
    }
    const std::string_view from = file_.substr(number * meta_.page_size);
    const auto own_number = LoadLittle<uint64_t>(from.data());
    const auto overflow = LoadLittle<uint32_t>(from.data() + 12);
    if (own_number != number) return Wrong(page, absl::StrCat("says it is page ", own_number));
    if (overflow >= meta_.pages - number) return Wrong(page, "is longer than the file");
    for (uint64_t i = number; i <= number + overflow; ++i) {
      if (in_use_[i]) return Wrong(Page{.number = i}, "is in use twice");
      in_use_[i] = true;
    }
    page.bytes = from.substr(0, (uint64_t{overflow} + 1) * meta_.page_size);
    page.kind = LoadLittle<uint16_t>(from.data() + 8);
    page.count = LoadLittle<uint16_t>(from.data() + 10);
    return page;
  }

  absl::Status ReadBucket(std::string_view value, BboltEntries& entries) {
    if (value.size() < Format::kBucketHeader) return Wrong("a bucket has no header");
    const auto root = LoadLittle<uint64_t>(value.data());
    if (root != 0) return ReadTree(root, 0, entries);
    value.remove_prefix(Format::kBucketHeader);
    if (value.size() < Format::kPageHeader) return Wrong("an inline bucket has no page");
    const Page page{.kind = LoadLittle<uint16_t>(value.data() + 8),
                    .count = LoadLittle<uint16_t>(value.data() + 10),
                    .bytes = value};
    if (page.kind != Format::kLeaf) return Wrong("an inline bucket is no leaf");
    return ReadLeaf(page, {}, 0, entries);
  }

  // Appends what is under page `root`. `flags` are those that its entries must have.
  absl::Status ReadTree(uint64_t root, uint32_t flags, BboltEntries& entries) {
    return ReadNode(root, {}, flags, entries, 0);
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tree, which has a limit.
  absl::Status ReadNode(uint64_t number, const Bounds& bounds, uint32_t flags,
                        BboltEntries& entries, int depth) {
    const auto page = TakePage(number);
    if (!page.ok()) return page.status();
    if (page->kind == Format::kLeaf) return ReadLeaf(*page, bounds, flags, entries);
    if (page->kind != Format::kBranch) return Wrong(*page, "is neither branch nor leaf");
    if (page->count == 0) return Wrong(*page, "is a branch without children");
    if (depth == kDepthMax) return Wrong(*page, "is too far from the root");
    auto element = BranchElement(*page, 0);
    for (uint64_t i = 0; i < page->count; ++i) {
      if (!element.ok()) return element.status();
      Bounds of_child{element->key, bounds.high};
      const uint64_t child = element->child;
      if (i + 1 < page->count) {
        element = BranchElement(*page, i + 1);
        if (!element.ok()) return element.status();
        of_child.high = element->key;
      }
      const bool in_bounds = of_child.low >= bounds.low &&
                             (!bounds.high || *of_child.high <= *bounds.high) &&
                             (!of_child.high || of_child.low < *of_child.high);
      if (!in_bounds) return Wrong(*page, "has its keys out of order");
      const auto status = ReadNode(child, of_child, flags, entries, depth + 1);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadLeaf(const Page& page, const Bounds& bounds, uint32_t flags,
                        BboltEntries& entries) {
    for (uint64_t i = 0; i < page.count; ++i) {
      const auto element = LeafElement(page, i);
      if (!element.ok()) return element.status();
      if (element->flags != flags) {
        return Wrong(page, flags == 0 ? "has a bucket within a bucket"
                                      : "has an entry outside of any bucket");
      }
      const std::string_view key = element->key;
      const bool in_order = (entries.empty() || entries.back().first < key) && key >= bounds.low &&
                            (!bounds.high || key < *bounds.high);
      if (key.empty() || !in_order) return Wrong(page, "has its keys out of order");
      entries.emplace_back(key, element->value);
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Element> BranchElement(const Page& page, uint64_t index) {
    const size_t at = Format::kPageHeader + index * Format::kElement;
    const auto wrong = [&] { return Wrong(page, "has an element that does not fit into it"); };
    if (at + Format::kElement > page.bytes.size()) return wrong();
    const char* const element = page.bytes.data() + at;
    const uint64_t key = at + LoadLittle<uint32_t>(element);
    const uint64_t key_size = LoadLittle<uint32_t>(element + 4);
    if (key + key_size > page.bytes.size()) return wrong();
    return Element{.key = page.bytes.substr(key, key_size),
                   .child = LoadLittle<uint64_t>(element + 8)};
  }

  static absl::StatusOr<Element> LeafElement(const Page& page, uint64_t index) {
    const size_t at = Format::kPageHeader + index * Format::kElement;
    const auto wrong = [&] { return Wrong(page, "has an element that does not fit into it"); };
    if (at + Format::kElement > page.bytes.size()) return wrong();
    const char* const element = page.bytes.data() + at;
    const uint64_t key = at + LoadLittle<uint32_t>(element + 4);
    const uint64_t key_size = LoadLittle<uint32_t>(element + 8);
    const uint64_t value_size = LoadLittle<uint32_t>(element + 12);
    if (key + key_size + value_size > page.bytes.size()) return wrong();
    return Element{.key = page.bytes.substr(key, key_size),
                   .value = page.bytes.substr(key + key_size, value_size),
                   .flags = LoadLittle<uint32_t>(element)};
  }

  // Where the database lists its free pages: each page is in use or free, and none is both.
  absl::Status CheckFreelist() {
    if (meta_.freelist == Format::kNoFreelist) return absl::OkStatus();
    const auto page = TakePage(meta_.freelist);
    if (!page.ok()) return page.status();
    if (page->kind != Format::kFreelist) return Wrong(*page, "is no freelist");
    uint64_t count = page->count;
    const size_t room = (page->bytes.size() - Format::kPageHeader) / sizeof(uint64_t);
    const char* ids = page->bytes.data() + Format::kPageHeader;
    const bool counted_apart = count == UINT16_MAX;
    if (counted_apart) {
      count = LoadLittle<uint64_t>(ids);
      ids += sizeof(uint64_t);
    }
    if (count > room - (counted_apart ? 1 : 0)) return Wrong(*page, "is shorter than its freelist");
    for (; count > 0; --count, ids += sizeof(uint64_t)) {
      const Page free{.number = LoadLittle<uint64_t>(ids)};
      if (free.number < Format::kFirstPageOfTrees || free.number >= meta_.pages) {
        return Wrong(free, "is free and not there");
      }
      if (in_use_[free.number]) return Wrong(free, "is in use and free, or free twice");
      in_use_[free.number] = true;
    }
    for (uint64_t i = Format::kFirstPageOfTrees; i < meta_.pages; ++i) {
      if (!in_use_[i]) return Wrong(Page{.number = i}, "is neither in use nor free");
    }
    return absl::OkStatus();
  }

  const std::string_view file_;
  Meta meta_;
  std::vector<bool> in_use_;  // by page
};

}  // namespace

absl::StatusOr<BboltBuckets> ReadBbolt(std::string_view file) { return Reader(file).Read(); }

}  // namespace fakeetcd
