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

/// Proof of leadership, as clients are given it; the fields are v3electionpb's.
struct LeaderKey {
  std::string name;
  std::string key;
  int64_t rev = 0;  // that created the key
  LeaseId lease = 0;
};

/// Who leads, as a client is told.
struct Leadership {
  int64_t revision = 0;
  VersionPtr kv;
};

/// v3electionpb's Campaign: answers when the caller's key is the oldest of the election's. One who
/// campaigns again with the same lease has the same key, and replaces its value.
class CampaignWaiter final : public Waiter {
 public:
  struct Answer {
    int64_t revision = 0;  // when the candidate entered
    LeaderKey leader;
  };
  struct Candidate {
    std::string name;
    std::string value;
    LeaseId lease = 0;
  };
  using Done = std::function<void(absl::StatusOr<Answer>)>;

  /// `done` is called once, unless the waiter is abandoned.
  CampaignWaiter(Parties parties, Candidate candidate, Done done);

 private:
  absl::StatusOr<std::optional<int64_t>> Enter() override;
  void Win(std::optional<int64_t> revision) override;
  void Lose(const absl::Status& why, bool entered) override;

  const std::string value_;
  const Done done_;
  Answer answer_;
};

// The rest answers at once. Like a campaign, Proclaim and Resign make a session: where the key
// names no lease, a new one is granted.

/// Gives the leader's key a new value. Returns the revision. Fails with ElectionNotLeader.
absl::StatusOr<int64_t> Proclaim(Requester& caller, const LeaderKey& leader,
                                 std::string_view value);

/// Deletes the leader's key, if it is still the same. Returns the revision after.
absl::StatusOr<int64_t> Resign(Requester& caller, const LeaderKey& leader);

/// Fails with ElectionNoLeader.
absl::StatusOr<Leadership> CurrentLeader(Requester& caller, std::string_view name);

}  // namespace fakeetcd
