#include "fakeserver/coordination/waiter.h"

#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/base/key_range.h"

namespace fakeetcd {

Waiter::Waiter(Parties parties, std::string prefix)
    : parties_(std::move(parties)),
      prefix_(std::move(prefix)),
      prefix_end_(PrefixEnd(prefix_)),
      watch_(*parties_.engine) {}

void Waiter::Wake() {
  turns_.Take([this] { Step(); });
}

void Waiter::Stop(Stopped how) {
  auto expected = Stopped::kNot;
  stopped_.compare_exchange_strong(expected, how);
  Wake();
}

void Waiter::End() {
  over_ = true;
  watch_.Close();
}

void Waiter::Step() {
  if (over_) return;
  if (const Stopped stopped = stopped_.load(); stopped != Stopped::kNot) {
    End();
    if (stopped == Stopped::kCancelled)
      Lose(absl::CancelledError("context canceled"), created_ > 0);
    return;
  }
  if (created_ == 0 && !EnterOnce()) return;
  while (!over_ && (!watch_.is_open() || SawDeletion())) WatchNextOlder();
}

bool Waiter::EnterOnce() {
  const auto created = Enter();
  if (created.ok() && *created) {
    created_ = **created;
    return true;
  }
  End();
  if (created.ok()) {
    Win(std::nullopt);
  } else {
    Lose(created.status(), false);
  }
  return false;
}

void Waiter::WatchNextOlder() {
  const auto older = caller().Range({.key = prefix_,
                                     .range_end = prefix_end_,
                                     .limit = 1,
                                     .sort_order = SortOrder::kDescend,
                                     .sort_target = SortTarget::kCreate,
                                     .max_create_revision = created_ - 1});
  if (older.ok() && !older->kvs.empty()) {
    watch_.Open(shared_from_this(), caller(),
                {.key = std::string(older->kvs[0]->key()), .start_revision = older->revision});
    return;
  }
  End();
  if (older.ok()) {
    Win(older->revision);
  } else {
    Lose(older.status(), true);
  }
}

bool Waiter::SawDeletion() {
  while (const auto response = watch_.Next()) {
    if (response->canceled) {
      // What was to be watched was compacted in between, or may not be any more.
      End();
      Lose(response->compact_revision != 0 ? error::Compacted()
                                           : absl::UnknownError(response->cancel_reason),
           true);
      return false;
    }
    if (response->events == nullptr) continue;
    for (const Change& change : *response->events) {
      if (change.now->tombstone()) return true;
    }
  }
  return false;
}

}  // namespace fakeetcd
