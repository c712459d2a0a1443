#include "etcdpp/stm.h"

#include <algorithm>
#include <limits>

namespace etcdpp {

Stm::Stm(std::shared_ptr<Connection> connection, Isolation isolation, CallOptions call)
    : connection_(std::move(connection)), isolation_(isolation), call_(std::move(call)) {}

bool Stm::AsOfOneRevision() const {
  return isolation_ == Isolation::kSerializableSnapshot || isolation_ == Isolation::kSerializable;
}

Result<std::optional<std::string>> Stm::Get(std::string_view key) {
  const auto written = writes_.find(key);
  if (written != writes_.end()) return written->second.value;
  const auto read = ReadKey(key);
  if (!read.ok()) return read.status();
  const auto& kv = (*read)->kv;
  return kv ? std::optional<std::string>(kv->value) : std::nullopt;
}

Result<int64_t> Stm::ModRevision(std::string_view key) {
  const auto read = ReadKey(key);
  if (!read.ok()) return read.status();
  return (*read)->kv ? (*read)->kv->mod_revision : 0;
}

void Stm::Put(std::string_view key, std::string_view value, const PutOptions& options) {
  writes_[std::string(key)] = {std::string(value), options};
}

void Stm::Delete(std::string_view key) { writes_[std::string(key)] = {}; }

Result<const Stm::Read*> Stm::ReadKey(std::string_view key) {
  if (const auto known = reads_.find(key); known != reads_.end()) return &known->second;
  const auto ahead = prefetched_.find(key);
  if (ahead != prefetched_.end() && (revision_ == 0 || revision_ == ahead->second.revision)) {
    auto node = prefetched_.extract(ahead);
    if (revision_ == 0) revision_ = node.mapped().revision;
    return &reads_.insert(std::move(node)).position->second;
  }
  if (Status fetched = Fetch({std::string(key)}); !fetched.ok()) return fetched;
  return &reads_.find(key)->second;
}

Status Stm::Fetch(const std::vector<std::string>& keys) {
  RangeOptions options;
  options.serializable = !AsOfOneRevision();
  if (AsOfOneRevision()) options.revision = revision_;
  TxnRequest request;
  for (const std::string& key : keys) request.Then(op::Get(key, options));
  auto done = connection_->Txn({std::move(request), call_});
  if (!done.ok()) return done.status();
  for (size_t i = 0; i < keys.size(); ++i) {
    const RangeResponse& range = *done->responses[i].range();
    Read read{std::nullopt, done->header.revision};
    if (!range.kvs.empty()) read.kv = range.kvs[0];
    reads_.insert_or_assign(keys[i], std::move(read));
  }
  if (revision_ == 0) revision_ = done->header.revision;
  return {};
}

TxnRequest Stm::Request() const {
  TxnRequest request;
  int64_t first = std::numeric_limits<int64_t>::max() - 1;
  for (const auto& [key, read] : reads_) {
    first = std::min(first, read.revision);
    if (isolation_ == Isolation::kReadCommitted) continue;
    request.If(cmp::ModRevision(key) == (read.kv ? read.kv->mod_revision : 0));
    if (AsOfOneRevision()) request.Else(op::Get(key));
  }
  for (const auto& [key, write] : writes_) {
    if (isolation_ == Isolation::kSerializableSnapshot) {
      request.If(cmp::ModRevision(key) < first + 1);
    }
    request.Then(write.value ? op::Put(key, *write.value, write.options) : op::Delete(key));
  }
  return request;
}

Result<TxnResponse> Stm::TryCommit() {
  auto done = connection_->Txn({Request(), call_});
  if (!done.ok() || done->succeeded || !AsOfOneRevision()) return done;
  // The failed attempt has read again what it had read, in the same order.
  size_t index = 0;
  for (auto& [key, read] : reads_) {
    const RangeResponse& range = *done->responses[index++].range();
    read.revision = done->header.revision;
    read.kv.reset();
    if (!range.kvs.empty()) read.kv = range.kvs[0];
  }
  prefetched_ = std::exchange(reads_, {});
  return done;
}

void Stm::Reset() {
  reads_.clear();
  writes_.clear();
  revision_ = 0;
}

Result<TxnResponse> RunStm(const Client& client, const std::function<Status(Stm&)>& apply,
                           const StmOptions& options, const CallOptions& call) {
  Stm stm(client.connection(), options.isolation, call);
  for (int attempt = 1;; ++attempt) {
    stm.Reset();
    if (attempt == 1 && !options.prefetch.empty()) {
      if (Status fetched = stm.Fetch(options.prefetch); !fetched.ok()) return fetched;
    }
    if (Status applied = apply(stm); !applied.ok()) return applied;
    auto done = stm.TryCommit();
    if (!done.ok() || done->succeeded) return done;
    if (call.cancel.stop_requested()) return Status(Code::kCancelled, "the call was cancelled");
    if (attempt == options.attempts_max) {
      return Status(Code::kAborted, "what the transaction stood on has changed each time it ran");
    }
  }
}

}  // namespace etcdpp
