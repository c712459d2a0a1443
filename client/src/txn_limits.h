#pragma once

#include <cstddef>
#include <vector>

#include "etcdpp/txn.h"

namespace etcdpp {

/// About how many bytes an operation takes on the wire; rather too many than too few.
size_t SizeOf(const Op& op);

/// Whether `op`, a put or a delete, writes what one of `others` writes too, and one of the two is a
/// put: etcd refuses that in one transaction.
bool Conflicts(const std::vector<Op>& others, const Op& op);

}  // namespace etcdpp
