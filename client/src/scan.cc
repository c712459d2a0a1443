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

std::optional<Result<KeyValue>> Scan::Step() {
  auto kv = Next();
  if (!kv.ok()) return Result<KeyValue>(kv.status());
  if (!*kv) return std::nullopt;
  return Result<KeyValue>(**std::move(kv));
}

// Puts the next page in place of the one that is used up. The first one is asked for by itself: it
// may be all there is, and most servers there are know no streams.
Status Scan::Fetch() {
  page_.clear();
  taken_ = 0;
  if (!more_) return {};
  return options_.stream && !first_ ? FetchPiece() : FetchPage();
}

Status Scan::FetchPage() {
  RangeOptions options;
  options.limit = options_.page_size;
  options.revision = options_.revision;
  options.keys_only = options_.keys_only;
  options.serializable = options_.serializable;
  auto response = connection_->Range({{range_, options}, call_});
  if (!response.ok()) return response.status();
  if (options_.revision == 0) options_.revision = response->header.revision;
  first_ = false;
  Take(std::move(response->kvs), response->more);
  return {};
}

// A stream that breaks, or that the server does not know, gives way to a page, which is retried.
Status Scan::FetchPiece() {
  if (pieces_ == nullptr) {
    RangeOptions options;
    options.revision = options_.revision;
    options.keys_only = options_.keys_only;
    options.serializable = options_.serializable;
    pieces_ = connection_->StreamRange({{range_, options}, call_});
  }
  auto piece = pieces_->Next();
  if (!piece.ok()) {
    pieces_.reset();
    const Status status = piece.status();
    if (status.code() == Code::kUnimplemented) options_.stream = false;
    if (!options_.stream || status.code() == Code::kUnavailable) return FetchPage();
    return status;
  }
  if (*piece) {
    Take(std::move((*piece)->kvs), true);
  } else {
    pieces_.reset();
    more_ = false;
  }
  return {};
}

void Scan::Take(std::vector<KeyValue> kvs, bool more) {
  page_ = std::move(kvs);
  more_ = more && !page_.empty();
  if (!more_) return;
  const std::string after = page_.back().key + std::string(1, '\0');
  range_ = KeyRange::HalfOpen(after, range_.end());
}

}  // namespace etcdpp
