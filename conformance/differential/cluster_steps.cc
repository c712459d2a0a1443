#include "conformance/differential/cluster_steps.h"

#include "conformance/support/requests.h"

namespace conformance {

// Of one URL added twice within a second etcd makes the same member, and later refuses the URL.
std::string MemberSteps::NewUrl() { return "http://127.0.0.1:" + std::to_string(++urls_); }

// Itself, one that was added at some time, or nobody.
uint64_t MemberSteps::Place() {
  if (dice_.Chance(10)) return 999;
  return static_cast<uint64_t>(dice_.Number(0, static_cast<int64_t>(added_)));
}

Step MemberSteps::Add() {
  if (dice_.Chance(70)) {
    return StepOf(dice_.Chance(80) ? MemberAdd({NewUrl()}, true)
                                   : MemberAdd({NewUrl(), NewUrl()}, true));
  }
  return StepOf(dice_.OneOf<pb::MemberAddRequest>(
      {MemberAdd({}, true), MemberAdd({"127.0.0.1:1"}, true), MemberAdd({"http://127.0.0.1"}, true),
       MemberAdd({"http://127.0.0.1:1/path"}, true), MemberAdd({"ftp://127.0.0.1:1"}, true),
       MemberAdd({""}, false), MemberAdd({}, false)}));
}

Step MemberSteps::Next() {
  const int64_t kind = dice_.Number(1, 100);
  if (kind <= 30) {
    pb::MemberListRequest list;
    list.set_linearizable(dice_.Chance(50));
    return StepOf(list);
  }
  if (kind <= 52) return Add();
  if (kind <= 75) return StepOf(MemberRemove(Place()));
  if (kind <= 88) {
    const bool has_url = dice_.Chance(85);
    // Of another member, an update to no URL ends an etcd 3.4.
    return StepOf(has_url ? MemberUpdate(Place(), {NewUrl()}) : MemberUpdate(0, {}));
  }
  if (kind <= 95) return StepOf(MemberPromote(Place()));
  // To a learner, an etcd 3.4 tries until the call's deadline.
  return StepOf(MoveLeader(dice_.OneOf<uint64_t>({0, 999})));
}

void MemberSteps::Learn(const google::protobuf::Message& request) {
  if (dynamic_cast<const pb::MemberAddRequest*>(&request) != nullptr) ++added_;
}

// Up to 3.5 etcd answers for ENABLE and CANCEL only after seven seconds; from 3.6 on a downgrade
// that is under way changes the cluster's version when it comes to it.
Step MaintenanceSteps::Downgrade() {
  const auto version = dice_.OneOf<std::string>(
      {"", "3", "3.3", "3.4", "3.4.0", "3.5", "3.5.0", "3.6", "3.6.0", "3.7.0", "v3.5", "3.5.x"});
  const bool cancels = version_.AtLeast(3, 6) && dice_.Chance(20);
  return StepOf(conformance::Downgrade(
      cancels ? pb::DowngradeRequest::CANCEL : pb::DowngradeRequest::VALIDATE, version));
}

Step MaintenanceSteps::Next() {
  const int64_t kind = dice_.Number(1, 100);
  if (kind <= 40) return StepOf(pb::StatusRequest());
  if (kind <= 55) return StepOf(pb::HashRequest());
  if (kind <= 62) return StepOf(pb::DefragmentRequest());
  if (kind <= 70) return StepOf(MoveLeader(dice_.OneOf<uint64_t>({0, 999})));
  if (kind <= 80) return StepOf(Alarm(pb::AlarmRequest::GET));
  return Downgrade();
}

// What is raised is mostly taken back before long. An alarm of no type ends an etcd 3.4 if it is of
// no member, too.
Step MaintenanceSteps::NextAlarm() {
  using Request = pb::AlarmRequest;
  const auto type = dice_.OneOf<pb::AlarmType>({pb::NOSPACE, pb::NOSPACE, pb::CORRUPT, pb::NONE});
  const uint64_t member = dice_.OneOf<uint64_t>({0, 7, 8});
  const int64_t kind = dice_.Number(1, 100);
  if (kind <= 20) return StepOf(Alarm(Request::GET, type));
  return StepOf(Alarm(kind <= 40 ? Request::ACTIVATE : Request::DEACTIVATE, type, member));
}

// etcd looks whether there is room before anything else: it raises the alarm also over what it
// would refuse, and over the branch of a transaction that is not taken.
Step MaintenanceSteps::NextOverQuota() {
  static const std::string large(kQuotaBytes, 'q');
  const std::string key = dice_.OneOf<std::string>({"a", "b", ""});
  if (dice_.Chance(40)) return StepOf(Put(key, large));
  pb::TxnRequest txn;
  *txn.add_compare() = If("a", kVersion, kEqual, dice_.Number(0, 1));
  auto& op = dice_.Chance(50) ? *txn.add_success() : *txn.add_failure();
  *op.mutable_request_put() = Put(key, large);
  return StepOf(txn);
}

}  // namespace conformance
