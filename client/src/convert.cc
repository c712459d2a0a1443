#include "client/src/convert.h"

#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace etcdpp {
namespace {

namespace mvccpb = etcdpp_proto::mvccpb;

using std::chrono::seconds;

// The public enumerators have the wire's numbers; convert_test holds them to it.
template <typename Wire, typename Ours>
Wire ToWire(Ours value) {
  return static_cast<Wire>(static_cast<int>(value));
}

KeyValue FromProto(mvccpb::KeyValue&& kv) {
  KeyValue result;
  result.key = std::move(*kv.mutable_key());
  result.value = std::move(*kv.mutable_value());
  result.create_revision = kv.create_revision();
  result.mod_revision = kv.mod_revision();
  result.version = kv.version();
  result.lease = kv.lease();
  return result;
}

std::vector<KeyValue> FromProto(google::protobuf::RepeatedPtrField<mvccpb::KeyValue>* kvs) {
  std::vector<KeyValue> result;
  result.reserve(static_cast<size_t>(kvs->size()));
  for (mvccpb::KeyValue& kv : *kvs) result.push_back(FromProto(std::move(kv)));
  return result;
}

WatchEvent FromProto(mvccpb::Event&& event) {
  WatchEvent result;
  result.type =
      event.type() == mvccpb::Event::DELETE ? WatchEvent::Type::kDelete : WatchEvent::Type::kPut;
  result.kv = FromProto(std::move(*event.mutable_kv()));
  if (event.has_prev_kv()) result.prev_kv = FromProto(std::move(*event.mutable_prev_kv()));
  return result;
}

pb::Compare ToProto(Compare&& compare) {
  pb::Compare wire;
  SetRange(compare.range, &wire);
  wire.set_result(ToWire<pb::Compare::CompareResult>(compare.relation));
  wire.set_target(ToWire<pb::Compare::CompareTarget>(compare.target));
  const int64_t* number = std::get_if<int64_t>(&compare.operand);
  const int64_t operand = number == nullptr ? 0 : *number;
  switch (compare.target) {
    case Compare::Target::kVersion:
      wire.set_version(operand);
      break;
    case Compare::Target::kCreateRevision:
      wire.set_create_revision(operand);
      break;
    case Compare::Target::kModRevision:
      wire.set_mod_revision(operand);
      break;
    case Compare::Target::kLease:
      wire.set_lease(operand);
      break;
    case Compare::Target::kValue:
      if (auto* text = std::get_if<std::string>(&compare.operand)) {
        wire.set_value(std::move(*text));
      }
      break;
  }
  return wire;
}

// One overload for each kind of operation.
struct ToRequestOp {
  pb::RequestOp* wire;

  void operator()(const RangeRequest& op) const { *wire->mutable_request_range() = ToProto(op); }
  void operator()(PutRequest& op) const { *wire->mutable_request_put() = ToProto(std::move(op)); }
  void operator()(const DeleteRequest& op) const {
    *wire->mutable_request_delete_range() = ToProto(op);
  }
  void operator()(TxnRequest& op) const { *wire->mutable_request_txn() = ToProto(std::move(op)); }
};

OpResponse FromProto(pb::ResponseOp&& op) {
  switch (op.response_case()) {
    case pb::ResponseOp::kResponsePut:
      return {etcdpp::FromProto(std::move(*op.mutable_response_put()))};
    case pb::ResponseOp::kResponseDeleteRange:
      return {etcdpp::FromProto(std::move(*op.mutable_response_delete_range()))};
    case pb::ResponseOp::kResponseTxn:
      return {etcdpp::FromProto(std::move(*op.mutable_response_txn()))};
    default:
      return {etcdpp::FromProto(std::move(*op.mutable_response_range()))};
  }
}

struct ToWatchRequest {
  pb::WatchRequest* wire;

  void operator()(const WatchCreate& create) const {
    const WatchOptions& options = create.request.options;
    pb::WatchCreateRequest* request = wire->mutable_create_request();
    SetRange(create.request.range, request);
    request->set_watch_id(create.watch_id);
    request->set_start_revision(options.start_revision);
    request->set_progress_notify(options.progress_notify);
    request->set_prev_kv(options.prev_kv);
    request->set_fragment(options.fragment);
    if (options.no_puts) request->add_filters(pb::WatchCreateRequest::NOPUT);
    if (options.no_deletes) request->add_filters(pb::WatchCreateRequest::NODELETE);
  }
  void operator()(const WatchCancel& cancel) const {
    wire->mutable_cancel_request()->set_watch_id(cancel.watch_id);
  }
  void operator()(const WatchAskProgress&) const { wire->mutable_progress_request(); }
};

}  // namespace

pb::RangeRequest ToProto(const RangeRequest& request) {
  pb::RangeRequest wire;
  SetRange(request.range, &wire);
  const RangeOptions& options = request.options;
  wire.set_limit(options.limit);
  wire.set_revision(options.revision);
  wire.set_sort_order(ToWire<pb::RangeRequest::SortOrder>(options.sort_order));
  wire.set_sort_target(ToWire<pb::RangeRequest::SortTarget>(options.sort_target));
  wire.set_serializable(options.serializable);
  wire.set_keys_only(options.keys_only);
  wire.set_count_only(options.count_only);
  wire.set_min_mod_revision(options.min_mod_revision);
  wire.set_max_mod_revision(options.max_mod_revision);
  wire.set_min_create_revision(options.min_create_revision);
  wire.set_max_create_revision(options.max_create_revision);
  return wire;
}

