#include "conformance/differential/generator.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "conformance/differential/malformed.h"
#include "conformance/support/requests.h"

namespace conformance {

namespace {

// Of a stream's answers, etcd puts off those of watches beyond 128, and then tells them out of
// order.
constexpr size_t kWatchesMax = 40;

// Of leases whose end is waited for. The steps until then take far less time than etcd's shortest
// TTL: on the one server it must not be gone while it still is there on the other.
constexpr int64_t kShortLease = 1'000'000'000'000;
constexpr int64_t kShortTtl = 2;
constexpr int64_t kStepsWithShortLease = 15;

}  // namespace

const std::vector<Profile>& Profiles() {
  static const auto* const profiles = new std::vector<Profile>{
      {.name = "kv", .range = 40, .put = 35, .del = 10, .txn = 8, .compact = 3, .hash = 4},
      {.name = "txn-deep",
       .range = 10,
       .put = 15,
       .del = 4,
       .txn = 66,
       .compact = 2,
       .hash = 3,
       .txn_depth = 4},
      {.name = "watch",
       .range = 5,
       .put = 45,
       .del = 15,
       .txn = 15,
       .compact = 3,
       .hash = 2,
       .watch = 15},
      {.name = "lease",
       .range = 10,
       .put = 40,
       .del = 8,
       .txn = 12,
       .compact = 1,
       .lease = 27,
       .hash = 2,
       .snapshots = 1},
      // Watches of everything that goes; no sorting, as there is a key more (lockstep.cc).
      {.name = "lease-time",
       .range = 40,
       .put = 200,
       .del = 24,
       .txn = 56,
       .compact = 4,
       .lease = 32,
       .hash = 8,
       .watch = 32,
       .lease_ends = 1,
       .sort_chance = 0},
      {.name = "edges",
       .range = 40,
       .put = 20,
       .del = 8,
       .txn = 15,
       .compact = 6,
       .lease = 5,
       .hash = 6,
       .edge_chance = 40},
      {.name = "auth",
       .range = 16,
       .put = 16,
       .del = 6,
       .txn = 12,
       .compact = 1,
       .lease = 7,
       .hash = 2,
       .auth = 36,
       .maintenance = 4,
       .snapshots = 1},
      // No sorting: with keys of locks there are more than twelve.
      {.name = "lock",
       .range = 6,
       .put = 6,
       .del = 2,
       .txn = 3,
       .hash = 2,
       .coordination = 81,
       .sort_chance = 0},
      {.name = "members",
       .range = 10,
       .put = 20,
       .txn = 5,
       .hash = 2,
       .members = 63,
       .snapshots = 3},
      {.name = "maintenance",
       .range = 5,
       .put = 25,
       .del = 5,
       .txn = 10,
       .compact = 3,
       .lease = 5,
       .hash = 7,
       .maintenance = 40,
       .snapshots = 5},
      {.name = "alarm",
       .range = 10,
       .put = 22,
       .del = 8,
       .txn = 18,
       .compact = 2,
       .lease = 10,
       .hash = 3,
       .maintenance = 6,
       .alarms = 21,
       .snapshots = 2},
      {.name = "quota",
       .range = 10,
       .put = 25,
       .del = 8,
       .txn = 18,
       .compact = 2,
       .lease = 10,
       .hash = 3,
       .maintenance = 8,
       .alarms = 10,
       .quota = 2,
       .snapshots = 1},
      {.name = "malformed",
       .range = 20,
       .put = 30,
       .del = 15,
       .txn = 20,
       .compact = 1,
       .lease = 10,
       .hash = 4,
       .sort_chance = 0,
       .malformed_chance = 50},
      {.name = "all",
       .range = 26,
       .put = 26,
       .del = 8,
       .txn = 20,
       .compact = 3,
       .lease = 9,
       .hash = 4,
       .watch = 4,
       .members = 1,
       .maintenance = 3,
       .snapshots = 1},
  };
  return *profiles;
}

Generator::Generator(uint64_t seed, const Profile& profile, const Version& version)
    : profile_(profile),
      version_(version),
      dice_(seed),
      auth_(dice_, version),
      coordination_(dice_),
      members_(dice_, version),
      maintenance_(dice_, version) {}

int64_t Generator::Edge() {
  return dice_.OneOf<int64_t>({0, 1, -1, 2, std::numeric_limits<int64_t>::max(),
                               std::numeric_limits<int64_t>::min(), revision_, revision_ + 1,
                               compacted_, compacted_ - 1, compacted_ + 1});
}

// No more than twelve keys with the fence's: beyond, how Go's sort leaves pairs that are equal in
// what they are sorted by is the affair of the Go that etcd was built with.
std::string Generator::Key() {
  if (Chance(1)) return "";
  if (Chance(4)) return dice_.OneOf<std::string>({std::string(1, '\0'), "\xff", "a\xff"});
  if (Chance(15)) return dice_.OneOf<std::string>({"aa", std::string("b\0", 2), "z/1"});
  return std::string(1, static_cast<char>('a' + Number(0, 4)));
}

std::string Generator::RangeEnd(const std::string& key) {
  if (Chance(45)) return "";
  if (Chance(20)) return std::string(1, '\0');
  if (Chance(25) && !key.empty() && key.back() != '\xff') {
    std::string end = key;
    end.back() = static_cast<char>(end.back() + 1);
    return end;
  }
  return Key();
}

std::string Generator::Value() {
  if (Chance(70)) return dice_.OneOf<std::string>({"", "1", "2", "3"});
  return std::string(static_cast<size_t>(Number(0, 60)), static_cast<char>(Number(0, 255)));
}

int64_t Generator::Revision() {
  if (Chance(profile_.edge_chance)) return Edge();
  return Chance(65) ? 0 : Number(std::max<int64_t>(1, compacted_ - 1), revision_ + 1);
}

int64_t Generator::Lease() {
  if (Chance(profile_.edge_chance)) return Edge();
  if (short_lease_ != 0 && Chance(60)) return short_lease_;
  if (leases_.empty() || Chance(65)) return 0;
  return dice_.Of(leases_);
}

pb::RangeRequest Generator::Range() {
  pb::RangeRequest range;
  range.set_key(Key());
  range.set_range_end(RangeEnd(range.key()));
  if (Chance(30)) range.set_limit(Chance(profile_.edge_chance) ? Edge() : Number(0, 5));
  range.set_revision(Revision());
  if (Chance(profile_.sort_chance))
    range.set_sort_order(static_cast<pb::RangeRequest::SortOrder>(Number(0, 2)));
  if (Chance(profile_.sort_chance))
    range.set_sort_target(static_cast<pb::RangeRequest::SortTarget>(Number(0, 4)));
  range.set_serializable(Chance(15));
  range.set_keys_only(Chance(12));
  range.set_count_only(Chance(12));
  if (Chance(8)) range.set_min_mod_revision(Revision());
  if (Chance(8)) range.set_max_mod_revision(Revision());
  if (Chance(8)) range.set_min_create_revision(Revision());
  if (Chance(8)) range.set_max_create_revision(Revision());
  return range;
}

Step Generator::RangeCall() {
  Step step = StepOf(Range());
  if (version_.AtLeast(3, 7) && Chance(15)) step.method = kRangeStreamMethod;
  return step;
}

pb::PutRequest Generator::Put() {
  pb::PutRequest put;
  put.set_key(Key());
  put.set_prev_kv(Chance(30));
  put.set_ignore_value(Chance(8));
  put.set_ignore_lease(Chance(8));
  if (!put.ignore_value() || Chance(5)) put.set_value(Value());
  if (!put.ignore_lease() || Chance(5)) put.set_lease(Lease());
  return put;
}

pb::DeleteRangeRequest Generator::Delete() {
  pb::DeleteRangeRequest del;
  del.set_key(Key());
  if (Chance(50)) del.set_range_end(RangeEnd(del.key()));
  del.set_prev_kv(Chance(40));
  return del;
}

pb::Compare Generator::Compare() {
  pb::Compare compare;
  compare.set_key(Key());
  if (Chance(25)) compare.set_range_end(RangeEnd(compare.key()));
  compare.set_result(static_cast<pb::Compare::CompareResult>(Number(0, 3)));
  compare.set_target(static_cast<pb::Compare::CompareTarget>(Number(0, 4)));
  // Now and then an operand of another kind than the target.
  switch (Chance(95) ? static_cast<int64_t>(compare.target()) : Number(0, 4)) {
    case pb::Compare::VERSION:
      compare.set_version(Number(-1, 4));
      break;
    case pb::Compare::CREATE:
      compare.set_create_revision(Number(0, revision_));
      break;
    case pb::Compare::MOD:
      compare.set_mod_revision(Number(std::max<int64_t>(0, revision_ - 3), revision_));
      break;
    case pb::Compare::VALUE:
      compare.set_value(Value());
      break;
    default:
      compare.set_lease(Lease());
  }
  return compare;
}

// A put that keeps what a delete in the same transaction took away ends a real etcd: `keeps` says
// which of the two the transaction has.
pb::RequestOp Generator::Op(int depth, bool keeps) {
  pb::RequestOp op;
  const int64_t kind = Number(1, 100);
  if (kind <= 35) {
    *op.mutable_request_range() = Range();
  } else if (kind > 70 && kind <= 82 && !keeps) {
    pb::DeleteRangeRequest& del = *op.mutable_request_delete_range();
    del = Delete();
    // A put of what the same transaction deletes passes etcd's check where the delete is of all
    // from a key on. Since 3.5 a compaction at that revision then loses what was put, and the next
    // read of it ends etcd.
    if (del.range_end() == kZeroByte && version_.AtLeast(3, 5)) del.set_range_end("\xff\xff");
  } else if (kind > 82 && depth < profile_.txn_depth) {
    *op.mutable_request_txn() = Txn(depth + 1, keeps);
  } else if (kind < 99 || !Chance(20)) {
    pb::PutRequest& put = *op.mutable_request_put();
    put = Put();
    if (!keeps) {
      put.clear_ignore_value();
      put.clear_ignore_lease();
    }
  }
  return op;
}

pb::TxnRequest Generator::Txn(int depth, bool keeps) {
  pb::TxnRequest txn;
  for (int64_t n = Number(0, 3); n > 0; --n) *txn.add_compare() = Compare();
  for (int64_t n = Number(0, 4); n > 0; --n) *txn.add_success() = Op(depth, keeps);
  for (int64_t n = Number(0, 3); n > 0; --n) *txn.add_failure() = Op(depth, keeps);
  return txn;
}

pb::CompactionRequest Generator::Compact() {
  pb::CompactionRequest compact;
  compact.set_revision(Chance(profile_.edge_chance) ? Edge()
                                                    : Number(compacted_ - 1, revision_ + 1));
  compact.set_physical(true);  // done when it is answered: HashKV tells how far it is
  return compact;
}

// TTLs that no run comes to the end of.
Step Generator::LeaseCall() {
  const int64_t kind = Number(1, 100);
  if (kind <= 45) {
    pb::LeaseGrantRequest grant;
    grant.set_id(Chance(30) ? Number(1, 1 << 30) : Number(1, 8));
    grant.set_ttl(dice_.OneOf<int64_t>({100'000, 200'000, 9'000'000'000, 9'000'000'001}));
    return StepOf(grant);
  }
  if (kind <= 60) {
    pb::LeaseRevokeRequest revoke;
    revoke.set_id(Lease());
    return StepOf(revoke);
  }
  if (kind <= 85) {
    pb::LeaseTimeToLiveRequest ask;
    ask.set_id(Lease());
    ask.set_keys(Chance(60));
    return StepOf(ask);
  }
  if (kind <= 93) {
    pb::LeaseKeepAliveRequest renew;
    renew.set_id(Lease());
    return {.method = kKeepAliveMethod,
            .request = std::make_shared<pb::LeaseKeepAliveRequest>(renew)};
  }
  return StepOf(pb::LeaseLeasesRequest());
}

Step Generator::GrantShortLease() {
  short_lease_ = kShortLease + ++short_leases_;
  steps_with_it_ = Number(1, kStepsWithShortLease);
  pb::LeaseGrantRequest grant;
  grant.set_id(short_lease_);
  grant.set_ttl(kShortTtl);
  return StepOf(grant);
}

Step Generator::AwaitShortLease() {
  pb::LeaseTimeToLiveRequest ask;
  ask.set_id(std::exchange(short_lease_, 0));
  ask.set_keys(true);
  Step step = StepOf(ask);
  step.outlasts_lease = true;
  return step;
}

pb::WatchRequest Generator::Watch() {
  pb::WatchRequest request;
  const bool too_many = open_watches_.size() >= kWatchesMax;
  if (watches_ > 0 && (too_many || Chance(30))) {
    const int64_t id = too_many ? dice_.Of(open_watches_) : Number(1, watches_ + 1);
    std::erase(open_watches_, id);
    request.mutable_cancel_request()->set_watch_id(id);
    return request;
  }
  pb::WatchCreateRequest& create = *request.mutable_create_request();
  if (Chance(4) && watches_ > 0) {
    create.set_watch_id(Number(1, watches_));
  } else {
    create.set_watch_id(++watches_);
    open_watches_.push_back(watches_);
  }
  create.set_key(Key());
  create.set_range_end(RangeEnd(create.key()));
  if (Chance(50))
    create.set_start_revision(Number(std::max<int64_t>(1, compacted_ - 1), revision_ + 3));
  create.set_prev_kv(Chance(40));
  create.set_fragment(Chance(10));
  if (Chance(15)) create.add_filters(pb::WatchCreateRequest::NOPUT);
  if (Chance(15)) create.add_filters(pb::WatchCreateRequest::NODELETE);
  return request;
}

pb::HashKVRequest Generator::HashKv() {
  pb::HashKVRequest hash;
  if (Chance(40)) hash.set_revision(Number(compacted_, revision_ + 1));
  return hash;
}

Step Generator::Make() {
  const Profile& p = profile_;
  int64_t at = Number(1, p.range + p.put + p.del + p.txn + p.compact + p.lease + p.hash + p.watch +
                             p.auth + p.coordination + p.members + p.maintenance + p.alarms +
                             p.quota + p.snapshots + p.lease_ends);
  if ((at -= p.range) <= 0) return RangeCall();
  if ((at -= p.put) <= 0) return StepOf(Put());
  if ((at -= p.del) <= 0) return StepOf(Delete());
  if ((at -= p.txn) <= 0) return StepOf(Txn(0, Chance(50)));
  if ((at -= p.compact) <= 0) return StepOf(Compact());
  if ((at -= p.lease) <= 0) return LeaseCall();
  if ((at -= p.hash) <= 0) return StepOf(HashKv());
  return MakeOther(at);
}

Step Generator::MakeOther(int64_t at) {
  const Profile& p = profile_;
  if ((at -= p.watch) <= 0) {
    return {.method = kWatchMethod, .request = std::make_shared<pb::WatchRequest>(Watch())};
  }
  if ((at -= p.auth) <= 0) return auth_.Next();
  if ((at -= p.coordination) <= 0) return coordination_.Next();
  if ((at -= p.members) <= 0) return members_.Next();
  if ((at -= p.maintenance) <= 0) return maintenance_.Next();
  if ((at -= p.alarms) <= 0) return maintenance_.NextAlarm();
  if ((at -= p.quota) <= 0) return maintenance_.NextOverQuota();
  if ((at -= p.snapshots) <= 0) {
    return {.method = kSnapshotMethod, .request = std::make_shared<pb::SnapshotRequest>()};
  }
  return short_lease_ == 0 ? GrantShortLease() : AwaitShortLease();
}

Step Generator::Next() {
  if (auth_.is_due()) return auth_.Next();
  if (short_lease_ != 0 && --steps_with_it_ < 0) return AwaitShortLease();
  Step step = Make();
  const bool is_about_users = step.method.starts_with("/etcdserverpb.Auth/");
  if (profile_.auth > 0 && !is_about_users) step.caller = auth_.Caller();
  return Chance(profile_.malformed_chance) ? Malform(std::move(step), dice_) : step;
}

void Generator::Learn(const Step& step, const Outcome& outcome) {
  if (!outcome.status.ok()) return;
  const auto& answer = *outcome.answer;
  if (const auto* field = answer.GetDescriptor()->FindFieldByName("header")) {
    const auto& header =
        static_cast<const pb::ResponseHeader&>(answer.GetReflection()->GetMessage(answer, field));
    revision_ = std::max(revision_, header.revision());
  }
  if (step.bytes) return;
  auth_.Learn(*step.request);
  members_.Learn(*step.request);
  coordination_.Learn(step, answer);
  if (const auto* compact = dynamic_cast<const pb::CompactionRequest*>(step.request.get())) {
    compacted_ = std::max(compacted_, compact->revision());
  } else if (const auto* grant = dynamic_cast<const pb::LeaseGrantRequest*>(step.request.get())) {
    if (grant->id() < kShortLease) leases_.push_back(grant->id());
  } else if (const auto* end = dynamic_cast<const pb::LeaseRevokeRequest*>(step.request.get())) {
    std::erase(leases_, end->id());
  }
}

}  // namespace conformance
