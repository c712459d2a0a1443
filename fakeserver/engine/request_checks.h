#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fakeserver/base/emulation.h"
#include "fakeserver/engine/requests.h"

namespace fakeetcd {

/// What a request's shape alone decides, before any state is looked at, in etcd's order
/// (etcdserver/api/v3rpc/key.go). Each returns the first thing wrong.

absl::Status CheckRange(const RangeRequest& request, const Behavior& behavior);
absl::Status CheckPut(const PutRequest& request);
absl::Status CheckDeleteRange(const DeleteRangeRequest& request);
absl::Status CheckTxn(const TxnRequest& request, const Behavior& behavior, int64_t max_txn_ops);

/// The peer URLs of a new member, put in order.
absl::StatusOr<std::vector<std::string>> CheckMemberUrls(const std::vector<std::string>& peer_urls,
                                                         const Behavior& behavior);

/// True when the pairs are wanted as they come from the store, ascending by key.
bool IsInKeyOrder(const RangeRequest& request);
/// True when pairs are left out by their revisions.
bool HasRevisionBounds(const RangeRequest& request);

/// True when the transaction can only read, at its top level: then it is not a proposal.
bool IsReadOnly(const TxnRequest& request);

}  // namespace fakeetcd
