#include "etcdpp/reason.h"

#include <ostream>

#include "client/src/reason_table.h"

namespace etcdpp {
namespace {

// etcd's api/v3rpc/rpctypes/error.go, with the "etcdserver: " that each of them begins with.
constexpr KnownError kErrors[] = {
    {Reason::kEmptyKey, Code::kInvalidArgument, "etcdserver: key is not provided", "EmptyKey"},
    {Reason::kKeyNotFound, Code::kInvalidArgument, "etcdserver: key not found", "KeyNotFound"},
    {Reason::kValueProvided, Code::kInvalidArgument, "etcdserver: value is provided",
     "ValueProvided"},
    {Reason::kLeaseProvided, Code::kInvalidArgument, "etcdserver: lease is provided",
     "LeaseProvided"},
    {Reason::kTooManyOps, Code::kInvalidArgument, "etcdserver: too many operations in txn request",
     "TooManyOps"},
    {Reason::kDuplicateKey, Code::kInvalidArgument,
     "etcdserver: duplicate key given in txn request", "DuplicateKey"},
    {Reason::kInvalidSortOption, Code::kInvalidArgument, "etcdserver: invalid sort option",
     "InvalidSortOption"},
    {Reason::kInvalidClientApiVersion, Code::kInvalidArgument,
     "etcdserver: invalid client api version", "InvalidClientApiVersion"},
    {Reason::kCompacted, Code::kOutOfRange,
     "etcdserver: mvcc: required revision has been compacted", "Compacted"},
    {Reason::kFutureRevision, Code::kOutOfRange,
     "etcdserver: mvcc: required revision is a future revision", "FutureRevision"},
    {Reason::kNoSpace, Code::kResourceExhausted, "etcdserver: mvcc: database space exceeded",
     "NoSpace"},
    {Reason::kRequestTooLarge, Code::kInvalidArgument, "etcdserver: request is too large",
     "RequestTooLarge"},
    {Reason::kLeaseNotFound, Code::kNotFound, "etcdserver: requested lease not found",
     "LeaseNotFound"},
    {Reason::kLeaseExists, Code::kFailedPrecondition, "etcdserver: lease already exists",
     "LeaseExists"},
    {Reason::kLeaseTtlTooLarge, Code::kOutOfRange, "etcdserver: too large lease TTL",
     "LeaseTtlTooLarge"},
    {Reason::kWatchCanceled, Code::kCancelled, "etcdserver: watch canceled", "WatchCanceled"},
    {Reason::kMemberExists, Code::kFailedPrecondition, "etcdserver: member ID already exist",
     "MemberExists"},
    {Reason::kPeerUrlExists, Code::kFailedPrecondition, "etcdserver: Peer URLs already exists",
     "PeerUrlExists"},
    {Reason::kNotEnoughStartedMembers, Code::kFailedPrecondition,
     "etcdserver: re-configuration failed due to not enough started members",
     "NotEnoughStartedMembers"},
    {Reason::kBadMemberUrls, Code::kInvalidArgument, "etcdserver: given member URLs are invalid",
     "BadMemberUrls"},
    {Reason::kMemberNotFound, Code::kNotFound, "etcdserver: member not found", "MemberNotFound"},
    {Reason::kMemberNotLearner, Code::kFailedPrecondition,
     "etcdserver: can only promote a learner member", "MemberNotLearner"},
    {Reason::kLearnerNotReady, Code::kFailedPrecondition,
     "etcdserver: can only promote a learner member which is in sync with leader",
     "LearnerNotReady"},
    {Reason::kTooManyLearners, Code::kFailedPrecondition,
     "etcdserver: too many learner members in cluster", "TooManyLearners"},
    {Reason::kClusterIdMismatch, Code::kFailedPrecondition, "etcdserver: cluster ID mismatch",
     "ClusterIdMismatch"},
    {Reason::kRootUserMissing, Code::kFailedPrecondition, "etcdserver: root user does not exist",
     "RootUserMissing"},
    {Reason::kRootRoleMissing, Code::kFailedPrecondition,
     "etcdserver: root user does not have root role", "RootRoleMissing"},
    {Reason::kUserExists, Code::kFailedPrecondition, "etcdserver: user name already exists",
     "UserExists"},
    {Reason::kUserEmpty, Code::kInvalidArgument, "etcdserver: user name is empty", "UserEmpty"},
    {Reason::kUserNotFound, Code::kFailedPrecondition, "etcdserver: user name not found",
     "UserNotFound"},
    {Reason::kRoleExists, Code::kFailedPrecondition, "etcdserver: role name already exists",
     "RoleExists"},
    {Reason::kRoleNotFound, Code::kFailedPrecondition, "etcdserver: role name not found",
     "RoleNotFound"},
    {Reason::kRoleEmpty, Code::kInvalidArgument, "etcdserver: role name is empty", "RoleEmpty"},
    {Reason::kAuthFailed, Code::kInvalidArgument,
     "etcdserver: authentication failed, invalid user ID or password", "AuthFailed"},
    {Reason::kPermissionNotGiven, Code::kInvalidArgument, "etcdserver: permission not given",
     "PermissionNotGiven"},
    {Reason::kPermissionDenied, Code::kPermissionDenied, "etcdserver: permission denied",
     "PermissionDenied"},
    {Reason::kRoleNotGranted, Code::kFailedPrecondition,
     "etcdserver: role is not granted to the user", "RoleNotGranted"},
    {Reason::kPermissionNotGranted, Code::kFailedPrecondition,
     "etcdserver: permission is not granted to the role", "PermissionNotGranted"},
    {Reason::kAuthNotEnabled, Code::kFailedPrecondition,
     "etcdserver: authentication is not enabled", "AuthNotEnabled"},
    {Reason::kInvalidAuthToken, Code::kUnauthenticated, "etcdserver: invalid auth token",
     "InvalidAuthToken"},
    {Reason::kInvalidAuthManagement, Code::kInvalidArgument, "etcdserver: invalid auth management",
     "InvalidAuthManagement"},
    {Reason::kAuthOldRevision, Code::kInvalidArgument, "etcdserver: revision of auth store is old",
     "AuthOldRevision"},
    {Reason::kTooManyRequests, Code::kResourceExhausted, "etcdserver: too many requests",
     "TooManyRequests"},
    {Reason::kNoLeader, Code::kUnavailable, "etcdserver: no leader", "NoLeader"},
    {Reason::kNotLeader, Code::kFailedPrecondition, "etcdserver: not leader", "NotLeader"},
    {Reason::kLeaderChanged, Code::kUnavailable, "etcdserver: leader changed", "LeaderChanged"},
    {Reason::kNotCapable, Code::kUnavailable, "etcdserver: not capable", "NotCapable"},
    {Reason::kServerStopped, Code::kUnavailable, "etcdserver: server stopped", "ServerStopped"},
    {Reason::kTimeout, Code::kUnavailable, "etcdserver: request timed out", "Timeout"},
    {Reason::kTimeoutLeaderFailure, Code::kUnavailable,
     "etcdserver: request timed out, possibly due to previous leader failure",
     "TimeoutLeaderFailure"},
    {Reason::kTimeoutConnectionLost, Code::kUnavailable,
     "etcdserver: request timed out, possibly due to connection lost", "TimeoutConnectionLost"},
    {Reason::kTimeoutWaitingApply, Code::kUnavailable,
     "etcdserver: request timed out, waiting for the applied index took too long",
     "TimeoutWaitingApply"},
    {Reason::kUnhealthy, Code::kUnavailable, "etcdserver: unhealthy cluster", "Unhealthy"},
    {Reason::kCorrupt, Code::kDataLoss, "etcdserver: corrupt cluster", "Corrupt"},
    {Reason::kNotSupportedForLearner, Code::kUnavailable,
     "etcdserver: rpc not supported for learner", "NotSupportedForLearner"},
    {Reason::kBadLeaderTransferee, Code::kFailedPrecondition, "etcdserver: bad leader transferee",
     "BadLeaderTransferee"},
    {Reason::kRequestCanceled, Code::kCancelled, "etcdserver: request canceled", "RequestCanceled"},
    {Reason::kRequestDeadlineExceeded, Code::kDeadlineExceeded,
     "etcdserver: context deadline exceeded", "RequestDeadlineExceeded"},
    {Reason::kClusterVersionUnavailable, Code::kFailedPrecondition,
     "etcdserver: cluster version not found during downgrade", "ClusterVersionUnavailable"},
    {Reason::kWrongDowngradeVersionFormat, Code::kInvalidArgument,
     "etcdserver: wrong downgrade target version format", "WrongDowngradeVersionFormat"},
    {Reason::kInvalidDowngradeVersion, Code::kInvalidArgument,
     "etcdserver: invalid downgrade target version", "InvalidDowngradeVersion"},
    {Reason::kDowngradeInProgress, Code::kFailedPrecondition,
     "etcdserver: cluster has a downgrade job in progress", "DowngradeInProgress"},
    {Reason::kNoInflightDowngrade, Code::kFailedPrecondition,
     "etcdserver: no inflight downgrade job", "NoInflightDowngrade"},
};

}  // namespace

std::span<const KnownError> KnownErrors() { return kErrors; }

const KnownError* FindError(std::string_view message) {
  for (const KnownError& error : kErrors) {
    if (error.message == message) return &error;
  }
  return nullptr;
}

std::string_view ToString(Reason reason) {
  for (const KnownError& error : kErrors) {
    if (error.reason == reason) return error.name;
  }
  return reason == Reason::kNoServerAvailable ? "NoServerAvailable" : "None";
}

std::ostream& operator<<(std::ostream& out, Reason reason) { return out << ToString(reason); }

}  // namespace etcdpp
