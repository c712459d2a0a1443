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

absl::Status RootUserNotExist();
absl::Status RootRoleNotExist();
absl::Status UserAlreadyExist();
absl::Status UserEmpty();
absl::Status UserNotFound();
absl::Status RoleAlreadyExist();
absl::Status RoleNotFound();
absl::Status RoleEmpty();
absl::Status AuthFailed();
absl::Status NoPasswordUser();
absl::Status PasswordTooLong();
absl::Status PermissionNotGiven();
absl::Status PermissionDenied();
absl::Status RoleNotGranted();
absl::Status PermissionNotGranted();
absl::Status AuthNotEnabled();
absl::Status InvalidAuthToken();
absl::Status InvalidAuthMgmt();
absl::Status AuthOldRevision();
/// An error of authentication as etcd's calls of maintenance give it away: the words it has inside.
absl::Status UnmappedAuthError(const absl::Status& status);

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

// Of locks and elections (client/v3/concurrency): these have no code on the wire.
absl::Status SessionExpired();
absl::Status ElectionNotLeader();
absl::Status ElectionNoLeader();
absl::Status MissingLeaderKey();

}  // namespace fakeetcd::error
