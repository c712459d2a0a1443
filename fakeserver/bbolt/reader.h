#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace fakeetcd {

/// The buckets of a bbolt database by name, each with its entries in key order. Keys and values are
/// views into the file that was read.
using BboltEntries = std::vector<std::pair<std::string_view, std::string_view>>;
using BboltBuckets = std::map<std::string, BboltEntries, std::less<>>;

/// Reads the database in `file`, as the last transaction that was finished left it.
///
/// `file` may be anything. Whatever bbolt's own check of a database finds is an error: a page that
/// is reached twice, that is not what it should be or does not fit into the file, keys out of
/// order, a freelist that disagrees with the pages in use. So is a bucket within a bucket: etcd has
/// none. Fails with DataLoss, saying what is wrong and with which page.
absl::StatusOr<BboltBuckets> ReadBbolt(std::string_view file);

}  // namespace fakeetcd
