#include "etcdpp/scan.h"

#include <iterator>
#include <string_view>

#include "etcdpp/connection.h"

namespace etcdpp {

Scan::Scan(std::shared_ptr<Connection> connection, KeyRange range, const ScanOptions& options,
           CallOptions call)
    : connection_(std::move(connection)),
      range_(std::move(range)),
      options_(options),
      call_(std::move(call)) {}

Result<std::optional<KeyValue>> Scan::Next() {
  if (taken_ == page_.size()) {
    if (Status fetched = Fetch(); !fetched.ok()) return fetched;
    if (page_.empty()) return std::optional<KeyValue>();
  }
  return std::optional<KeyValue>(std::move(page_[taken_++]));
}

Result<std::vector<KeyValue>> Scan::NextPage() {
  if (taken_ == page_.size()) {
    if (Status fetched = Fetch(); !fetched.ok()) return fetched;
  }
  std::vector<KeyValue> left(std::make_move_iterator(page_.begin() + static_cast<long>(taken_)),
                             std::make_move_iterator(page_.end()));
  taken_ = page_.size();
  return left;
}

std::string Scan::resume_key() const {
  return taken_ < page_.size() ? page_[taken_].key : range_.key();
}

// Puts the next page in place of the one that is used up.
Status Scan::Fetch() {
  page_.clear();
  taken_ = 0;
  if (!more_) return {};
  RangeOptions options;
  options.limit = options_.page_size;
  options.revision = options_.revision;
  options.keys_only = options_.keys_only;
  options.serializable = options_.serializable;
  auto response = connection_->Range({{range_, options}, call_});
  if (!response.ok()) return response.status();
  if (options_.revision == 0) options_.revision = response->header.revision;
  page_ = std::move(response->kvs);
  more_ = response->more && !page_.empty();
  if (!more_) return {};
  const std::string after = page_.back().key + std::string(1, '\0');
  range_ = KeyRange::HalfOpen(after, range_.end());
  return {};
}

}  // namespace etcdpp
