#pragma once

#include <grpcpp/support/status.h>

#include "client/src/watch_buffer.h"
#include "client/src/watch_hub.h"
#include "etcdpp/kv.h"
#include "etcdpp/lease.h"
#include "etcdpp/status.h"
#include "etcdpp/txn.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/watch.pb.h"

namespace etcdpp {

namespace pb = etcdpp_proto::etcdserverpb;

// Between the public types and the wire's. Bytes are moved where they can be.

pb::RangeRequest ToProto(const RangeRequest& request);
pb::PutRequest ToProto(PutRequest request);
pb::DeleteRangeRequest ToProto(const DeleteRequest& request);
pb::TxnRequest ToProto(TxnRequest request);
pb::CompactionRequest ToProto(const CompactRequest& request);
pb::LeaseGrantRequest ToProto(const LeaseGrantRequest& request);
pb::LeaseRevokeRequest ToProto(const LeaseRevokeRequest& request);
pb::LeaseKeepAliveRequest ToProto(const LeaseKeepAliveRequest& request);
pb::LeaseTimeToLiveRequest ToProto(const TimeToLiveRequest& request);
pb::WatchRequest ToProto(WatchCommand command);

/// Writes a range into a message that has `key` and `range_end`.
template <typename Wire>
void SetRange(const KeyRange& range, Wire* wire) {
  wire->set_key(range.key());
  if (!range.end().empty()) wire->set_range_end(range.end());
}

ResponseHeader FromProto(const pb::ResponseHeader& header);
RangeResponse FromProto(pb::RangeResponse&& response);
PutResponse FromProto(pb::PutResponse&& response);
DeleteResponse FromProto(pb::DeleteRangeResponse&& response);
TxnResponse FromProto(pb::TxnResponse&& response);
CompactResponse FromProto(pb::CompactionResponse&& response);
LeaseGrantResponse FromProto(pb::LeaseGrantResponse&& response);
LeaseRevokeResponse FromProto(pb::LeaseRevokeResponse&& response);
LeaseKeepAliveResponse FromProto(pb::LeaseKeepAliveResponse&& response);
TimeToLiveResponse FromProto(pb::LeaseTimeToLiveResponse&& response);
LeasesResponse FromProto(pb::LeaseLeasesResponse&& response);
WatchFrame FromProto(pb::WatchResponse&& response);

Status FromGrpc(const grpc::Status& status);

}  // namespace etcdpp
