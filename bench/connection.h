#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nghttp2/nghttp2.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bench {

/// `message` as gRPC sends it: behind a byte that says it is not compressed, and its length.
std::string Framed(std::string_view message);

/// A call of gRPC's. It stays where it is until it has ended, or its Connection is gone.
class Call {
 public:
  virtual ~Call() = default;

  /// A message has come; nobody looks at what it says.
  virtual void OnMessage() {}
  /// The last that is heard of it. The call may be begun again at once.
  virtual void OnEnd(const absl::Status& status) = 0;

 private:
  friend class Connection;

  void Reset(std::string_view requests, bool more_follows);
  /// Tells OnMessage of each message that ends in `bytes`.
  void Read(std::string_view bytes);
  absl::Status Outcome(uint32_t http2_error) const;

  std::string_view requests_;  // still to be sent
  bool more_follows_ = false;
  std::string prefix_;       // of the message that comes, as far as it is here
  size_t message_rest_ = 0;  // of that message, still to come
  int code_ = -1;
  std::string text_;
};

/// One connection of HTTP/2 and nothing more: no names, no credentials, no reconnecting. Does all
/// on the thread that calls it.
class Connection {
 public:
  /// `endpoint` is "127.0.0.1:PORT". Fails with Unavailable when nobody listens there.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& endpoint);
  ~Connection();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins a call of `method`, "/service/method". `requests` are Framed() messages, one after the
  /// other; they outlive the call, which stays open for more of them where `more_follows`.
  void Begin(Call& call, const std::string& method, std::string_view requests,
             bool more_follows = false);

  /// Sends what is to be sent and takes in what has come; neither waits. Fails with Unavailable
  /// when the connection is gone.
  absl::Status Send();
  absl::Status Receive();

  int socket() const { return socket_; }
  /// Whether Send() left something because the server takes no more for now.
  bool wants_to_send() const { return sent_ < unsent_.size(); }

 private:
  struct Callbacks;

  Connection(int socket, std::string authority);

  const int socket_;
  const std::string authority_;
  nghttp2_session* session_ = nullptr;
  std::string unsent_;
  size_t sent_ = 0;
};

}  // namespace bench
