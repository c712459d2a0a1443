#include "conformance/differential/coordination_steps.h"

#include "conformance/support/requests.h"

namespace conformance {
namespace {

constexpr size_t kRemembered = 6;

template <typename T>
void Remember(std::vector<T>& all, const T& one) {
  if (all.size() == kRemembered) all.erase(all.begin());
  all.push_back(one);
}

}  // namespace

std::string CoordinationSteps::HeldKey() {
  if (keys_.empty() || dice_.Chance(8)) return dice_.OneOf<std::string>({"", "n1/9", "n1/"});
  return dice_.Of(keys_);
}

electionpb::LeaderKey CoordinationSteps::Leader() {
  electionpb::LeaderKey leader;
  leader.set_lease(1);  // of none etcd would make up a lease
  if (!leaders_.empty()) leader = dice_.Of(leaders_);
  if (dice_.Chance(10)) leader.set_rev(dice_.Number(0, 50));
  if (dice_.Chance(3)) leader.clear_key();
  return leader;
}

// With a lease that etcd would make up, the key could not be foreseen.
Step CoordinationSteps::Wait() {
  const int64_t lease = dice_.Chance(4) ? 999 : dice_.Number(1, 3);
  if (dice_.Chance(50)) return StepOf(Lock(dice_.OneOf<std::string>({"n1", "n1", "n2"}), lease));
  return StepOf(Campaign(dice_.OneOf<std::string>({"e1", "e1", "n2"}),
                         dice_.OneOf<std::string>({"", "1", "2"}), lease));
}

Step CoordinationSteps::Next() {
  const int64_t kind = dice_.Number(1, 100);
  if (kind <= 12) return StepOf(LeaseGrant(100'000, dice_.Number(1, 3)));
  if (kind <= 15) return StepOf(LeaseRevoke(dice_.Number(1, 3)));
  if (kind <= 50) {
    Step step = Wait();
    Remember(waits_, step);
    return step;
  }
  if (kind <= 54 && !waits_.empty()) {
    Step step = dice_.Of(waits_);
    step.gives_up = true;
    return step;
  }
  if (kind <= 72) return StepOf(Unlock(HeldKey()));
  if (kind <= 80) return StepOf(conformance::Leader(dice_.OneOf<std::string>({"e1", "n2", "x"})));
  if (kind <= 88) return StepOf(Proclaim(Leader(), dice_.OneOf<std::string>({"", "1", "3"})));
  if (kind <= 89) return StepOf(pb::LeaseLeasesRequest());
  return StepOf(Resign(Leader()));
}

void CoordinationSteps::Learn(const Step& step, const google::protobuf::Message& answer) {
  if (const auto* lock = dynamic_cast<const lockpb::LockResponse*>(&answer)) {
    Remember(keys_, lock->key());
  } else if (const auto* campaign = dynamic_cast<const electionpb::CampaignResponse*>(&answer)) {
    Remember(leaders_, campaign->leader());
    Remember(keys_, campaign->leader().key());
  } else if (step.method == "/v3electionpb.Election/Leader") {
    Remember(keys_, dynamic_cast<const electionpb::LeaderResponse&>(answer).kv().key());
  }
}

}  // namespace conformance
