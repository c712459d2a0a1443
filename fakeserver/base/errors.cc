#include "fakeserver/base/errors.h"

namespace fakeetcd::error {

absl::Status EmptyKey() { return absl::InvalidArgumentError("etcdserver: key is not provided"); }

absl::Status KeyNotFound() { return absl::InvalidArgumentError("etcdserver: key not found"); }

absl::Status ValueProvided() { return absl::InvalidArgumentError("etcdserver: value is provided"); }

absl::Status LeaseProvided() { return absl::InvalidArgumentError("etcdserver: lease is provided"); }

absl::Status TooManyOps() {
  return absl::InvalidArgumentError("etcdserver: too many operations in txn request");
}

absl::Status DuplicateKey() {
  return absl::InvalidArgumentError("etcdserver: duplicate key given in txn request");
}

absl::Status InvalidSortOption() {
  return absl::InvalidArgumentError("etcdserver: invalid sort option");
}

absl::Status Compacted() {
  return absl::OutOfRangeError("etcdserver: mvcc: required revision has been compacted");
}

absl::Status FutureRevision() {
  return absl::OutOfRangeError("etcdserver: mvcc: required revision is a future revision");
}

absl::Status LeaseNotFound() {
  return absl::NotFoundError("etcdserver: requested lease not found");
}

absl::Status LeaseExists() {
  return absl::FailedPreconditionError("etcdserver: lease already exists");
}

absl::Status LeaseTtlTooLarge() { return absl::OutOfRangeError("etcdserver: too large lease TTL"); }

absl::Status RequestTooLarge() {
  return absl::InvalidArgumentError("etcdserver: request is too large");
}

absl::Status RootUserNotExist() {
  return absl::FailedPreconditionError("etcdserver: root user does not exist");
}

absl::Status RootRoleNotExist() {
  return absl::FailedPreconditionError("etcdserver: root user does not have root role");
}

absl::Status UserAlreadyExist() {
  return absl::FailedPreconditionError("etcdserver: user name already exists");
}

absl::Status UserEmpty() { return absl::InvalidArgumentError("etcdserver: user name is empty"); }

absl::Status UserNotFound() {
  return absl::FailedPreconditionError("etcdserver: user name not found");
}

absl::Status RoleAlreadyExist() {
  return absl::FailedPreconditionError("etcdserver: role name already exists");
}

absl::Status RoleNotFound() {
  return absl::FailedPreconditionError("etcdserver: role name not found");
}

absl::Status RoleEmpty() { return absl::InvalidArgumentError("etcdserver: role name is empty"); }

absl::Status AuthFailed() {
  return absl::InvalidArgumentError(
      "etcdserver: authentication failed, invalid user ID or password");
}

absl::Status NoPasswordUser() {
  return absl::UnknownError("auth: authentication failed, password was given for no password user");
}

absl::Status PasswordTooLong() {
  return absl::UnknownError("bcrypt: password length exceeds 72 bytes");
}

absl::Status PermissionNotGiven() {
  return absl::InvalidArgumentError("etcdserver: permission not given");
}

absl::Status PermissionDenied() {
  return absl::PermissionDeniedError("etcdserver: permission denied");
}

absl::Status RoleNotGranted() {
  return absl::FailedPreconditionError("etcdserver: role is not granted to the user");
}

absl::Status PermissionNotGranted() {
  return absl::FailedPreconditionError("etcdserver: permission is not granted to the role");
}

absl::Status AuthNotEnabled() {
  return absl::FailedPreconditionError("etcdserver: authentication is not enabled");
}

absl::Status InvalidAuthToken() {
  return absl::UnauthenticatedError("etcdserver: invalid auth token");
}

absl::Status InvalidAuthMgmt() {
  return absl::InvalidArgumentError("etcdserver: invalid auth management");
}

absl::Status AuthOldRevision() {
  return absl::InvalidArgumentError("etcdserver: revision of auth store is old");
}

absl::Status UnmappedAuthError(const absl::Status& status) {
  if (status == UserEmpty()) return absl::UnknownError("auth: user name is empty");
  if (status == UserNotFound()) return absl::UnknownError("auth: user not found");
  if (status == PermissionDenied()) return absl::UnknownError("auth: permission denied");
  if (status == InvalidAuthToken()) return absl::UnknownError("auth: invalid auth token");
  return status;
}

absl::Status BadLeaderTransferee() {
  return absl::FailedPreconditionError("etcdserver: bad leader transferee");
}

absl::Status LeaderTransferTimedOut() {
  return absl::UnknownError("etcdserver: request timed out, leader transfer took too long");
}

absl::Status RequestTimedOut() { return absl::UnavailableError("etcdserver: request timed out"); }

absl::Status NoSpace() {
  return absl::ResourceExhaustedError("etcdserver: mvcc: database space exceeded");
}

absl::Status CorruptCluster() { return absl::DataLossError("etcdserver: corrupt cluster"); }

absl::Status InvalidClientApiVersion() {
  return absl::InvalidArgumentError("etcdserver: invalid client api version");
}

absl::Status MemberUrlsInvalid() {
  return absl::InvalidArgumentError("etcdserver: given member URLs are invalid");
}

absl::Status MemberNotFound() { return absl::NotFoundError("etcdserver: member not found"); }

absl::Status MemberExists() {
  return absl::FailedPreconditionError("etcdserver: member ID already exist");
}

absl::Status PeerUrlExists() {
  return absl::FailedPreconditionError("etcdserver: Peer URLs already exists");
}

absl::Status MemberIsNoLearner() {
  return absl::FailedPreconditionError("etcdserver: can only promote a learner member");
}

absl::Status LearnerNotReady() {
  return absl::FailedPreconditionError(
      "etcdserver: can only promote a learner member which is in sync with leader");
}

absl::Status TooManyLearners() {
  return absl::FailedPreconditionError("etcdserver: too many learner members in cluster");
}

// Declared as a failed precondition, but what etcd's table of errors holds is not that status.
absl::Status NotEnoughStartedMembers() {
  return absl::UnknownError(
      "etcdserver: re-configuration failed due to not enough started members");
}

absl::Status UnhealthyCluster() { return absl::UnavailableError("etcdserver: unhealthy cluster"); }

absl::Status WrongDowngradeVersionFormat() {
  return absl::InvalidArgumentError("etcdserver: wrong downgrade target version format");
}

absl::Status InvalidDowngradeTarget() {
  return absl::InvalidArgumentError("etcdserver: invalid downgrade target version");
}

absl::Status DowngradeInProgress() {
  return absl::FailedPreconditionError("etcdserver: cluster has a downgrade job in progress");
}

absl::Status NoDowngradeInProgress() {
  return absl::FailedPreconditionError("etcdserver: no inflight downgrade job");
}

absl::Status UnknownDowngradeAction() { return absl::UnknownError("etcdserver: unknown method"); }

absl::Status SessionExpired() { return absl::UnknownError("mutex: session is expired"); }

absl::Status ElectionNotLeader() { return absl::UnknownError("election: not leader"); }

absl::Status ElectionNoLeader() { return absl::UnknownError("election: no leader"); }

absl::Status MissingLeaderKey() { return absl::UnknownError("\"leader\" field must be provided"); }

}  // namespace fakeetcd::error
