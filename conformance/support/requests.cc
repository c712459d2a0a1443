#include "conformance/support/requests.h"

#include <cassert>
#include <utility>

namespace conformance {

pb::RangeRequest Range(const std::string& key, const RangeOptions& options) {
  pb::RangeRequest request;
  request.set_key(key);
  request.set_range_end(options.range_end);
  request.set_limit(options.limit);
  request.set_revision(options.revision);
  request.set_sort_target(options.target);
  request.set_sort_order(options.order);
  request.set_serializable(options.serializable);
  request.set_keys_only(options.keys_only);
  request.set_count_only(options.count_only);
  request.set_min_mod_revision(options.min_mod_revision);
  request.set_max_mod_revision(options.max_mod_revision);
  request.set_min_create_revision(options.min_create_revision);
  request.set_max_create_revision(options.max_create_revision);
  return request;
}

pb::PutRequest Put(const std::string& key, const std::string& value, const PutOptions& options) {
  pb::PutRequest request;
  request.set_key(key);
  request.set_value(value);
  request.set_lease(options.lease);
  request.set_prev_kv(options.prev_kv);
  request.set_ignore_value(options.ignore_value);
  request.set_ignore_lease(options.ignore_lease);
  return request;
}

pb::DeleteRangeRequest Delete(const std::string& key, const DeleteOptions& options) {
  pb::DeleteRangeRequest request;
  request.set_key(key);
  request.set_range_end(options.range_end);
  request.set_prev_kv(options.prev_kv);
  return request;
}

Op::Op(pb::RangeRequest request) { *proto.mutable_request_range() = std::move(request); }
Op::Op(pb::PutRequest request) { *proto.mutable_request_put() = std::move(request); }
Op::Op(pb::DeleteRangeRequest request) {
  *proto.mutable_request_delete_range() = std::move(request);
}
Op::Op(pb::TxnRequest request) { *proto.mutable_request_txn() = std::move(request); }

pb::TxnRequest Txn(const std::vector<pb::Compare>& compares, const std::vector<Op>& success,
                   const std::vector<Op>& failure) {
  pb::TxnRequest request;
  for (const pb::Compare& compare : compares) *request.add_compare() = compare;
  for (const Op& op : success) *request.add_success() = op.proto;
  for (const Op& op : failure) *request.add_failure() = op.proto;
  return request;
}

pb::Compare If(const std::string& key, pb::Compare::CompareTarget compared,
               pb::Compare::CompareResult result, int64_t operand) {
  pb::Compare compare;
  compare.set_key(key);
  compare.set_target(compared);
  compare.set_result(result);
  assert(compared != pb::Compare::VALUE);
  if (compared == kVersion) compare.set_version(operand);
  if (compared == kCreate) compare.set_create_revision(operand);
  if (compared == kMod) compare.set_mod_revision(operand);
  if (compared == kLease) compare.set_lease(operand);
  return compare;
}

pb::Compare IfValue(const std::string& key, pb::Compare::CompareResult result,
                    const std::string& operand) {
  pb::Compare compare;
  compare.set_key(key);
  compare.set_target(pb::Compare::VALUE);
  compare.set_result(result);
  compare.set_value(operand);
  return compare;
}

pb::Compare Over(pb::Compare compare, const std::string& range_end) {
  compare.set_range_end(range_end);
  return compare;
}

pb::CompactionRequest Compact(int64_t revision, bool physical) {
  pb::CompactionRequest request;
  request.set_revision(revision);
  request.set_physical(physical);
  return request;
}

pb::HashKVRequest HashKv(int64_t revision) {
  pb::HashKVRequest request;
  request.set_revision(revision);
  return request;
}

pb::LeaseGrantRequest LeaseGrant(int64_t ttl, int64_t id) {
  pb::LeaseGrantRequest request;
  request.set_ttl(ttl);
  request.set_id(id);
  return request;
}

pb::LeaseRevokeRequest LeaseRevoke(int64_t id) {
  pb::LeaseRevokeRequest request;
  request.set_id(id);
  return request;
}

pb::LeaseTimeToLiveRequest TimeToLive(int64_t id, bool keys) {
  pb::LeaseTimeToLiveRequest request;
  request.set_id(id);
  request.set_keys(keys);
  return request;
}

lockpb::LockRequest Lock(const std::string& name, int64_t lease) {
  lockpb::LockRequest request;
  request.set_name(name);
  request.set_lease(lease);
  return request;
}

lockpb::UnlockRequest Unlock(const std::string& key) {
  lockpb::UnlockRequest request;
  request.set_key(key);
  return request;
}

electionpb::CampaignRequest Campaign(const std::string& name, const std::string& value,
                                     int64_t lease) {
  electionpb::CampaignRequest request;
  request.set_name(name);
  request.set_value(value);
  request.set_lease(lease);
  return request;
}

electionpb::ProclaimRequest Proclaim(const electionpb::LeaderKey& leader,
                                     const std::string& value) {
  electionpb::ProclaimRequest request;
  *request.mutable_leader() = leader;
  request.set_value(value);
  return request;
}

electionpb::LeaderRequest Leader(const std::string& name) {
  electionpb::LeaderRequest request;
  request.set_name(name);
  return request;
}

electionpb::ResignRequest Resign(const electionpb::LeaderKey& leader) {
  electionpb::ResignRequest request;
  *request.mutable_leader() = leader;
  return request;
}

pb::MemberAddRequest MemberAdd(const std::vector<std::string>& peer_urls, bool learner) {
  pb::MemberAddRequest request;
  for (const std::string& url : peer_urls) request.add_peerurls(url);
  request.set_islearner(learner);
  return request;
}

pb::MemberRemoveRequest MemberRemove(uint64_t id) {
  pb::MemberRemoveRequest request;
  request.set_id(id);
  return request;
}

pb::MemberUpdateRequest MemberUpdate(uint64_t id, const std::vector<std::string>& peer_urls) {
  pb::MemberUpdateRequest request;
  request.set_id(id);
  for (const std::string& url : peer_urls) request.add_peerurls(url);
  return request;
}

pb::MemberPromoteRequest MemberPromote(uint64_t id) {
  pb::MemberPromoteRequest request;
  request.set_id(id);
  return request;
}

pb::MoveLeaderRequest MoveLeader(uint64_t target) {
  pb::MoveLeaderRequest request;
  request.set_targetid(target);
  return request;
}

pb::AlarmRequest Alarm(pb::AlarmRequest::AlarmAction action, pb::AlarmType type, uint64_t member) {
  pb::AlarmRequest request;
  request.set_action(action);
  request.set_alarm(type);
  request.set_memberid(member);
  return request;
}

pb::DowngradeRequest Downgrade(pb::DowngradeRequest::DowngradeAction action,
                               const std::string& version) {
  pb::DowngradeRequest request;
  request.set_action(action);
  request.set_version(version);
  return request;
}

}  // namespace conformance
