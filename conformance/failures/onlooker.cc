#include "conformance/failures/onlooker.h"

#include <utility>

namespace conformance {

using etcdpp::Result;
using etcdpp::WatchResponse;

Onlooker::Onlooker(etcdpp::Client client, etcdpp::WatchRequest request, int64_t start, Style style)
    : request_(std::move(request)), start_(start) {
  if (style == Style::kCallback) {
    callback_.emplace(
        std::move(client), request_.range,
        [this](Result<WatchResponse> response) { Take(std::move(response)); }, request_.options);
    return;
  }
  watch_.emplace(client.Watch(request_.range, request_.options));
  puller_ = std::thread([this] { Pull(); });
}

Onlooker::~Onlooker() {
  {
    const std::lock_guard lock(mu_);
    leaving_ = true;
  }
  if (callback_) callback_->Cancel();
  if (watch_) watch_->Cancel();
  if (puller_.joinable()) puller_.join();
}

void Onlooker::Pull() {
  while (true) {
    auto response = watch_->Next();
    const bool ended = !response.ok();
    Take(std::move(response));
    if (ended) return;
  }
}

void Onlooker::Take(Result<WatchResponse> response) {
  const std::lock_guard lock(mu_);
  if (leaving_) return;
  if (response.ok()) {
    if (!response->IsProgress()) revision_ = response->events.back().kv.mod_revision;
    record_.responses.push_back(*std::move(response));
  } else {
    record_.end = response.status();
  }
  more_.notify_all();
}

bool Onlooker::AwaitRevision(int64_t revision, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mu_);
  return more_.wait_for(lock, patience, [this, revision] {
    return revision_ >= revision || record_.end.has_value();
  });
}

WatchRecord Onlooker::Record() const {
  WatchRecord record;
  {
    const std::lock_guard lock(mu_);
    record = record_;
  }
  record.compact_revision = watch_ ? watch_->compact_revision() : callback_->compact_revision();
  return record;
}

}  // namespace conformance
