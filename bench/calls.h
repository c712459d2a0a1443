#pragma once

#include "bench/load_client.h"

namespace bench {

// Each call is about another of the `keys` keys that Fill wrote, in an order that jumps about.
// Values are of 100 bytes.

Calls Puts(int keys);
Calls Gets(int keys);
/// Writes a key if it exists.
Calls Txns(int keys);
/// Reads a hundred keys.
Calls RangesOf100(int keys);
/// Reads a thousand keys. REQUIRES: there are no fewer.
Calls RangesOf1000(int keys);
/// Writes the keys, a hundred a call.
Calls Fill(int keys);
/// Asks for the server's status.
Calls Status();

}  // namespace bench
