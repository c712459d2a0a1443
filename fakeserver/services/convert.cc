#include "fakeserver/services/convert.h"

namespace fakeetcd {
namespace {

// The operand that the compare's target asks for; another target's counts as none.
void SetOperand(const pb::Compare& message, Compare& compare) {
  switch (compare.target) {
    case CompareTarget::kVersion:
      compare.number = message.version();
      break;
    case CompareTarget::kCreate:
      compare.number = message.create_revision();
      break;
    case CompareTarget::kMod:
      compare.number = message.mod_revision();
      break;
    case CompareTarget::kValue:
      compare.value = message.value();
      break;
    case CompareTarget::kLease:
      compare.number = message.lease();
      break;
  }
}

Compare CompareOf(const pb::Compare& message) {
  Compare compare{.result = static_cast<CompareResult>(message.result()),
                  .target = static_cast<CompareTarget>(message.target()),
                  .key = message.key(),
                  .range_end = message.range_end()};
  SetOperand(message, compare);
  return compare;
}

RequestOp OperationOf(const pb::RequestOp& message) {
  switch (message.request_case()) {
    case pb::RequestOp::kRequestRange:
      return {ToEngine(message.request_range())};
    case pb::RequestOp::kRequestPut:
      return {ToEngine(message.request_put())};
    case pb::RequestOp::kRequestDeleteRange:
      return {ToEngine(message.request_delete_range())};
    case pb::RequestOp::kRequestTxn:
      return {ToEngine(message.request_txn())};
    case pb::RequestOp::REQUEST_NOT_SET:
      break;
  }
  return {};
}

}  // namespace

RangeRequest ToEngine(const pb::RangeRequest& message) {
  return {.key = message.key(),
          .range_end = message.range_end(),
          .limit = message.limit(),
          .revision = message.revision(),
          .sort_order = static_cast<SortOrder>(message.sort_order()),
          .sort_target = static_cast<SortTarget>(message.sort_target()),
          .serializable = message.serializable(),
          .keys_only = message.keys_only(),
          .count_only = message.count_only(),
          .min_mod_revision = message.min_mod_revision(),
          .max_mod_revision = message.max_mod_revision(),
          .min_create_revision = message.min_create_revision(),
          .max_create_revision = message.max_create_revision()};
}

PutRequest ToEngine(const pb::PutRequest& message) {
  return {.key = message.key(),
          .value = message.value(),
          .lease = message.lease(),
          .prev_kv = message.prev_kv(),
          .ignore_value = message.ignore_value(),
          .ignore_lease = message.ignore_lease()};
}

DeleteRangeRequest ToEngine(const pb::DeleteRangeRequest& message) {
  return {.key = message.key(), .range_end = message.range_end(), .prev_kv = message.prev_kv()};
}

TxnRequest ToEngine(const pb::TxnRequest& message) {
  TxnRequest request;
  request.compare.reserve(static_cast<size_t>(message.compare_size()));
  request.success.reserve(static_cast<size_t>(message.success_size()));
  request.failure.reserve(static_cast<size_t>(message.failure_size()));
  for (const pb::Compare& compare : message.compare())
    request.compare.push_back(CompareOf(compare));
  for (const pb::RequestOp& op : message.success()) request.success.push_back(OperationOf(op));
  for (const pb::RequestOp& op : message.failure()) request.failure.push_back(OperationOf(op));
  return request;
}

WatchCreateRequest ToEngine(const pb::WatchCreateRequest& message) {
  WatchCreateRequest request{.key = message.key(),
                             .range_end = message.range_end(),
                             .start_revision = message.start_revision(),
                             .progress_notify = message.progress_notify(),
                             .prev_kv = message.prev_kv(),
                             .watch_id = message.watch_id(),
                             .fragment = message.fragment()};
  for (const int filter : message.filters()) {
    request.filter_put |= filter == pb::WatchCreateRequest::NOPUT;
    request.filter_delete |= filter == pb::WatchCreateRequest::NODELETE;
  }
  return request;
}

}  // namespace fakeetcd
