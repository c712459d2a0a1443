#include "fakeserver/services/dispatched_requester.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "fakeserver/services/proto.h"

namespace fakeetcd {
namespace {

pb::RangeRequest ToWire(const RangeRequest& request) {
  pb::RangeRequest message;
  message.set_key(std::string(request.key));
  message.set_range_end(std::string(request.range_end));
  message.set_limit(request.limit);
  message.set_sort_order(static_cast<pb::RangeRequest::SortOrder>(request.sort_order));
  message.set_sort_target(static_cast<pb::RangeRequest::SortTarget>(request.sort_target));
  message.set_max_create_revision(request.max_create_revision);
  return message;
}

pb::PutRequest ToWire(const PutRequest& request) {
  pb::PutRequest message;
  message.set_key(std::string(request.key));
  message.set_value(std::string(request.value));
  message.set_lease(request.lease);
  return message;
}

pb::DeleteRangeRequest ToWire(const DeleteRangeRequest& request) {
  pb::DeleteRangeRequest message;
  message.set_key(std::string(request.key));
  return message;
}

void AddOps(const std::vector<RequestOp>& ops,
            google::protobuf::RepeatedPtrField<pb::RequestOp>& messages) {
  for (const RequestOp& op : ops) {
    pb::RequestOp& message = *messages.Add();
    if (const auto* range = std::get_if<RangeRequest>(&op.request)) {
      *message.mutable_request_range() = ToWire(*range);
    } else if (const auto* put = std::get_if<PutRequest>(&op.request)) {
      *message.mutable_request_put() = ToWire(*put);
    } else if (const auto* deletion = std::get_if<DeleteRangeRequest>(&op.request)) {
      *message.mutable_request_delete_range() = ToWire(*deletion);
    }
  }
}

// As far as recipes use transactions: compares are of the create revision.
pb::TxnRequest ToWire(const TxnRequest& request) {
  pb::TxnRequest message;
  for (const Compare& compare : request.compare) {
    pb::Compare& created = *message.add_compare();
    created.set_target(pb::Compare::CREATE);
    created.set_key(std::string(compare.key));
    created.set_create_revision(compare.number);
  }
  AddOps(request.success, *message.mutable_success());
  AddOps(request.failure, *message.mutable_failure());
  return message;
}

}  // namespace

Envelope DispatchedRequester::Of(size_t bytes) const {
  return {.bytes = bytes, .token = token_, .common_name = common_name_};
}

absl::StatusOr<RangeResponse> DispatchedRequester::Range(const RangeRequest& request) {
  return dispatcher_.Range(request, Of(ToWire(request).ByteSizeLong()));
}

absl::StatusOr<DeleteRangeResponse> DispatchedRequester::DeleteRange(
    const DeleteRangeRequest& request) {
  return dispatcher_.DeleteRange(request, Of(ToWire(request).ByteSizeLong()));
}

absl::StatusOr<TxnResponse> DispatchedRequester::Txn(const TxnRequest& request) {
  return dispatcher_.Txn(request, Of(ToWire(request).ByteSizeLong()));
}

absl::StatusOr<LeaseId> DispatchedRequester::LeaseGrant(int64_t ttl_seconds) {
  pb::LeaseGrantRequest message;
  message.set_ttl(ttl_seconds);
  const auto lease = dispatcher_.LeaseGrant(0, ttl_seconds, Of(message.ByteSizeLong()));
  if (!lease.ok()) return lease.status();
  return lease->id;
}

void DispatchedRequester::WatchCreate(WatchStream& stream, WatchCreateRequest request) {
  dispatcher_.WatchCreate(stream, std::move(request), Of(0));
}

Parties PartiesOf(Dispatcher& dispatcher, const Envelope& envelope) {
  return {.engine = &dispatcher.engine(),
          .caller = std::make_shared<DispatchedRequester>(dispatcher, envelope),
          .nobody = std::make_shared<DispatchedRequester>(dispatcher, Envelope())};
}

absl::Status WithoutCode(const absl::Status& status) {
  return status.ok() || absl::IsCancelled(status) ? status : absl::UnknownError(status.message());
}

}  // namespace fakeetcd
