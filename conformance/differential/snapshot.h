#pragma once

#include <string>
#include <vector>

#include "comparison/mask.h"

namespace conformance {

/// What the `snapshot` of a server holds, each entry on a line of its own, and what does not look
/// as it should: the digest at its end, the database's structure. Left out is what no two servers
/// agree on, by `mask` and besides where raft is, salts of passwords and where the pages lie.
std::vector<std::string> ContentsOf(const std::string& snapshot, const comparison::Mask& mask);

}  // namespace conformance
