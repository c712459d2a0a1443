#pragma once

#include "bench/load_client.h"

namespace bench {

/// Keys of the put, get and txn calls; values are of 100 bytes.
constexpr int kKeys = 10'000;
/// Keys in the range.
constexpr int kRangeKeys = 1000;

Calls Puts();
Calls Gets();
/// Writes a key if it exists.
Calls Txns();
/// Reads kRangeKeys keys.
Calls Ranges();
/// Writes the keys that Ranges reads.
Calls RangePuts();
Calls Status();

}  // namespace bench
