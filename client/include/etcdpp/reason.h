#pragma once

#include <iosfwd>
#include <string_view>

namespace etcdpp {

/// What etcd itself objected to, for the errors a caller may want to tell apart.
///
/// These are the errors of etcd 3.4 to 3.7, all of them, by name (rpctypes). gRPC codes alone
/// cannot: a compacted and a future revision are both kOutOfRange. Recognised from the text of the
/// message, as etcd's own Go client does; kNone for every other failure.
enum class Reason {
  kNone,

  /// No endpoint could be reached. The only one that the client itself gives.
  kNoServerAvailable,

  // Keys, transactions, revisions.
  kEmptyKey,
  kKeyNotFound,
  kValueProvided,
  kLeaseProvided,
  kTooManyOps,
  kDuplicateKey,
  kInvalidSortOption,
  kInvalidClientApiVersion,
  kCompacted,
  kFutureRevision,
  kNoSpace,
  kRequestTooLarge,

  // Leases and watches.
  kLeaseNotFound,
  kLeaseExists,
  kLeaseTtlTooLarge,
  kWatchCanceled,

  // Members.
  kMemberExists,
  kPeerUrlExists,
  kNotEnoughStartedMembers,
  kBadMemberUrls,
  kMemberNotFound,
  kMemberNotLearner,
  kLearnerNotReady,
  kTooManyLearners,
  kClusterIdMismatch,

  // Authentication and permissions.
  kRootUserMissing,
  kRootRoleMissing,
  kUserExists,
  kUserEmpty,
  kUserNotFound,
  kRoleExists,
  kRoleNotFound,
  kRoleEmpty,
  kAuthFailed,
  kPermissionNotGiven,
  kPermissionDenied,
  kRoleNotGranted,
  kPermissionNotGranted,
  kAuthNotEnabled,
  kInvalidAuthToken,
  kInvalidAuthManagement,
  kAuthOldRevision,

  // The state of the cluster.
  kTooManyRequests,
  kNoLeader,
  kNotLeader,
  kLeaderChanged,
  kNotCapable,
  kServerStopped,
  kTimeout,
  kTimeoutLeaderFailure,
  kTimeoutConnectionLost,
  kTimeoutWaitingApply,
  kUnhealthy,
  kCorrupt,
  kNotSupportedForLearner,
  kBadLeaderTransferee,
  kRequestCanceled,
  kRequestDeadlineExceeded,

  // Downgrades.
  kClusterVersionUnavailable,
  kWrongDowngradeVersionFormat,
  kInvalidDowngradeVersion,
  kDowngradeInProgress,
  kNoInflightDowngrade,
};

/// The enumerator's name without its k: "Compacted".
std::string_view ToString(Reason reason);

std::ostream& operator<<(std::ostream& out, Reason reason);

}  // namespace etcdpp
