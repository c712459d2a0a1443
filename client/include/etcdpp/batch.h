#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "etcdpp/options.h"
#include "etcdpp/status.h"
#include "etcdpp/txn.h"

namespace etcdpp {

class Connection;

/// Writes of any number, sent in as few transactions as etcd's limits allow.
///
///   BatchWriter batch = client.Batch();
///   for (const Job& job : jobs) {
///     if (Status put = batch.Put(job.key, job.value); !put.ok()) return put;
///   }
///   return batch.Flush();
///
/// The writes happen in the order given. Those of one transaction happen together; a transaction
/// ends where the limits say so, and where a key is written that it has written already, which etcd
/// does not allow. Nothing is sent by the destructor.
///
/// Not thread-safe.
class BatchWriter {
 public:
  BatchWriter(std::shared_ptr<Connection> connection, const TxnLimits& limits, CallOptions call);

  /// Each takes the write, sending what was taken before where that has become too much. When that
  /// fails, returns why, and the write is not taken.
  Status Put(std::string_view key, std::string_view value, const PutOptions& options = {});
  Status Delete(KeyRange range);

  /// Sends what is left. When it fails nothing is dropped, and Flush may be called again: safely
  /// where the status says that the write did not happen, else knowing that it may have.
  Status Flush();

  /// How many writes etcd has confirmed.
  int64_t written() const { return written_; }

  /// How many are taken and not confirmed.
  int64_t pending() const { return static_cast<int64_t>(pending_.success.size()); }

  /// The store's revision after the last transaction; 0 before.
  int64_t revision() const { return revision_; }

 private:
  Status Add(Op op);

  std::shared_ptr<Connection> connection_;
  TxnLimits limits_;
  CallOptions call_;
  TxnRequest pending_;
  size_t pending_bytes_ = 0;
  int64_t written_ = 0;
  int64_t revision_ = 0;
};

}  // namespace etcdpp
