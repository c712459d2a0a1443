#pragma once

#include "absl/status/status.h"

/// Every error the fake can send, one function each. Codes and texts are etcd's own
/// (api/v3rpc/rpctypes/error.go): clients compare the text, so a typo here is a bug.
namespace fakeetcd::error {

absl::Status EmptyKey();
absl::Status KeyNotFound();
absl::Status ValueProvided();
absl::Status LeaseProvided();
absl::Status TooManyOps();
absl::Status DuplicateKey();
absl::Status InvalidSortOption();
absl::Status Compacted();
absl::Status FutureRevision();
absl::Status LeaseNotFound();
absl::Status LeaseExists();
absl::Status LeaseTtlTooLarge();
absl::Status RequestTooLarge();
absl::Status InvalidAuthToken();
absl::Status BadLeaderTransferee();

}  // namespace fakeetcd::error
