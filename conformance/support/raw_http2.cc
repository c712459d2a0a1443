#include "conformance/support/raw_http2.h"

#include <cerrno>
#include <memory>
#include <new>
#include <stdexcept>

#include <netdb.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conformance {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kEndHeaders = 4;
constexpr int kPatienceMs = 10000;

std::string BigEndian(uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(value >> shift));
  }
  return text;
}

uint32_t Number(std::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// A header as itself, in no table. REQUIRES: both are shorter than 127 bytes.
std::string Literal(std::string_view name, std::string_view value) {
  std::string text(1, '\0');
  for (const std::string_view part : {name, value}) {
    text.push_back(static_cast<char>(part.size()));
    text.append(part);
  }
  return text;
}

int Connect(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(endpoint.substr(0, colon).c_str(), endpoint.substr(colon + 1).c_str(), &hints,
                  &found) != 0) {
    throw std::runtime_error("no such address: " + endpoint);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  const int connection = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, found->ai_addr, found->ai_addrlen) != 0) {
    if (connection >= 0) close(connection);
    throw std::runtime_error("cannot connect to " + endpoint);
  }
  return connection;
}

void SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;  // the server has closed it; reading tells
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

}  // namespace

RawHttp2::RawHttp2(const std::string& endpoint) : socket_(Connect(endpoint)) {
  SendAll(socket_, kPreface);
  Send({.type = kSettings});
  std::optional<Frame> answer = Next(kSettings);
  while (answer && answer->flags == 0) answer = Next(kSettings);
}

RawHttp2::~RawHttp2() { close(socket_); }

void RawHttp2::Send(const Frame& frame) const {
  const auto size = static_cast<uint32_t>(frame.payload.size());
  std::string bytes = BigEndian(size, 3);
  bytes.push_back(static_cast<char>(frame.type));
  bytes.push_back(static_cast<char>(frame.flags));
  SendAll(socket_, bytes + BigEndian(frame.stream, 4) + frame.payload);
}

void RawHttp2::SendPing(std::string_view payload) const {
  Send({.type = kPing, .payload = std::string(payload)});
}

void RawHttp2::SendCall(uint32_t stream, std::string_view path, std::string_view message) const {
  const auto size = static_cast<uint32_t>(message.size());
  std::string data(1, '\0');  // not compressed
  for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(size >> shift & 0xff);
  data += message;
  const std::string headers = Literal(":method", "POST") + Literal(":scheme", "http") +
                              Literal(":path", path) + Literal(":authority", "etcd") +
                              Literal("content-type", "application/grpc") +
                              Literal("te", "trailers");
  Send({.type = kHeaders, .flags = kEndHeaders, .stream = stream, .payload = headers});
  Send({.type = kData, .flags = kEndStream, .stream = stream, .payload = data});
}

std::optional<std::string> RawHttp2::Take(size_t bytes) {
  while (received_.size() < bytes) {
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, kPatienceMs) == 0) {
      throw std::runtime_error("waited in vain for a frame");
    }
    char block[4096];
    const ssize_t got = recv(socket_, block, sizeof(block), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    received_.append(block, static_cast<size_t>(got));
  }
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

std::optional<RawHttp2::Frame> RawHttp2::Next(Type type) {
  constexpr size_t kFrameHeader = 9;
  while (true) {
    const auto header = Take(kFrameHeader);
    if (!header) return std::nullopt;
    const std::string_view view = *header;
    auto payload = Take(Number(view.substr(0, 3)));
    if (!payload) return std::nullopt;
    if (view[3] != static_cast<char>(type)) continue;
    return Frame{.type = type,
                 .flags = static_cast<uint8_t>(view[4]),
                 .stream = Number(view.substr(5, 4)),
                 .payload = *std::move(payload)};
  }
}

std::vector<std::string> RawHttp2::HeaderNames(const Frame& frame) {
  nghttp2_hd_inflater* made = nullptr;
  if (nghttp2_hd_inflate_new(&made) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_hd_inflater, decltype(&nghttp2_hd_inflate_del)> inflater(
      made, &nghttp2_hd_inflate_del);
  std::vector<std::string> names;
  const auto* bytes = reinterpret_cast<const uint8_t*>(frame.payload.data());
  size_t left = frame.payload.size();
  while (true) {
    nghttp2_nv header;
    int flags = 0;
    const ssize_t taken =
        nghttp2_hd_inflate_hd2(inflater.get(), &header, &flags, bytes, left, /*in_final=*/1);
    if (taken < 0) throw std::runtime_error("headers that HPACK does not know");
    bytes += taken;
    left -= static_cast<size_t>(taken);
    if (flags & NGHTTP2_HD_INFLATE_EMIT) {
      names.emplace_back(reinterpret_cast<const char*>(header.name), header.namelen);
    }
    if (flags & NGHTTP2_HD_INFLATE_FINAL) return names;
  }
}

}  // namespace conformance
