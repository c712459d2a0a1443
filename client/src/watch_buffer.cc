#include "client/src/watch_buffer.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace etcdpp {
namespace {

size_t BytesOf(const KeyValue& kv) { return kv.key.size() + kv.value.size(); }

size_t BytesOf(const WatchResponse& response) {
  size_t bytes = sizeof(response);
  for (const WatchEvent& event : response.events) {
    bytes += sizeof(event) + BytesOf(event.kv);
    if (event.prev_kv) bytes += BytesOf(*event.prev_kv);
  }
  return bytes;
}

}  // namespace

WatchBuffer::WatchBuffer(int64_t start_revision, size_t bytes_max)
    : bytes_max_(bytes_max), next_revision_(start_revision) {}

int64_t WatchBuffer::ResumeRevision() const {
  if (next_revision_ != 0) return next_revision_;
  return created_revision_ == 0 ? 0 : created_revision_ + 1;
}

void WatchBuffer::OnCreated(int64_t revision) {
  // Of a watch from "now" on, only the first confirmation says what "now" was. It does not become
  // next_revision_: newer servers read the header's revision after they began to watch, so events
  // of that very revision may still follow.
  if (created_revision_ == 0) created_revision_ = revision;
}

void WatchBuffer::OnFrame(WatchFrame frame) {
  if (pieces_.empty()) {
    pieces_ = std::move(frame.events);
  } else {
    std::move(frame.events.begin(), frame.events.end(), std::back_inserter(pieces_));
  }
  if (frame.fragment) return;

  std::vector<WatchEvent> events = std::exchange(pieces_, {});
  if (events.empty()) {
    next_revision_ = std::max(next_revision_, frame.header.revision + 1);
    Enqueue({frame.header, {}});
    return;
  }
  std::erase_if(events,
                [this](const WatchEvent& event) { return event.kv.mod_revision < next_revision_; });
  if (events.empty()) return;
  next_revision_ = events.back().kv.mod_revision + 1;
  Enqueue({frame.header, std::move(events)});
}

void WatchBuffer::OnStreamProgress(const ResponseHeader& header) { Enqueue({header, {}}); }

void WatchBuffer::Enqueue(WatchResponse response) {
  // A later progress notification says all that the one before it said.
  if (response.IsProgress() && !queue_.empty() && queue_.back().IsProgress()) {
    queue_.back() = std::move(response);
    return;
  }
  bytes_ += BytesOf(response);
  queue_.push_back(std::move(response));
}

void WatchBuffer::End(Status status, bool drop) {
  if (ended()) return;
  end_ = std::move(status);
  pieces_.clear();
  if (!drop) return;
  queue_.clear();
  bytes_ = 0;
}

Result<WatchResponse> WatchBuffer::Take() {
  assert(ready());
  if (queue_.empty()) return *end_;
  WatchResponse response = std::move(queue_.front());
  queue_.pop_front();
  bytes_ -= BytesOf(response);
  return response;
}

}  // namespace etcdpp
