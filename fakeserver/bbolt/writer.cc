#include "fakeserver/bbolt/writer.h"

#include <cassert>
#include <string_view>

#include "fakeserver/bbolt/format.h"

namespace fakeetcd {
namespace {

using Format = BboltFormat;

// etcd uses the page size of the system it runs on, and reads files with any.
constexpr size_t kPageSize = 4096;

// bbolt keeps a bucket of one leaf inline up to this size of it.
constexpr size_t kInlineMax = kPageSize / 4;

struct PageHeader {
  uint64_t page = 0;
  Format::PageKind kind = Format::kLeaf;
  size_t count = 0;
  uint64_t overflow = 0;
};

void AppendPageHeader(const PageHeader& header, std::string& to) {
  const size_t at = to.size();
  to.append(Format::kPageHeader, '\0');
  StoreLittle<uint64_t>(header.page, &to[at]);
  StoreLittle<uint16_t>(header.kind, &to[at + 8]);
  StoreLittle<uint16_t>(static_cast<uint16_t>(header.count), &to[at + 10]);
  StoreLittle<uint32_t>(static_cast<uint32_t>(header.overflow), &to[at + 12]);
}

// The elements of a leaf page and behind them their keys and values. `flags` are the elements'.
void AppendLeaf(const BboltBucket& bucket, size_t begin, size_t end, uint32_t flags,
                std::string& to) {
  size_t element = to.size();
  to.append((end - begin) * Format::kElement, '\0');
  for (size_t i = begin; i < end; ++i, element += Format::kElement) {
    const size_t key = to.size();
    bucket.AppendKey(i, to);
    const size_t value = to.size();
    bucket.AppendValue(i, to);
    StoreLittle<uint32_t>(flags, &to[element]);
    StoreLittle<uint32_t>(static_cast<uint32_t>(key - element), &to[element + 4]);
    StoreLittle<uint32_t>(static_cast<uint32_t>(value - key), &to[element + 8]);
    StoreLittle<uint32_t>(static_cast<uint32_t>(to.size() - value), &to[element + 12]);
  }
}

size_t LeafSize(const BboltBucket& bucket, size_t at) {
  const BboltBucket::Sizes sizes = bucket.SizesOf(at);
  return Format::kElement + sizes.key + sizes.value;
}

bool FitsInline(const BboltBucket& bucket) {
  size_t size = Format::kPageHeader;
  for (size_t i = 0; i < bucket.count() && size <= kInlineMax; ++i) size += LeafSize(bucket, i);
  return size <= kInlineMax;
}

// What stands for a bucket in the root bucket: where its tree begins, or all of it.
std::string BucketValue(uint64_t root_page) {
  std::string value(Format::kBucketHeader, '\0');
  StoreLittle<uint64_t>(root_page, value.data());
  return value;
}

std::string InlineBucketValue(const BboltBucket& bucket) {
  std::string value = BucketValue(0);
  AppendPageHeader({.count = bucket.count()}, value);
  AppendLeaf(bucket, 0, bucket.count(), 0, value);
  return value;
}

}  // namespace

/// Where the pages of one bucket's tree are: leaves first, then the level of branches above them,
/// and so on up to the root.
class BboltWriter::Tree {
 public:
  Tree(const BboltBucket& bucket, uint32_t element_flags, uint64_t first_page)
      : bucket_(&bucket), element_flags_(element_flags) {
    uint64_t page = first_page;
    const auto leaf_size = [&](size_t i) { return LeafSize(bucket, i); };
    levels_.push_back(Fill(bucket.count(), 1, leaf_size, page));
    while (levels_.back().nodes() > 1) {
      const size_t below = levels_.size() - 1;
      const auto branch_size = [&](size_t i) {
        return Format::kElement + bucket.SizesOf(FirstEntry(below, i)).key;
      };
      // At least two, or a level of branches with long keys would be no smaller than the one below.
      levels_.push_back(Fill(levels_.back().nodes(), 2, branch_size, page));
    }
  }

  uint64_t root_page() const { return levels_.back().pages.front(); }
  uint64_t end_page() const { return levels_.back().pages.back(); }

  size_t nodes() const {
    size_t count = 0;
    for (const Level& level : levels_) count += level.nodes();
    return count;
  }

  /// REQUIRES: `node` < nodes(); they are numbered in the order of their pages.
  void AppendNode(size_t node, std::string& to) const {
    size_t level = 0;
    for (; node >= levels_[level].nodes(); ++level) node -= levels_[level].nodes();
    const Level& own = levels_[level];
    const size_t start = to.size();
    const uint64_t pages = own.pages[node + 1] - own.pages[node];
    const size_t begin = own.begins[node];
    const size_t end = own.begins[node + 1];
    AppendPageHeader({.page = own.pages[node],
                      .kind = level == 0 ? Format::kLeaf : Format::kBranch,
                      .count = end - begin,
                      .overflow = pages - 1},
                     to);
    if (level == 0) {
      AppendLeaf(*bucket_, begin, end, element_flags_, to);
    } else {
      AppendBranch(level, begin, end, to);
    }
    assert(to.size() - start <= pages * kPageSize);
    to.resize(start + pages * kPageSize, '\0');
  }

