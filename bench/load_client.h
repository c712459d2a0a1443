#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "bench/connection.h"

namespace bench {

/// Unary calls of one kind. The requests are encoded once and sent in turn.
struct Calls {
  std::string method;                 // "/etcdserverpb.KV/Put"
  std::vector<std::string> requests;  // Framed()
};

/// Makes calls as fast as a server answers them. The thread that runs them does all the work, on
/// bare HTTP/2: gRPC's own client takes as long for a call as its server does, and on the same
/// processors would hide half of what two servers differ by.
class LoadClient {
 public:
  explicit LoadClient(std::string endpoint, int connections = 4);
  ~LoadClient();

  /// Makes `count` calls, `in_flight` at a time, and returns when all are answered. Why the first
  /// call failed that did.
  absl::Status Run(const Calls& calls, int64_t count, int in_flight);

  /// Opens a stream that sends `requests`, each Framed(), and stays open as long as this.
  absl::Status OpenStream(const std::string& method, std::string requests);

  /// Returns when `count` messages have come on all the streams, not counting those that such a
  /// call has waited for before.
  absl::Status AwaitMessages(int64_t count);

 private:
  class Slot;
  class Stream;
  struct Progress;

  absl::Status Connect();
  /// Sends, waits until something comes, and takes it in.
  absl::Status Turn();

  const std::string endpoint_;
  const size_t wanted_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<Connection>> connections_;  // go before the calls on them
  int64_t messages_ = 0;
  absl::Status stream_failure_;
};

}  // namespace bench
