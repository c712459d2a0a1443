#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/support/status.h>

#include "conformance/differential/step.h"

namespace conformance {

/// What a side made of a call, as far as it can be compared.
struct Outcome {
  grpc::Status status;
  /// The answer, with what differs from server to server masked.
  std::shared_ptr<google::protobuf::Message> answer;

  bool Equals(const Outcome& other) const;
  std::string ToString() const;
};

/// What a side has told its watches: by id, in order, each event or other news on a line of its
/// own. How events are cut into responses is the server's affair, and differs when it catches up.
using WatchNews = std::map<int64_t, std::vector<std::string>>;

/// One of the two servers that are compared: calls, one at a time, and a watch stream.
class Side {
 public:
  explicit Side(const std::string& endpoint);
  /// Cancels the watch stream.
  ~Side();
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  Outcome Call(const Step& step);
  /// Sends to the watch stream.
  void Watch(const Step& step);
  /// Takes in what comes on the stream until `done` says so of all the news so far; false when it
  /// has not within `patience`, or the stream ended.
  bool AwaitNews(std::chrono::milliseconds patience,
                 const std::function<bool(const WatchNews&)>& done);
  const WatchNews& news() const { return news_; }

 private:
  struct Parts;

  const std::unique_ptr<Parts> parts_;
  WatchNews news_;
};

}  // namespace conformance
