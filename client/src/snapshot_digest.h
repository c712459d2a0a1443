#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "etcdpp/status.h"

namespace etcdpp {

/// Checks a snapshot as it comes: its last 32 bytes are the SHA-256 of the rest.
/// Not thread-safe.
class SnapshotDigest {
 public:
  SnapshotDigest();
  ~SnapshotDigest();
  SnapshotDigest(const SnapshotDigest&) = delete;
  SnapshotDigest& operator=(const SnapshotDigest&) = delete;

  void Add(std::string_view piece);

  uint64_t size_bytes() const { return size_bytes_; }

  /// OK, or kDataLoss. REQUIRES: called once, after the last piece.
  Status Verify();

 private:
  struct Sha256;

  const std::unique_ptr<Sha256> sha256_;  // of all but tail_
  std::string tail_;                      // the last bytes so far, at most as many as a digest has
  uint64_t size_bytes_ = 0;
};

}  // namespace etcdpp
