#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace fakeetcd {

/// A TCP address that nobody else can take while this lives, whether or not it is listened at:
/// a server that is stopped and started again finds its port free.
///
/// It is held by a socket that is bound and does not listen; connections are refused until there
/// is one from Listen.
class PortReservation {
 public:
  /// `address` is "HOST:PORT"; a name means its first IPv4 address, if it has one, and port 0 a
  /// free one. The error is worded as Go's net.Listen does.
  static absl::StatusOr<PortReservation> Take(const std::string& address);

  PortReservation(PortReservation&& other) noexcept;
  PortReservation& operator=(PortReservation&&) = delete;
  ~PortReservation();

  /// A socket that does not block and listens there.
  absl::StatusOr<int> Listen() const;

  /// Where to listen, in numbers: "127.0.0.1:41234", "[::1]:41234".
  const std::string& address() const { return address_; }
  /// Where to connect to: the same, but a host of this machine in the place of "any".
  std::string endpoint() const;

 private:
  /// Whether another socket may be bound to the address at this time, if it has SO_REUSEADDR.
  void Share(bool shared) const;

  PortReservation(int socket, std::string address)
      : socket_(socket), address_(std::move(address)) {}

  int socket_;
  std::string address_;
};

}  // namespace fakeetcd
