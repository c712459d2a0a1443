#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "comparison/answer.h"
#include "comparison/mask.h"
#include "conformance/differential/step.h"
#include "conformance/support/exchange.h"

namespace conformance {

using comparison::Mask;
using comparison::Outcome;

/// What one watch was told and nobody has looked at yet: each event or other news on a line of its
/// own. How events are cut into responses is the server's affair, and differs when it catches up.
struct News {
  std::vector<std::string> lines;
  size_t earlier = 0;
  bool open = false;

  size_t count() const { return earlier + lines.size(); }
};

/// By the watch's id.
using WatchNews = std::map<int64_t, News>;

/// One of the two servers that are compared: calls, and a watch stream.
class Side {
 public:
  explicit Side(const std::string& endpoint);
  /// Cancels the watch stream.
  ~Side();
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  /// Sends a call, and does not wait for its end.
  std::unique_ptr<Exchange> Begin(const Step& step) const;
  /// Waits for the end of what was begun.
  Outcome End(const Step& step, Exchange& exchange);
  Outcome Call(const Step& step) { return End(step, *Begin(step)); }
  /// A look that is no step of the script.
  pb::RangeResponse Look(const pb::RangeRequest& range, const std::string& caller = "") const;

  /// What the server made of a call that a stream answers (streams.h).
  std::vector<std::string> TakeStream(const Step& step) const;

  /// Sends to the watch stream.
  void Watch(const Step& step);
  /// Takes in what comes on the stream until `done` says so of all the news so far; false when it
  /// has not within `patience`, or the stream ended.
  bool AwaitNews(std::chrono::milliseconds patience,
                 const std::function<bool(const WatchNews&)>& done);
  const WatchNews& news() const { return news_; }
  /// Keeps of the news only how many there were.
  void ForgetNews();

 private:
  struct Parts;

  CallOptions OptionsOf(const Step& step) const;

  const std::unique_ptr<Parts> parts_;
  Mask mask_;
  std::map<std::string, std::string> tokens_;  // by user
  WatchNews news_;
};

}  // namespace conformance
