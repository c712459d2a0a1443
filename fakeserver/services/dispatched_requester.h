#pragma once

#include <optional>
#include <string>

#include "fakeserver/coordination/requester.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// A caller whose requests are dispatched like its own, with what its envelope says of it. etcd
/// has a client of its own within the server for this; what that one says is what is checked.
class DispatchedRequester final : public Requester {
 public:
  DispatchedRequester(Dispatcher& dispatcher, const Envelope& envelope)
      : dispatcher_(dispatcher), token_(envelope.token), common_name_(envelope.common_name) {}

  absl::StatusOr<RangeResponse> Range(const RangeRequest& request) override;
  absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request) override;
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request) override;
  absl::StatusOr<LeaseId> LeaseGrant(int64_t ttl_seconds) override;
  void WatchCreate(WatchStream& stream, WatchCreateRequest request) override;

 private:
  Envelope Of(size_t bytes) const;

  Dispatcher& dispatcher_;
  // A call may be over while one who waited on its behalf is still about to find that out.
  const std::optional<std::string> token_;
  const std::optional<std::string> common_name_;
};

/// Who takes part in a recipe on behalf of a call with `envelope`.
Parties PartiesOf(Dispatcher& dispatcher, const Envelope& envelope);

/// A recipe's failure as etcd sends it: what its inner client gets is no status any more, but a
/// text.
absl::Status WithoutCode(const absl::Status& status);

}  // namespace fakeetcd
