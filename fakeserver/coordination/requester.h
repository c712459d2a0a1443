#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/requests.h"

namespace fakeetcd {

/// The server as one caller may use it: requests are checked and carried out with its rights.
/// Thread-safe.
class Requester {
 public:
  virtual ~Requester() = default;

  virtual absl::StatusOr<RangeResponse> Range(const RangeRequest& request) = 0;
  virtual absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request) = 0;
  virtual absl::StatusOr<TxnResponse> Txn(const TxnRequest& request) = 0;
  virtual absl::StatusOr<LeaseId> LeaseGrant(int64_t ttl_seconds) = 0;
  virtual void WatchCreate(WatchStream& stream, WatchCreateRequest request) = 0;
};

/// Who takes part in a recipe.
struct Parties {
  Engine* engine;
  std::shared_ptr<Requester> caller;
  /// Cleans up when the caller has gone. Nobody in particular: so it is in etcd, where a key stays
  /// until its lease runs out if nobody may delete it.
  std::shared_ptr<Requester> nobody;
};

}  // namespace fakeetcd
