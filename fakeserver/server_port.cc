#include "fakeserver/server_port.h"

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fakeetcd {
namespace {

struct HostAndPort {
  std::string host;
  std::string port;
};

HostAndPort Split(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {address, ""};
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return {std::move(host), address.substr(colon + 1)};
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// Numbers need no resolver; getaddrinfo alone knows the difference.
absl::StatusOr<AddressList> Resolve(const std::string& address) {
  const HostAndPort parts = Split(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const char* host = parts.host.empty() ? nullptr : parts.host.c_str();
  const int failure = getaddrinfo(host, parts.port.c_str(), &hints, &found);
  if (failure != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen tcp: lookup ", address, ": ", gai_strerror(failure)));
  }
  return AddressList(found, &freeaddrinfo);
}

const addrinfo& PreferIpv4(const addrinfo& first) {
  for (const addrinfo* at = &first; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET) return *at;
  }
  return first;
}

absl::Status Failure(const std::string& address, const char* call, int error,
                     const char* network = "tcp") {
  std::string reason = std::generic_category().message(error);
  reason[0] = absl::ascii_tolower(static_cast<unsigned char>(reason[0]));
  return absl::UnavailableError(
      absl::StrCat("listen ", network, " ", address, ": ", call, ": ", reason));
}

std::string NumericAddress(const sockaddr_storage& at) {
  char text[INET6_ADDRSTRLEN] = "";
  if (at.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(at);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(at);
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  return absl::StrCat("[", text, "]:", ntohs(v6.sin6_port));
}

}  // namespace

absl::StatusOr<PortReservation> PortReservation::Take(const std::string& url) {
  const size_t scheme_end = url.find("://");
  const std::string scheme = scheme_end == std::string::npos ? "" : url.substr(0, scheme_end);
  const std::string address = scheme.empty() ? url : url.substr(scheme_end + 3);
  if (scheme == "unix" || scheme == "unixs") {
    PortReservation path(-1, address);
    path.tls_ = scheme == "unixs";
    if (address.size() < sizeof(sockaddr_un::sun_path)) return path;
    return absl::InvalidArgumentError(absl::StrCat("listen unix ", address, ": path too long"));
  }
  const auto resolved = Resolve(address);
  if (!resolved.ok()) return resolved.status();
  const addrinfo& at = PreferIpv4(**resolved);
  PortReservation held(socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "");
  if (held.socket_ < 0) return Failure(address, "socket", errno);
  // Not with SO_REUSEADDR at first: a port so taken is open to everyone who asks the same. But a
  // port with old connections on it is to be had in no other way.
  if (bind(held.socket_, at.ai_addr, at.ai_addrlen) != 0) {
    held.Share(true);
    if (bind(held.socket_, at.ai_addr, at.ai_addrlen) != 0) return Failure(address, "bind", errno);
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (getsockname(held.socket_, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return Failure(address, "getsockname", errno);
  }
  held.address_ = NumericAddress(bound);
  held.tls_ = scheme == "https";
  return held;
}

PortReservation::PortReservation(PortReservation&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::exchange(other.address_, "")),
      tls_(other.tls_) {}

PortReservation::~PortReservation() {
  if (socket_ >= 0) {
    close(socket_);
  } else if (!address_.empty()) {
    unlink(address_.c_str());
  }
}

// As etcd does, whatever lies at the path makes way.
absl::StatusOr<int> PortReservation::ListenAtPath() const {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  address_.copy(at.sun_path, sizeof(at.sun_path) - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(address_.c_str());
  if (bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0 &&
      listen(listener, SOMAXCONN) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  return Failure(address_, "bind", error, "unix");
}

absl::StatusOr<int> PortReservation::Listen() const {
  if (socket_ < 0) return ListenAtPath();
  sockaddr_storage at{};
  socklen_t size = sizeof(at);
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  if (getsockname(socket_, address, &size) != 0) return Failure(address_, "getsockname", errno);
  const int listener = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return Failure(address_, "socket", errno);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  Share(true);
  const bool listens = bind(listener, address, size) == 0 && listen(listener, SOMAXCONN) == 0;
  const int error = errno;
  Share(false);
  if (listens) return listener;
  close(listener);
  return Failure(address_, "bind", error);
}

void PortReservation::Share(bool shared) const {
  const int on = shared ? 1 : 0;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

std::string PortReservation::reachable() const {
  if (absl::StartsWith(address_, "0.0.0.0:")) return "127.0.0.1" + address_.substr(7);
  if (absl::StartsWith(address_, "[::]:")) return "127.0.0.1" + address_.substr(4);
  return address_;
}

std::string PortReservation::endpoint() const {
  if (socket_ < 0) return "unix:" + address_;
  return tls_ ? url() : reachable();
}

std::string PortReservation::url() const {
  const std::string scheme = socket_ < 0 ? "unix" : "http";
  return scheme + (tls_ ? "s://" : "://") + reachable();
}

}  // namespace fakeetcd