pb::PutRequest ToProto(PutRequest request) {
  pb::PutRequest wire;
  wire.set_key(std::move(request.key));
  wire.set_value(std::move(request.value));
  wire.set_lease(request.options.lease);
  wire.set_prev_kv(request.options.prev_kv);
  wire.set_ignore_value(request.options.ignore_value);
  wire.set_ignore_lease(request.options.ignore_lease);
  return wire;
}

pb::DeleteRangeRequest ToProto(const DeleteRequest& request) {
  pb::DeleteRangeRequest wire;
  SetRange(request.range, &wire);
  wire.set_prev_kv(request.options.prev_kv);
  return wire;
}

pb::TxnRequest ToProto(TxnRequest request) {
  pb::TxnRequest wire;
  for (Compare& compare : request.compares) *wire.add_compare() = ToProto(std::move(compare));
  for (Op& op : request.success) std::visit(ToRequestOp{wire.add_success()}, op.request);
  for (Op& op : request.failure) std::visit(ToRequestOp{wire.add_failure()}, op.request);
  return wire;
}

pb::CompactionRequest ToProto(const CompactRequest& request) {
  pb::CompactionRequest wire;
  wire.set_revision(request.revision);
  wire.set_physical(request.options.physical);
  return wire;
}

pb::LeaseGrantRequest ToProto(const LeaseGrantRequest& request) {
  pb::LeaseGrantRequest wire;
  wire.set_ttl(request.ttl.count());
  wire.set_id(request.id);
  return wire;
}

pb::LeaseRevokeRequest ToProto(const LeaseRevokeRequest& request) {
  pb::LeaseRevokeRequest wire;
  wire.set_id(request.id);
  return wire;
}

pb::LeaseKeepAliveRequest ToProto(const LeaseKeepAliveRequest& request) {
  pb::LeaseKeepAliveRequest wire;
  wire.set_id(request.id);
  return wire;
}

pb::LeaseTimeToLiveRequest ToProto(const TimeToLiveRequest& request) {
  pb::LeaseTimeToLiveRequest wire;
  wire.set_id(request.id);
  wire.set_keys(request.keys);
  return wire;
}

pb::WatchRequest ToProto(WatchCommand command) {
  pb::WatchRequest wire;
  std::visit(ToWatchRequest{&wire}, command);
  return wire;
}

ResponseHeader FromProto(const pb::ResponseHeader& header) {
  return {header.cluster_id(), header.member_id(), header.revision(), header.raft_term()};
}

RangeResponse FromProto(pb::RangeResponse&& response) {
  return {FromProto(response.header()), FromProto(response.mutable_kvs()), response.more(),
          response.count()};
}

PutResponse FromProto(pb::PutResponse&& response) {
  PutResponse result{FromProto(response.header()), std::nullopt};
  if (response.has_prev_kv()) result.prev_kv = FromProto(std::move(*response.mutable_prev_kv()));
  return result;
}

DeleteResponse FromProto(pb::DeleteRangeResponse&& response) {
  return {FromProto(response.header()), response.deleted(), FromProto(response.mutable_prev_kvs())};
}

TxnResponse FromProto(pb::TxnResponse&& response) {
  TxnResponse result{FromProto(response.header()), response.succeeded(), {}};
  result.responses.reserve(static_cast<size_t>(response.responses_size()));
  for (pb::ResponseOp& op : *response.mutable_responses()) {
    result.responses.push_back(FromProto(std::move(op)));
  }
  return result;
}

CompactResponse FromProto(pb::CompactionResponse&& response) {
  return {FromProto(response.header())};
}

LeaseGrantResponse FromProto(pb::LeaseGrantResponse&& response) {
  return {FromProto(response.header()), response.id(), seconds(response.ttl())};
}

LeaseRevokeResponse FromProto(pb::LeaseRevokeResponse&& response) {
  return {FromProto(response.header())};
}

LeaseKeepAliveResponse FromProto(pb::LeaseKeepAliveResponse&& response) {
  return {FromProto(response.header()), response.id(), seconds(response.ttl())};
}

TimeToLiveResponse FromProto(pb::LeaseTimeToLiveResponse&& response) {
  return {FromProto(response.header()),
          response.id(),
          seconds(response.ttl()),
          seconds(response.grantedttl()),
          {response.keys().begin(), response.keys().end()}};
}

LeasesResponse FromProto(pb::LeaseLeasesResponse&& response) {
  LeasesResponse result{FromProto(response.header()), {}};
  result.leases.reserve(static_cast<size_t>(response.leases_size()));
  for (const pb::LeaseStatus& lease : response.leases()) result.leases.push_back(lease.id());
  return result;
}

WatchFrame FromProto(pb::WatchResponse&& response) {
  WatchFrame frame;
  frame.header = FromProto(response.header());
  frame.watch_id = response.watch_id();
  frame.created = response.created();
  frame.canceled = response.canceled();
  frame.fragment = response.fragment();
  frame.compact_revision = response.compact_revision();
  frame.cancel_reason = std::move(*response.mutable_cancel_reason());
  frame.events.reserve(static_cast<size_t>(response.events_size()));
  for (mvccpb::Event& event : *response.mutable_events()) {
    frame.events.push_back(FromProto(std::move(event)));
  }
  return frame;
}

Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return {};
  return {static_cast<Code>(status.error_code()), status.error_message()};
}

}  // namespace etcdpp
