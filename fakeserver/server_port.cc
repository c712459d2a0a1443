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

struct SchemeAndAddress {
  std::string scheme;
  std::string address;
};

SchemeAndAddress SplitUrl(const std::string& url) {
  const size_t end = url.find("://");
  if (end == std::string::npos) return {"", url};
  return {url.substr(0, end), url.substr(end + 3)};
}

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
  const auto [scheme, address] = SplitUrl(url);
  if (scheme == "unix" || scheme == "unixs") {
    PortReservation path(-1, address);
    path.tls_ = scheme == "unixs";
    path.plain_ = !path.tls_;
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
  held.told_ = address;
  held.tls_ = scheme == "https";
  held.plain_ = !held.tls_;
  return held;
}

bool PortReservation::Join(const std::string& url) {
  const auto [scheme, address] = SplitUrl(url);
  if (socket_ < 0 || address != told_ || Split(address).port == "0") return false;
  (scheme == "https" ? tls_ : plain_) = true;
  return true;
}

PortReservation::PortReservation(PortReservation&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::exchange(other.address_, "")),
      told_(std::move(other.told_)),
      tls_(other.tls_),
      plain_(other.plain_),
      listened_(std::exchange(other.listened_, false)) {}

PortReservation::~PortReservation() {
  if (socket_ >= 0) {
    close(socket_);
  } else if (listened_) {
    unlink(address_.c_str());
  }
}

// As etcd does, whatever lies at the path makes way.
absl::StatusOr<int> PortReservation::ListenAtPath() {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  address_.copy(at.sun_path, sizeof(at.sun_path) - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(address_.c_str());
  if (bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0 &&
      listen(listener, SOMAXCONN) == 0) {
    listened_ = true;
    return listener;
  }
  const int error = errno;
  close(listener);
  return Failure(address_, "bind", error, "unix");
}

absl::StatusOr<int> PortReservation::Listen() {
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

std::vector<std::string> PortReservation::endpoints() const {
  if (socket_ < 0) return {"unix:" + address_};
  std::vector<std::string> endpoints;
  if (plain_) endpoints.push_back(reachable());
  if (tls_) endpoints.push_back("https://" + reachable());
  return endpoints;
}

std::vector<std::string> PortReservation::urls() const {
  const std::string scheme = socket_ < 0 ? "unix" : "http";
  std::vector<std::string> urls;
  if (plain_) urls.push_back(scheme + "://" + reachable());
  if (tls_) urls.push_back(scheme + "s://" + reachable());
  return urls;
}

}  // namespace fakeetcd
