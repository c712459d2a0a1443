#pragma once

#include <memory>
#include <vector>

#include "bench/load_client.h"

namespace bench {

/// Watchers of one key, ten to a stream, and the puts that they are told of.
class FanOut {
 public:
  /// Returns when all watches are created.
  FanOut(LoadClient& client, int watchers);
  ~FanOut();

  /// Puts the key and returns when every watcher has its event.
  void PutAndAwait();

 private:
  class Stream;
  class Tally;

  LoadClient& client_;
  const std::unique_ptr<Tally> tally_;
  std::vector<std::unique_ptr<Stream>> streams_;
  const Calls put_;
  const int watchers_;
};

}  // namespace bench
