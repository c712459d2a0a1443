#include "fakeserver/engine/snapshot.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "fakeserver/mvcc/stored_form.h"

namespace fakeetcd {
namespace {

/// The bucket "key".
class VersionBucket final : public BboltBucket {
 public:
  using Entries = std::vector<Store::Collection::Entry>;

  explicit VersionBucket(Entries entries) : entries_(std::move(entries)) {}

  size_t count() const override { return entries_.size(); }
  Sizes SizesOf(size_t at) const override {
    const Version& version = *entries_[at].version;
    return {StoredKeySize(version.tombstone()), StoredValueSize(version)};
  }
  void AppendKey(size_t at, std::string& to) const override {
    AppendStoredKey(entries_[at].at, entries_[at].version->tombstone(), to);
  }
  void AppendValue(size_t at, std::string& to) const override {
    AppendStoredValue(*entries_[at].version, to);
  }

 private:
  const Entries entries_;
};

BboltWriter::Buckets BucketsOf(Backend backend) {
  BboltWriter::Buckets buckets;
  for (auto& [name, entries] : backend.buckets) {
    buckets[name] = std::make_unique<BboltEntryList>(std::move(entries));
  }
  buckets["key"] = std::make_unique<VersionBucket>(std::move(backend.versions));
  return buckets;
}

}  // namespace

Snapshot::Snapshot(Backend backend) : writer_(BucketsOf(std::move(backend))) {}

std::string Snapshot::Next(size_t max) {
  while (ahead_.size() < max && !writer_.done()) writer_.AppendNext(ahead_);
  std::string next = std::move(ahead_);
  ahead_.assign(next, std::min(max, next.size()));
  next.resize(next.size() - ahead_.size());
  sha_.Add(next);
  taken_ += next.size();
  return next;
}

}  // namespace fakeetcd
