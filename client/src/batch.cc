#include "etcdpp/batch.h"

#include <string>

#include "client/src/txn_limits.h"
#include "etcdpp/connection.h"

namespace etcdpp {

BatchWriter::BatchWriter(std::shared_ptr<Connection> connection, const TxnLimits& limits,
                         CallOptions call)
    : connection_(std::move(connection)), limits_(limits), call_(std::move(call)) {}

Status BatchWriter::Put(std::string_view key, std::string_view value, const PutOptions& options) {
  return Add(op::Put(key, value, options));
}

Status BatchWriter::Delete(KeyRange range) { return Add(op::Delete(std::move(range))); }

Status BatchWriter::Add(Op op) {
  const size_t bytes = SizeOf(op);
  const bool full = pending() >= limits_.ops_max || pending_bytes_ + bytes > limits_.bytes_max;
  if (pending() > 0 && (full || Conflicts(pending_.success, op))) {
    if (Status flushed = Flush(); !flushed.ok()) return flushed;
  }
  pending_.success.push_back(std::move(op));
  pending_bytes_ += bytes;
  return {};
}

Status BatchWriter::Flush() {
  if (pending_.success.empty()) return {};
  const auto done = connection_->Txn({pending_, call_});
  if (!done.ok()) return done.status();
  written_ += pending();
  revision_ = done->header.revision;
  pending_.success.clear();
  pending_bytes_ = 0;
  return {};
}

}  // namespace etcdpp
