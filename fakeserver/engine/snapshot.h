#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fakeserver/bbolt/trailer.h"
#include "fakeserver/bbolt/writer.h"
#include "fakeserver/engine/backend.h"

namespace fakeetcd {

/// A snapshot on its way to a client: the file that etcd's backend would be, made as it is taken.
/// Holds the versions it consists of and no more than a few pages of the file. Not thread-safe.
class Snapshot {
 public:
  explicit Snapshot(Backend backend);

  /// Bytes of the whole file.
  uint64_t size() const { return writer_.size(); }
  /// Of those, how many Next has not returned.
  uint64_t remaining() const { return size() - taken_; }

  /// The next `max` bytes; fewer only at the end.
  std::string Next(size_t max);

  /// The SHA-256 of the file. To be called once, when nothing remains.
  std::string Digest() { return sha_.Digest(); }

 private:
  BboltWriter writer_;
  Sha256 sha_;
  std::string ahead_;  // made, and not returned yet
  uint64_t taken_ = 0;
};

}  // namespace fakeetcd
