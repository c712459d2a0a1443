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
absl::Status LeaderTransferTimedOut();
absl::Status RequestTimedOut();
absl::Status NoSpace();
absl::Status CorruptCluster();
absl::Status InvalidClientApiVersion();

absl::Status MemberUrlsInvalid();
absl::Status MemberNotFound();
absl::Status MemberExists();
absl::Status PeerUrlExists();
absl::Status MemberIsNoLearner();
absl::Status LearnerNotReady();
absl::Status TooManyLearners();
absl::Status NotEnoughStartedMembers();
absl::Status UnhealthyCluster();

absl::Status WrongDowngradeVersionFormat();
absl::Status InvalidDowngradeTarget();
absl::Status DowngradeInProgress();
absl::Status NoDowngradeInProgress();
absl::Status UnknownDowngradeAction();

}  // namespace fakeetcd::error
