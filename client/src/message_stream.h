#pragma once

#include <functional>
#include <memory>

#include "etcdpp/status.h"

namespace etcdpp {

/// One open bidirectional stream of an RPC, as those who use it see it. Thread-safe; no function
/// blocks or calls back.
template <typename Outgoing>
class MessageStream {
 public:
  virtual ~MessageStream() = default;

  /// Sends `message` after those sent before. Lost, silently, when the stream is over.
  virtual void Send(Outgoing message) = 0;

  /// Asks for one more message. REQUIRES: the one asked for before has come.
  virtual void Read() = 0;

  /// Ends the stream, if it is not over yet.
  virtual void Close() = 0;

  /// Whether a refusal like this is because the token is outdated that the stream was opened with;
  /// then one opened from now on has another.
  virtual bool TokenOutdated(const Status& refusal) = 0;
};

/// What a stream tells. Calls come one at a time, on a thread of the transport.
template <typename Incoming>
struct StreamEvents {
  std::function<void(Incoming)> on_message;  // once for each Read
  std::function<void(Status)> on_end;        // last, and always
};

/// Opens a stream and asks for no message yet. Never null; what prevents the stream is told by
/// on_end, and nothing is told before the function returns.
template <typename Outgoing, typename Incoming>
using StreamOpener =
    std::function<std::shared_ptr<MessageStream<Outgoing>>(StreamEvents<Incoming>)>;

}  // namespace etcdpp
