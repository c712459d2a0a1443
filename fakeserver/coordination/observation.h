#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakeserver/coordination/election.h"
#include "fakeserver/coordination/requester.h"
#include "fakeserver/coordination/single_watch.h"

namespace fakeetcd {

/// v3electionpb's Observe: who leads an election, and from then on each value of the leader's key,
/// and who leads after it. Pulled, as watches are: a reader that does not read costs nothing that
/// grows. Next and Close are called by one thread at a time.
class Observation final : public WatchSink, public std::enable_shared_from_this<Observation> {
 public:
  /// `wake` is called by any thread, from the first Next that returned nothing on, when there may
  /// be more. It must not block.
  Observation(Parties parties, std::string_view name, std::function<void()> wake);

  /// What is next to be told; nullopt: `wake` will be called, unless over().
  std::optional<Leadership> Next();
  /// True when nothing will come any more: the caller may not look, or the history that was to be
  /// watched is gone.
  bool over() const { return state_ == State::kOver; }
  void Close();

  void Wake() override { wake_(); }

 private:
  enum class State {
    kLooking,    // for the oldest key
    kWaiting,    // for the first key, as there is none
    kFollowing,  // the leader's key
    kOver,
  };

  std::optional<Leadership> Look();
  std::optional<Leadership> TakeNext();
  void Follow(const Version& leader, int64_t after);

  const Parties parties_;
  const std::string prefix_;
  const std::string prefix_end_;
  const std::function<void()> wake_;
  State state_ = State::kLooking;
  SingleWatch watch_;
  std::optional<WatchResponse> response_;  // being told, from `next_event_` on
  size_t next_event_ = 0;
};

}  // namespace fakeetcd
