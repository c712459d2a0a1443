#include "conformance/support/proxy.h"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conformance {
namespace {

sockaddr_in AddressOf(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

// Sockets take addresses of every family through a pointer to a common one.
const sockaddr* Generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}
sockaddr* Generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

int Connect(const std::string& host, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = AddressOf(host, port);
  if (connect(fd, Generic(address), sizeof(address)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

void SendNow(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Copies what comes until either side is done; takes it and does nothing with it while `silent`.
void Forward(int from, int to, const std::atomic<bool>& silent) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    if (silent) continue;
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t now =
          send(to, buffer.data() + sent, static_cast<size_t>(got - sent), MSG_NOSIGNAL);
      if (now <= 0) break;
      sent += now;
    }
  }
  shutdown(from, SHUT_RDWR);
  shutdown(to, SHUT_RDWR);
}

}  // namespace

struct Proxy::Connection {
  Connection(int client_fd, int server_fd, const std::atomic<bool>& silent)
      : client(client_fd),
        server(server_fd),
        up([this, &silent] { Forward(client, server, silent); }),
        down([this, &silent] { Forward(server, client, silent); }) {}

  ~Connection() {
    shutdown(client, SHUT_RDWR);
    shutdown(server, SHUT_RDWR);
    up.join();
    down.join();
    close(client);
    close(server);
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const int client;
  const int server;
  std::thread up;
  std::thread down;
};

Proxy::Proxy(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  target_host_ = endpoint.substr(0, colon);
  if (target_host_ == "localhost") target_host_ = "127.0.0.1";
  target_port_ = std::stoi(endpoint.substr(colon + 1));

  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = AddressOf("127.0.0.1", 0);
  socklen_t size = sizeof(address);
  if (bind(listener_, Generic(address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, Generic(address), &size) != 0) {
    close(listener_);
    throw std::runtime_error("no port for a proxy");
  }
  endpoint_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  acceptor_ = std::thread([this] { Accept(); });
}

Proxy::~Proxy() {
  {
    const std::lock_guard lock(mu_);
    stopped_ = true;
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
}

void Proxy::Cut() {
  const std::lock_guard lock(mu_);
  cut_ = true;
  connections_.clear();
}

void Proxy::Restore() {
  const std::lock_guard lock(mu_);
  if (silent_) connections_.clear();
  silent_ = false;
  cut_ = false;
}

void Proxy::Accept() {
  while (true) {
    const int client = accept(listener_, nullptr, nullptr);
    const std::lock_guard lock(mu_);
    if (stopped_ || client < 0) {
      if (client >= 0) close(client);
      if (stopped_) return;
      continue;
    }
    const int server = cut_ ? -1 : Connect(target_host_, target_port_);
    if (server < 0) {
      close(client);
      continue;
    }
    SendNow(client);
    SendNow(server);
    connections_.push_back(std::make_unique<Connection>(client, server, silent_));
  }
}

}  // namespace conformance
