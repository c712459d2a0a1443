#include "fakeserver/coordination/election.h"

#include <utility>
#include <variant>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/coordination/session.h"

namespace fakeetcd {
namespace {

absl::StatusOr<int64_t> PutValue(Requester& caller, const LeaderKey& leader,
                                 std::string_view value) {
  const auto txn = caller.Txn(
      {.compare = {CreatedAt(leader.key, leader.rev)},
       .success = {{PutRequest{.key = leader.key, .value = value, .lease = leader.lease}}},
       .failure = {}});
  if (!txn.ok()) return txn.status();
  if (!txn->succeeded) return error::ElectionNotLeader();
  return txn->revision;
}

absl::StatusOr<int64_t> DeleteKey(Requester& caller, const LeaderKey& leader) {
  const auto txn = caller.Txn({.compare = {CreatedAt(leader.key, leader.rev)},
                               .success = {{DeleteRangeRequest{.key = leader.key}}},
                               .failure = {}});
  if (!txn.ok()) return txn.status();
  return txn->revision;
}

}  // namespace

CampaignWaiter::CampaignWaiter(Parties parties, Candidate candidate, Done done)
    : Waiter(std::move(parties), SessionPrefix(candidate.name)),
      value_(std::move(candidate.value)),
      done_(std::move(done)),
      answer_{.leader = {.name = std::move(candidate.name), .lease = candidate.lease}} {}

absl::StatusOr<std::optional<int64_t>> CampaignWaiter::Enter() {
  LeaderKey& leader = answer_.leader;
  const auto lease = SessionLease(caller(), leader.lease);
  if (!lease.ok()) return lease.status();
  leader.lease = *lease;
  leader.key = SessionKey(prefix(), *lease);
  const auto txn =
      caller().Txn({.compare = {CreatedAt(leader.key, 0)},
                    .success = {{PutRequest{.key = leader.key, .value = value_, .lease = *lease}}},
                    .failure = {{RangeRequest{.key = leader.key}}}});
  if (!txn.ok()) return txn.status();
  answer_.revision = txn->revision;
  leader.rev = txn->revision;
  if (!txn->succeeded) {
    const Version& own = *std::get<RangeResponse>(txn->responses[0].response).kvs[0];
    leader.rev = own.create_revision();
    if (own.value() != value_) {
      const auto proclaimed = PutValue(caller(), leader, value_);
      if (!proclaimed.ok()) {
        DeleteKey(caller(), leader).IgnoreError();
        return proclaimed.status();
      }
    }
  }
  return leader.rev;
}

void CampaignWaiter::Win(std::optional<int64_t> /*revision*/) { done_(std::move(answer_)); }

void CampaignWaiter::Lose(const absl::Status& why, bool entered) {
  if (entered && absl::IsCancelled(why)) DeleteKey(nobody(), answer_.leader).IgnoreError();
  done_(why);
}

absl::StatusOr<int64_t> Proclaim(Requester& caller, const LeaderKey& leader,
                                 std::string_view value) {
  const auto lease = SessionLease(caller, leader.lease);
  if (!lease.ok()) return lease.status();
  LeaderKey with_lease = leader;
  with_lease.lease = *lease;
  return PutValue(caller, with_lease, value);
}

absl::StatusOr<int64_t> Resign(Requester& caller, const LeaderKey& leader) {
  const auto lease = SessionLease(caller, leader.lease);
  if (!lease.ok()) return lease.status();
  return DeleteKey(caller, leader);
}

absl::StatusOr<Leadership> CurrentLeader(Requester& caller, std::string_view name) {
  const std::string prefix = SessionPrefix(name);
  const std::string prefix_end = PrefixEnd(prefix);
  const auto range = caller.Range(OldestOf(prefix, prefix_end));
  if (!range.ok()) return range.status();
  if (range->kvs.empty()) return error::ElectionNoLeader();
  return Leadership{range->revision, range->kvs[0]};
}

}  // namespace fakeetcd
