#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"

#include "etcdpp_proto/watch.pb.h"
#include "fakeserver/base/mutex.h"

namespace fakeetcd {

/// What the watches of one stream are told by a fake and by its oracle, line by line as they come.
/// Thread-safe.
class WatchNews {
 public:
  enum class Teller { kFake, kOracle };
  using Response = etcdpp_proto::etcdserverpb::WatchResponse;
  /// Of a watch: what the fake told, and what the oracle.
  using Differ = std::function<void(int64_t, const std::string&, const std::string&)>;

  /// `differ` is called at most once for each watch, while nothing else here goes on.
  explicit WatchNews(Differ differ) : differ_(std::move(differ)) {}

  void Add(Teller teller, const Response& response) ABSL_LOCKS_EXCLUDED(mu_);
  /// The stream of that side has ended.
  void End(Teller teller) ABSL_LOCKS_EXCLUDED(mu_);

  /// How many creations a side has answered.
  size_t answers(Teller teller) const ABSL_LOCKS_EXCLUDED(mu_);
  bool IsOpen(int64_t id) const ABSL_LOCKS_EXCLUDED(mu_);

  /// Wait until both sides have answered that many creations, until both have ended watch `id`,
  /// until each has told what the other has; false when one takes longer than `patience` or has
  /// ended.
  bool AwaitAnswers(size_t count, std::chrono::milliseconds patience) ABSL_LOCKS_EXCLUDED(mu_);
  bool AwaitEndOf(int64_t id, std::chrono::milliseconds patience) ABSL_LOCKS_EXCLUDED(mu_);
  bool AwaitEven(std::chrono::milliseconds patience) ABSL_LOCKS_EXCLUDED(mu_);

  /// Whoever has told more than the other by now differs.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Side {
    std::deque<std::string> lines;  // that the other side has not told yet
    bool open = false;
  };
  struct Watch {
    Side sides[2];
    bool differs = false;
  };

  bool Await(std::chrono::milliseconds patience, const std::function<bool()>& done)
      ABSL_LOCKS_EXCLUDED(mu_);
  void Match(int64_t id, Watch& watch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Differ differ_;
  mutable Mutex mu_;
  std::condition_variable changed_;
  std::map<int64_t, Watch> watches_ ABSL_GUARDED_BY(mu_);
  size_t answers_[2] ABSL_GUARDED_BY(mu_) = {};
  bool ended_[2] ABSL_GUARDED_BY(mu_) = {};
};

}  // namespace fakeetcd
