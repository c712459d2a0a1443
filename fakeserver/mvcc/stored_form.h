#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "fakeserver/mvcc/version.h"

namespace fakeetcd {

// How etcd stores a version in its backend, in the bucket "key" (mvcc/revision.go,
// mvcc/kvstore.go). Hashes are of this form, and snapshots are made of it.

/// The revision as `main _ sub`, both eight bytes big endian, and a `t` after a tombstone's.
void AppendStoredKey(const Revision& revision, bool tombstone, std::string& to);
size_t StoredKeySize(bool tombstone);

/// A serialized mvccpb.KeyValue; of a tombstone, with nothing but the key, and of the key "",
/// nothing.
void AppendStoredValue(const Version& version, std::string& to);
size_t StoredValueSize(const Version& version);

/// The version stored so; of the key "" where the value is empty, as `etcdutl snapshot restore
/// --bump-revision` leaves it. Fails with DataLoss where it is none.
absl::StatusOr<VersionPtr> ParseStored(std::string_view key, std::string_view value);

/// The main revision of a key without sub revision or tombstone, as etcd stores those of
/// compactions.
std::string StoredRevision(int64_t main);
/// Fails with DataLoss where `key` is no revision.
absl::StatusOr<int64_t> ParseStoredRevision(std::string_view key);

}  // namespace fakeetcd
