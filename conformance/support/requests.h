#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/support/rpc.h"

namespace conformance {

// Requests in one expression, for cases to read well. A case that wants to say what these cannot
// fills the message itself.

/// The range_end that means "every key from `key` on", and the key that with it means every key.
inline const std::string kZeroByte = std::string(1, '\0');

/// A lease that nobody has granted.
inline constexpr int64_t kNoSuchLease = 0x6e6f6e65;

struct RangeOptions {
  std::string range_end = {};
  int64_t limit = 0;
  int64_t revision = 0;
  pb::RangeRequest::SortTarget target = pb::RangeRequest::KEY;
  pb::RangeRequest::SortOrder order = pb::RangeRequest::NONE;
  bool serializable = false;
  bool keys_only = false;
  bool count_only = false;
  int64_t min_mod_revision = 0;
  int64_t max_mod_revision = 0;
  int64_t min_create_revision = 0;
  int64_t max_create_revision = 0;
};
pb::RangeRequest Range(const std::string& key, const RangeOptions& options = {});

struct PutOptions {
  int64_t lease = 0;
  bool prev_kv = false;
  bool ignore_value = false;
  bool ignore_lease = false;
};
pb::PutRequest Put(const std::string& key, const std::string& value,
                   const PutOptions& options = {});

struct DeleteOptions {
  std::string range_end = {};
  bool prev_kv = false;
};
pb::DeleteRangeRequest Delete(const std::string& key, const DeleteOptions& options = {});

/// One operation of a transaction; any request that may be one converts.
struct Op {
  Op(pb::RangeRequest request);        // NOLINT(google-explicit-constructor)
  Op(pb::PutRequest request);          // NOLINT(google-explicit-constructor)
  Op(pb::DeleteRangeRequest request);  // NOLINT(google-explicit-constructor)
  Op(pb::TxnRequest request);          // NOLINT(google-explicit-constructor)
  /// The operation that says nothing.
  static Op Empty() { return Op(pb::RequestOp()); }

  pb::RequestOp proto;

 private:
  explicit Op(pb::RequestOp op) : proto(std::move(op)) {}
};

pb::TxnRequest Txn(const std::vector<pb::Compare>& compares, const std::vector<Op>& success,
                   const std::vector<Op>& failure = {});

/// What a compare looks at, and how: If(key, kVersion, kEqual, 0).
constexpr auto kVersion = pb::Compare::VERSION;
constexpr auto kCreate = pb::Compare::CREATE;
constexpr auto kMod = pb::Compare::MOD;
constexpr auto kLease = pb::Compare::LEASE;
constexpr auto kEqual = pb::Compare::EQUAL;
constexpr auto kGreater = pb::Compare::GREATER;
constexpr auto kLess = pb::Compare::LESS;
constexpr auto kNotEqual = pb::Compare::NOT_EQUAL;

/// A compare of a number. REQUIRES: `compared` is not VALUE.
pb::Compare If(const std::string& key, pb::Compare::CompareTarget compared,
               pb::Compare::CompareResult result, int64_t operand);
/// A compare of the value.
pb::Compare IfValue(const std::string& key, pb::Compare::CompareResult result,
                    const std::string& operand);
/// `compare`, of every key from its key up to `range_end`.
pb::Compare Over(pb::Compare compare, const std::string& range_end);

pb::CompactionRequest Compact(int64_t revision, bool physical = false);
pb::HashKVRequest HashKv(int64_t revision);
pb::LeaseGrantRequest LeaseGrant(int64_t ttl, int64_t id = 0);
pb::LeaseRevokeRequest LeaseRevoke(int64_t id);
pb::LeaseTimeToLiveRequest TimeToLive(int64_t id, bool keys = false);

lockpb::LockRequest Lock(const std::string& name, int64_t lease);
lockpb::UnlockRequest Unlock(const std::string& key);
electionpb::CampaignRequest Campaign(const std::string& name, const std::string& value,
                                     int64_t lease);
electionpb::ProclaimRequest Proclaim(const electionpb::LeaderKey& leader, const std::string& value);
electionpb::LeaderRequest Leader(const std::string& name);
electionpb::ResignRequest Resign(const electionpb::LeaderKey& leader);

pb::MemberAddRequest MemberAdd(const std::vector<std::string>& peer_urls, bool learner);
pb::MemberRemoveRequest MemberRemove(uint64_t id);
pb::MemberUpdateRequest MemberUpdate(uint64_t id, const std::vector<std::string>& peer_urls);
pb::MemberPromoteRequest MemberPromote(uint64_t id);
pb::MoveLeaderRequest MoveLeader(uint64_t target);
pb::AlarmRequest Alarm(pb::AlarmRequest::AlarmAction action, pb::AlarmType type = pb::NONE,
                       uint64_t member = 0);
pb::DowngradeRequest Downgrade(pb::DowngradeRequest::DowngradeAction action,
                               const std::string& version = "");

}  // namespace conformance
