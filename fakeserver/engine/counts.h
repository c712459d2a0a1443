#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace fakeetcd {

/// How often what was done since the start, as etcd counts it for its metrics.
struct Counts {
  int64_t ranges = 0;
  int64_t puts = 0;
  int64_t deletes = 0;
  int64_t txns = 0;
  int64_t put_bytes = 0;  // of keys and values

  int64_t leases_granted = 0;
  int64_t leases_renewed = 0;
  int64_t leases_revoked = 0;  // those that ran out, too
  int64_t leases_expired = 0;

  int64_t events = 0;  // taken by streams to be sent
};

/// Counts the operations of one transaction of the store, which is counted itself where it is more
/// than one operation (mvcc/metrics_txn.go, metricsTxnWrite.End). A request may be several.
class OpTally {
 public:
  explicit OpTally(Counts& counts) : counts_(counts) {}
  ~OpTally() { End(); }

  OpTally(const OpTally&) = delete;
  OpTally& operator=(const OpTally&) = delete;

  /// What follows is of another transaction.
  void End() { counts_.txns += std::exchange(ops_, 0) > 1 ? 1 : 0; }

  void Range() { Add(counts_.ranges); }
  void Delete() { Add(counts_.deletes); }
  void Put(size_t bytes) {
    Add(counts_.puts);
    counts_.put_bytes += static_cast<int64_t>(bytes);
  }

 private:
  void Add(int64_t& count) {
    ++count;
    ++ops_;
  }

  Counts& counts_;
  int ops_ = 0;
};

}  // namespace fakeetcd
