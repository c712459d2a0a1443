#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "fakeserver/coordination/requester.h"
#include "fakeserver/coordination/waiter.h"

namespace fakeetcd {

/// v3lockpb's Lock: answers when the caller's key is the oldest of the lock's. Locking again with
/// the same lease finds the same key.
class LockWaiter final : public Waiter {
 public:
  struct Answer {
    int64_t revision = 0;
    std::string key;
  };
  using Done = std::function<void(absl::StatusOr<Answer>)>;

  /// `done` is called once, unless the waiter is abandoned.
  LockWaiter(Parties parties, std::string_view name, LeaseId lease, Done done);

 private:
  absl::StatusOr<std::optional<int64_t>> Enter() override;
  void Win(std::optional<int64_t> revision) override;
  void Lose(const absl::Status& why, bool entered) override;

  const LeaseId lease_;
  const Done done_;
  std::string key_;
  int64_t first_revision_ = 0;  // of the transaction that put or found the key
};

/// v3lockpb's Unlock: deletes the key, if it is there. Returns the revision after.
absl::StatusOr<int64_t> Unlock(Requester& caller, std::string_view key);

}  // namespace fakeetcd
