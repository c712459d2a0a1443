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

}  // namespace conformance
