#include "fakeserver/coordination/lock.h"

#include <utility>
#include <variant>

#include "fakeserver/base/errors.h"
#include "fakeserver/coordination/session.h"

namespace fakeetcd {

LockWaiter::LockWaiter(Parties parties, std::string_view name, LeaseId lease, Done done)
    : Waiter(std::move(parties), SessionPrefix(name)), lease_(lease), done_(std::move(done)) {}

absl::StatusOr<std::optional<int64_t>> LockWaiter::Enter() {
  const auto lease = SessionLease(caller(), lease_);
  if (!lease.ok()) return lease.status();
  key_ = SessionKey(prefix(), *lease);
  const RangeRequest oldest = OldestOf(prefix(), prefix_end());
  const auto txn = caller().Txn({.compare = {CreatedAt(key_, 0)},
                                 .success = {{PutRequest{.key = key_, .lease = *lease}}, {oldest}},
                                 .failure = {{RangeRequest{.key = key_}}, {oldest}}});
  if (!txn.ok()) return txn.status();
  first_revision_ = txn->revision;
  int64_t created = txn->revision;
  if (!txn->succeeded) {
    created = std::get<RangeResponse>(txn->responses[0].response).kvs[0]->create_revision();
  }
  const auto& owner = std::get<RangeResponse>(txn->responses[1].response).kvs;
  if (owner.empty() || owner[0]->create_revision() == created) return std::nullopt;
  return created;
}

void LockWaiter::Win(std::optional<int64_t> revision) {
  if (!revision) return done_(Answer{first_revision_, key_});
  if (!behavior().lock_looks_for_its_key) return done_(Answer{*revision, key_});
  const auto own = caller().Range({.key = key_});
  if (!own.ok()) return Lose(own.status(), true);
  if (own->kvs.empty()) return done_(error::SessionExpired());
  done_(Answer{own->revision, key_});
}

void LockWaiter::Lose(const absl::Status& why, bool entered) {
  if (entered) nobody().DeleteRange({.key = key_}).IgnoreError();
  done_(why);
}

absl::StatusOr<int64_t> Unlock(Requester& caller, std::string_view key) {
  const auto deleted = caller.DeleteRange({.key = key});
  if (!deleted.ok()) return deleted.status();
  return deleted->revision;
}

}  // namespace fakeetcd