 private:
  /// Node i holds what begins[i] to begins[i + 1] of the level below number, or the entries where
  /// there is none below, and its pages begin at pages[i] and end before pages[i + 1].
  struct Level {
    std::vector<size_t> begins = {0};
    std::vector<uint64_t> pages;

    size_t nodes() const { return begins.size() - 1; }
  };

  // Distributes `count` elements over nodes of one page, at least `least` in each; a node that is
  // larger has more pages. The pages are counted on from `page`.
  template <typename SizeOf>
  static Level Fill(size_t count, size_t least, const SizeOf& size_of, uint64_t& page) {
    Level level;
    size_t used = Format::kPageHeader;
    const auto close = [&](size_t end) {
      level.begins.push_back(end);
      level.pages.push_back(page);
      page += (used + kPageSize - 1) / kPageSize;
      used = Format::kPageHeader;
    };
    for (size_t i = 0; i < count; ++i) {
      const size_t size = size_of(i);
      if (used + size > kPageSize && i - level.begins.back() >= least) close(i);
      used += size;
    }
    close(count);
    level.pages.push_back(page);
    return level;
  }

  // The entry whose key is the smallest under a node.
  size_t FirstEntry(size_t level, size_t node) const {
    for (; level > 0; --level) node = levels_[level].begins[node];
    return levels_[0].begins[node];
  }

  void AppendBranch(size_t level, size_t begin, size_t end, std::string& to) const {
    size_t element = to.size();
    to.append((end - begin) * Format::kElement, '\0');
    for (size_t i = begin; i < end; ++i, element += Format::kElement) {
      const size_t key = to.size();
      bucket_->AppendKey(FirstEntry(level - 1, i), to);
      StoreLittle<uint32_t>(static_cast<uint32_t>(key - element), &to[element]);
      StoreLittle<uint32_t>(static_cast<uint32_t>(to.size() - key), &to[element + 4]);
      StoreLittle<uint64_t>(levels_[level - 1].pages[i], &to[element + 8]);
    }
  }

  const BboltBucket* bucket_;
  uint32_t element_flags_;
  std::vector<Level> levels_;
};

BboltWriter::BboltWriter(Buckets buckets) : buckets_(std::move(buckets)) {
  uint64_t page = Format::kFirstPageOfTrees;
  BboltEntryList::Entries names;
  for (const auto& [name, bucket] : buckets_) {
    if (FitsInline(*bucket)) {
      names.emplace_back(name, InlineBucketValue(*bucket));
      continue;
    }
    trees_.emplace_back(*bucket, 0, page);
    page = trees_.back().end_page();
    names.emplace_back(name, BucketValue(trees_.back().root_page()));
  }
  root_ = std::make_unique<BboltEntryList>(std::move(names));
  trees_.emplace_back(*root_, Format::kIsBucket, page);
}

BboltWriter::~BboltWriter() = default;
BboltWriter::BboltWriter(BboltWriter&&) noexcept = default;
BboltWriter& BboltWriter::operator=(BboltWriter&&) noexcept = default;

uint64_t BboltWriter::size() const { return trees_.back().end_page() * kPageSize; }

bool BboltWriter::done() const { return next_tree_ == trees_.size(); }

void BboltWriter::AppendNext(std::string& to) {
  assert(!done());
  if (!std::exchange(begun_, true)) {
    // The newer one first, as in etcd's snapshots: the next transaction overwrites the other.
    AppendMeta(0, 2, to);
    AppendMeta(1, 1, to);
  }
  const Tree& tree = trees_[next_tree_];
  tree.AppendNode(next_node_++, to);
  if (next_node_ < tree.nodes()) return;
  ++next_tree_;
  next_node_ = 0;
}

void BboltWriter::AppendMeta(uint64_t page, uint64_t transaction, std::string& to) const {
  const size_t start = to.size();
  AppendPageHeader({.page = page, .kind = Format::kMeta}, to);
  const size_t meta = to.size();
  to.append(Format::kMetaSize, '\0');
  StoreLittle<uint32_t>(Format::kMagic, &to[meta]);
  StoreLittle<uint32_t>(Format::kVersion, &to[meta + 4]);
  StoreLittle<uint32_t>(kPageSize, &to[meta + 8]);
  StoreLittle<uint64_t>(trees_.back().root_page(), &to[meta + 16]);
  StoreLittle<uint64_t>(Format::kNoFreelist, &to[meta + 32]);
  StoreLittle<uint64_t>(trees_.back().end_page(), &to[meta + 40]);
  StoreLittle<uint64_t>(transaction, &to[meta + 48]);
  const std::string_view checked(&to[meta], Format::kMetaChecked);
  StoreLittle<uint64_t>(Format::Checksum(checked), &to[meta + 56]);
  to.resize(start + kPageSize, '\0');
}

}  // namespace fakeetcd
