#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fakeetcd {

/// A bucket to be written: entries by number, with keys that ascend and are not empty.
class BboltBucket {
 public:
  struct Sizes {
    size_t key = 0;
    size_t value = 0;
  };

  virtual ~BboltBucket() = default;
  virtual size_t count() const = 0;
  virtual Sizes SizesOf(size_t at) const = 0;
  virtual void AppendKey(size_t at, std::string& to) const = 0;
  virtual void AppendValue(size_t at, std::string& to) const = 0;
};

/// A bucket of entries as they are.
class BboltEntryList final : public BboltBucket {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  explicit BboltEntryList(Entries entries) : entries_(std::move(entries)) {}

  size_t count() const override { return entries_.size(); }
  Sizes SizesOf(size_t at) const override {
    return {entries_[at].first.size(), entries_[at].second.size()};
  }
  void AppendKey(size_t at, std::string& to) const override { to += entries_[at].first; }
  void AppendValue(size_t at, std::string& to) const override { to += entries_[at].second; }

 private:
  const Entries entries_;
};

/// A bbolt database as a sequence of bytes, a page or a few at a time.
///
/// Where everything goes is settled first, from sizes alone: then the size of the file is known
/// before its first byte, and what is held in memory is a few numbers a page. Pages are as full as
/// they can be, in the order their bytes come; there is no freelist, which is how etcd's own files
/// are, and none of the pages is free. Not thread-safe.
class BboltWriter {
 public:
  using Buckets = std::map<std::string, std::unique_ptr<const BboltBucket>>;

  explicit BboltWriter(Buckets buckets);
  ~BboltWriter();

  BboltWriter(BboltWriter&&) noexcept;
  BboltWriter& operator=(BboltWriter&&) noexcept;

  /// Bytes of the whole file.
  uint64_t size() const;

  /// True when the whole file has been appended.
  bool done() const;

  /// Appends the next page together with those it overflows into. REQUIRES: not done().
  void AppendNext(std::string& to);

 private:
  class Tree;

  void AppendMeta(uint64_t page, uint64_t transaction, std::string& to) const;

  Buckets buckets_;
  std::unique_ptr<const BboltBucket> root_;
  std::vector<Tree> trees_;  // in the order of their pages; the last is the root bucket's
  bool begun_ = false;       // the meta pages are written
  size_t next_tree_ = 0;
  size_t next_node_ = 0;
};

}  // namespace fakeetcd
