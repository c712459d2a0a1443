#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "conformance/differential/auth_steps.h"
#include "conformance/differential/cluster_steps.h"
#include "conformance/differential/coordination_steps.h"
#include "conformance/differential/dice.h"
#include "conformance/differential/side.h"
#include "conformance/differential/step.h"
#include "conformance/support/version.h"
#include "etcdpp_proto/watch.pb.h"

namespace conformance {

/// Which operations are made, by weight.
struct Profile {
  std::string name;
  int range = 0;
  int put = 0;
  int del = 0;
  int txn = 0;
  int compact = 0;
  int lease = 0;
  int hash = 0;
  int watch = 0;
  int auth = 0;
  int coordination = 0;
  int members = 0;
  int maintenance = 0;
  int alarms = 0;
  int quota = 0;
  int snapshots = 0;
  int lease_ends = 0;        // each takes seconds, which is what is waited for
  int txn_depth = 2;         // of transactions in transactions
  int edge_chance = 5;       // in a hundred: values at the ends of their types, and such
  int sort_chance = 40;      // in a hundred ranges
  int malformed_chance = 0;  // in a hundred calls: bytes that are no message, or another one
};

/// "kv", "txn-deep", "watch", "lease", "lease-time", "edges", "auth", "lock", "members",
/// "maintenance", "alarm", "quota", "malformed", "all".
const std::vector<Profile>& Profiles();

/// Makes up operations, the same ones for the same seed and answers: keys that collide, ranges that
/// touch, revisions near the compaction and the head. Never makes what crashes a real etcd.
class Generator {
 public:
  Generator(uint64_t seed, const Profile& profile, const Version& version);

  Step Next();
  /// Takes in what came of the last step, to stay near what exists.
  void Learn(const Step& step, const Outcome& outcome);

 private:
  bool Chance(int in_a_hundred) { return dice_.Chance(in_a_hundred); }
  int64_t Number(int64_t low, int64_t high) { return dice_.Number(low, high); }
  int64_t Edge();
  std::string Key();
  std::string RangeEnd(const std::string& key);
  std::string Value();
  int64_t Revision();
  int64_t Lease();

  pb::RangeRequest Range();
  Step RangeCall();
  pb::PutRequest Put();
  pb::DeleteRangeRequest Delete();
  pb::Compare Compare();
  pb::RequestOp Op(int depth, bool keeps);
  pb::TxnRequest Txn(int depth, bool keeps);
  pb::CompactionRequest Compact();
  Step LeaseCall();
  Step GrantShortLease();
  Step AwaitShortLease();
  pb::HashKVRequest HashKv();
  pb::WatchRequest Watch();
  Step Make();
  Step MakeOther(int64_t at);

  const Profile profile_;
  const Version version_;
  Dice dice_;
  AuthSteps auth_;
  CoordinationSteps coordination_;
  MemberSteps members_;
  MaintenanceSteps maintenance_;
  int64_t revision_ = 1;
  int64_t compacted_ = 0;
  int64_t watches_ = 0;
  std::vector<int64_t> open_watches_;  // that were not cancelled
  std::vector<int64_t> leases_;
  int64_t short_leases_ = 0;
  int64_t short_lease_ = 0;    // that runs now; 0: none
  int64_t steps_with_it_ = 0;  // which are to come
};

}  // namespace conformance
