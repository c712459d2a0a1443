#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "conformance/differential/side.h"
#include "conformance/differential/step.h"
#include "conformance/support/rpc.h"
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
  int txn_depth = 2;    // of transactions in transactions
  int edge_chance = 5;  // in a hundred: values at the ends of their types, and such
};

/// "kv", "txn-deep", "watch", "lease", "edges", "all".
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
  bool Chance(int in_a_hundred) { return Number(1, 100) <= in_a_hundred; }
  int64_t Number(int64_t low, int64_t high);
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return *(values.begin() + Number(0, static_cast<int64_t>(values.size()) - 1));
  }
  int64_t Edge();
  std::string Key();
  std::string RangeEnd(const std::string& key);
  std::string Value();
  int64_t Revision();
  int64_t Lease();

  pb::RangeRequest Range();
  pb::PutRequest Put();
  pb::DeleteRangeRequest Delete();
  pb::Compare Compare();
  pb::RequestOp Op(int depth, bool keeps);
  pb::TxnRequest Txn(int depth, bool keeps);
  pb::CompactionRequest Compact();
  Step LeaseCall();
  pb::WatchRequest Watch();

  const Profile profile_;
  const Version version_;
  std::mt19937_64 random_;
  int64_t revision_ = 1;
  int64_t compacted_ = 0;
  int64_t watches_ = 0;
  std::vector<int64_t> leases_;
};

}  // namespace conformance
