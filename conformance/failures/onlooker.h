#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "conformance/failures/contract.h"
#include "etcdpp/callback_watch.h"
#include "etcdpp/client.h"

namespace conformance {

/// A watch, and all that it told. Thread-safe.
class Onlooker {
 public:
  enum class Style { kPull, kCallback };

  /// `start` is the first revision it has to tell, whether the request says so or means now.
  Onlooker(etcdpp::Client client, etcdpp::WatchRequest request, int64_t start,
           Style style = Style::kPull);
  ~Onlooker();
  Onlooker(const Onlooker&) = delete;
  Onlooker& operator=(const Onlooker&) = delete;

  const etcdpp::WatchRequest& request() const { return request_; }
  int64_t start() const { return start_; }

  /// Waits until it has told of `revision` or ended; returns false where that takes too long.
  bool AwaitRevision(int64_t revision, std::chrono::milliseconds patience) const;

  WatchRecord Record() const;

 private:
  void Pull();
  void Take(etcdpp::Result<etcdpp::WatchResponse> response);

  const etcdpp::WatchRequest request_;
  const int64_t start_;
  mutable std::mutex mu_;
  mutable std::condition_variable more_;
  WatchRecord record_;    // guarded by mu_
  int64_t revision_ = 0;  // of the last event; guarded by mu_
  bool leaving_ = false;  // guarded by mu_
  // One of the two.
  std::optional<etcdpp::Watch> watch_;
  std::optional<etcdpp::CallbackWatch> callback_;
  std::thread puller_;
};

}  // namespace conformance
