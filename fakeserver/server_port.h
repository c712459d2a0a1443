#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace fakeetcd {

/// Where a server listens: a TCP address that nobody else can take while this lives, whether or not
/// it is listened at, so that a server that is stopped and started again finds its port free; or
/// the path of a Unix socket.
///
/// It is held by a socket that is bound and does not listen; connections are refused until there
/// is one from Listen.
class PortReservation {
 public:
  /// `address` is "HOST:PORT", or a URL: "http://", "https://", "unix://" or "unixs://". A name
  /// means its first IPv4 address, if it has one, and port 0 a free one. The error is worded as
  /// Go's net.Listen does.
  static absl::StatusOr<PortReservation> Take(const std::string& address);

  PortReservation(PortReservation&& other) noexcept;
  PortReservation& operator=(PortReservation&&) = delete;
  ~PortReservation();

  /// A socket that does not block and listens there.
  absl::StatusOr<int> Listen() const;

  /// Whether connections there are to be secured.
  bool tls() const { return tls_; }
  /// Where to connect to: "127.0.0.1:41234", "https://127.0.0.1:41234", "unix:PATH". In the place
  /// of "any" address it names one of this machine.
  std::string endpoint() const;
  /// The same as etcd tells its clients: always a URL.
  std::string url() const;

 private:
  /// Whether another socket may be bound to the address at this time, if it has SO_REUSEADDR.
  void Share(bool shared) const;

  PortReservation(int socket, std::string address)
      : socket_(socket), address_(std::move(address)) {}
  absl::StatusOr<int> ListenAtPath() const;
  /// The address, with one of this machine in the place of "any".
  std::string reachable() const;

  int socket_;           // -1 for a Unix socket
  std::string address_;  // in numbers: "127.0.0.1:41234", "[::1]:41234"; or a path
  bool tls_ = false;
};

}  // namespace fakeetcd
