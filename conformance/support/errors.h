#pragma once

#include <grpcpp/support/status_code_enum.h>

namespace conformance {

/// How etcd refuses: clients match on both, so both are part of the contract.
struct Error {
  grpc::StatusCode code;
  const char* text;
};

constexpr Error kEmptyKey{grpc::INVALID_ARGUMENT, "etcdserver: key is not provided"};
constexpr Error kKeyNotFound{grpc::INVALID_ARGUMENT, "etcdserver: key not found"};
constexpr Error kValueProvided{grpc::INVALID_ARGUMENT, "etcdserver: value is provided"};
constexpr Error kLeaseProvided{grpc::INVALID_ARGUMENT, "etcdserver: lease is provided"};
constexpr Error kTooManyOps{grpc::INVALID_ARGUMENT,
                            "etcdserver: too many operations in txn request"};
constexpr Error kDuplicateKey{grpc::INVALID_ARGUMENT,
                              "etcdserver: duplicate key given in txn request"};
constexpr Error kInvalidSortOption{grpc::INVALID_ARGUMENT, "etcdserver: invalid sort option"};
constexpr Error kRequestTooLarge{grpc::INVALID_ARGUMENT, "etcdserver: request is too large"};
constexpr Error kCompacted{grpc::OUT_OF_RANGE,
                           "etcdserver: mvcc: required revision has been compacted"};
constexpr Error kFutureRevision{grpc::OUT_OF_RANGE,
                                "etcdserver: mvcc: required revision is a future revision"};
constexpr Error kLeaseNotFound{grpc::NOT_FOUND, "etcdserver: requested lease not found"};
constexpr Error kLeaseExists{grpc::FAILED_PRECONDITION, "etcdserver: lease already exists"};
constexpr Error kLeaseTtlTooLarge{grpc::OUT_OF_RANGE, "etcdserver: too large lease TTL"};
constexpr Error kNoSpace{grpc::RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"};
constexpr Error kCorrupt{grpc::DATA_LOSS, "etcdserver: corrupt cluster"};
constexpr Error kMemberUrlsInvalid{grpc::INVALID_ARGUMENT,
                                   "etcdserver: given member URLs are invalid"};
constexpr Error kMemberNotFound{grpc::NOT_FOUND, "etcdserver: member not found"};
constexpr Error kMemberExists{grpc::FAILED_PRECONDITION, "etcdserver: member ID already exist"};
constexpr Error kPeerUrlExists{grpc::FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"};
constexpr Error kMemberIsNoLearner{grpc::FAILED_PRECONDITION,
                                   "etcdserver: can only promote a learner member"};
constexpr Error kLearnerNotReady{
    grpc::FAILED_PRECONDITION,
    "etcdserver: can only promote a learner member which is in sync with leader"};
constexpr Error kTooManyLearners{grpc::FAILED_PRECONDITION,
                                 "etcdserver: too many learner members in cluster"};
constexpr Error kNotEnoughStarted{
    grpc::UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"};
constexpr Error kUnhealthy{grpc::UNAVAILABLE, "etcdserver: unhealthy cluster"};
constexpr Error kBadTransferee{grpc::FAILED_PRECONDITION, "etcdserver: bad leader transferee"};
constexpr Error kNotLeader{grpc::FAILED_PRECONDITION, "etcdserver: not leader"};
constexpr Error kWrongVersionFormat{grpc::INVALID_ARGUMENT,
                                    "etcdserver: wrong downgrade target version format"};
constexpr Error kInvalidDowngrade{grpc::INVALID_ARGUMENT,
                                  "etcdserver: invalid downgrade target version"};
constexpr Error kDowngradeInProgress{grpc::FAILED_PRECONDITION,
                                     "etcdserver: cluster has a downgrade job in progress"};
constexpr Error kNoDowngrade{grpc::FAILED_PRECONDITION, "etcdserver: no inflight downgrade job"};

constexpr Error kRootUserNotExist{grpc::FAILED_PRECONDITION,
                                  "etcdserver: root user does not exist"};
constexpr Error kRootRoleNotExist{grpc::FAILED_PRECONDITION,
                                  "etcdserver: root user does not have root role"};
constexpr Error kUserAlreadyExist{grpc::FAILED_PRECONDITION,
                                  "etcdserver: user name already exists"};
constexpr Error kUserEmpty{grpc::INVALID_ARGUMENT, "etcdserver: user name is empty"};
constexpr Error kUserNotFound{grpc::FAILED_PRECONDITION, "etcdserver: user name not found"};
constexpr Error kRoleAlreadyExist{grpc::FAILED_PRECONDITION,
                                  "etcdserver: role name already exists"};
constexpr Error kRoleNotFound{grpc::FAILED_PRECONDITION, "etcdserver: role name not found"};
constexpr Error kRoleEmpty{grpc::INVALID_ARGUMENT, "etcdserver: role name is empty"};
constexpr Error kAuthFailed{grpc::INVALID_ARGUMENT,
                            "etcdserver: authentication failed, invalid user ID or password"};
constexpr Error kNoPasswordUser{
    grpc::UNKNOWN, "auth: authentication failed, password was given for no password user"};
constexpr Error kPasswordTooLong{grpc::UNKNOWN, "bcrypt: password length exceeds 72 bytes"};
constexpr Error kPermissionNotGiven{grpc::INVALID_ARGUMENT, "etcdserver: permission not given"};
constexpr Error kPermissionDenied{grpc::PERMISSION_DENIED, "etcdserver: permission denied"};
constexpr Error kRoleNotGranted{grpc::FAILED_PRECONDITION,
                                "etcdserver: role is not granted to the user"};
constexpr Error kPermissionNotGranted{grpc::FAILED_PRECONDITION,
                                      "etcdserver: permission is not granted to the role"};
constexpr Error kAuthNotEnabled{grpc::FAILED_PRECONDITION,
                                "etcdserver: authentication is not enabled"};
constexpr Error kInvalidAuthToken{grpc::UNAUTHENTICATED, "etcdserver: invalid auth token"};
constexpr Error kInvalidAuthMgmt{grpc::INVALID_ARGUMENT, "etcdserver: invalid auth management"};
constexpr Error kOk{grpc::OK, ""};

}  // namespace conformance
