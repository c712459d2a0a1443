#pragma once

#include <string>
#include <utility>
#include <vector>

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

  /// Whether `address` is the same place, but for port 0 and Unix sockets: then connections there
  /// may be as it says, too. As etcd has it in configureClientListeners (server/embed/etcd.go).
  bool Join(const std::string& address);

  /// A socket that does not block and listens there.
  absl::StatusOr<int> Listen();

  /// Whether connections there may be secured, and not be.
  bool tls() const { return tls_; }
  bool plain() const { return plain_; }
  /// Where to connect to: "127.0.0.1:41234", "https://127.0.0.1:41234", "unix:PATH"; both where
  /// connections may be either. In the place of "any" address it names one of this machine.
  std::vector<std::string> endpoints() const;
  /// The same as etcd tells its clients: always URLs.
  std::vector<std::string> urls() const;

 private:
  /// Whether another socket may be bound to the address at this time, if it has SO_REUSEADDR.
  void Share(bool shared) const;

  PortReservation(int socket, std::string address)
      : socket_(socket), address_(std::move(address)) {}
  absl::StatusOr<int> ListenAtPath();
  /// The address, with one of this machine in the place of "any".
  std::string reachable() const;

  int socket_;           // -1 for a Unix socket
  std::string address_;  // in numbers: "127.0.0.1:41234", "[::1]:41234"; or a path
  std::string told_;     // as it was asked for
  bool tls_ = false;
  bool plain_ = true;
  bool listened_ = false;  // at a path: it is ours to tidy
};

}  // namespace fakeetcd
