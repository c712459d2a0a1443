#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "bench/load_client.h"

namespace bench {

/// Watchers of one key, ten to a stream, and the puts that they are told of.
class FanOut {
 public:
  FanOut(const std::string& endpoint, int watchers);

  /// Returns when all watches are created.
  absl::Status Begin();

  /// Puts the key and returns when every watcher has its event.
  absl::Status PutAndAwait();

 private:
  LoadClient client_;
  const Calls put_;
  const int watchers_;
};

}  // namespace bench
