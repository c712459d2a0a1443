#pragma once

#include <cstdint>
#include <string_view>

#include <boost/crc.hpp>

#include "fakeserver/mvcc/store.h"

namespace fakeetcd {

/// CRC-32C (Castagnoli), the checksum of etcd's hashes.
class Crc32c {
 public:
  void Add(std::string_view bytes) { crc_.process_bytes(bytes.data(), bytes.size()); }
  uint32_t value() const { return crc_.checksum(); }

 private:
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc_;
};

/// etcd's HashKV over `input`: the entries in order of revision, but those after the revision
/// asked for and those that a compaction has superseded (mvcc/hash.go, kvHasher).
uint32_t HashKv(const Store::HashInput& input, const Behavior& behavior);

}  // namespace fakeetcd
