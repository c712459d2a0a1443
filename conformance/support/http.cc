#include "conformance/support/http.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/support/exchange_log.h"
#include "conformance/target.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr size_t kShownMax = 600;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string Shown(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kShownMax)) {
    if (c == '\r') continue;
    shown += c == '\n' ? "\\n" : std::string(1, c);
  }
  return text.size() > kShownMax ? shown + "…" : shown;
}

int Connect(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string host = endpoint.substr(0, colon);
  const std::string port = endpoint.substr(colon + 1);
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    throw std::runtime_error("no address for " + endpoint);
  }
  int connected = -1;
  for (const addrinfo* at = found; at != nullptr && connected < 0; at = at->ai_next) {
    connected = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connected, at->ai_addr, at->ai_addrlen) == 0) continue;
    close(connected);
    connected = -1;
  }
  freeaddrinfo(found);
  if (connected < 0) throw std::runtime_error("cannot connect to " + endpoint);
  return connected;
}

void TakeHeader(const std::string& line, std::map<std::string, std::string>* headers) {
  const size_t colon = line.find(": ");
  if (colon == std::string::npos) throw std::runtime_error("not a header: " + line);
  (*headers)[Lower(line.substr(0, colon))] = line.substr(colon + 2);
}

}  // namespace

std::string HttpAnswer::Header(const std::string& name) const {
  const auto found = headers.find(Lower(name));
  return found == headers.end() ? "" : found->second;
}

std::ostream& operator<<(std::ostream& out, const HttpAnswer& answer) {
  return out << answer.status_line << " { " << Shown(answer.body) << " }";
}

HttpConnection::HttpConnection() : HttpConnection(target().endpoint) {}

HttpConnection::HttpConnection(const std::string& endpoint) : socket_(Connect(endpoint)) {}

HttpConnection::~HttpConnection() { close(socket_); }

void HttpConnection::Send(std::string_view bytes) {
  ExchangeLog::Current().Note("-> " + Shown(bytes));
  while (!bytes.empty()) {
    const ssize_t size = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0) return;  // the server has ended the connection: reading will show what it said
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

void HttpConnection::HalfClose() { shutdown(socket_, SHUT_WR); }

// Returns false when nothing came in time, or nothing will.
bool HttpConnection::Fill(std::chrono::milliseconds patience) {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
  char buffer[65536];
  const ssize_t size = recv(socket_, buffer, sizeof(buffer), 0);
  if (size <= 0) return false;
  in_.append(buffer, static_cast<size_t>(size));
  return true;
}

void HttpConnection::NeedMore() {
  if (Fill(kPatience)) return;
  throw std::runtime_error("the answer ends, or does not come, behind \"" + Shown(in_) + "\"");
}

std::string HttpConnection::TakeLine() {
  size_t end = 0;
  while ((end = in_.find("\r\n")) == std::string::npos) NeedMore();
  std::string line = in_.substr(0, end);
  in_.erase(0, end + 2);
  return line;
}

std::string HttpConnection::Take(size_t size) {
  while (in_.size() < size) NeedMore();
  std::string bytes = in_.substr(0, size);
  in_.erase(0, size);
  return bytes;
}

HttpAnswer HttpConnection::ReadHead() {
  HttpAnswer answer;
  answer.status_line = TakeLine();
  if (!answer.status_line.starts_with("HTTP/1.")) {
    throw std::runtime_error("no answer of HTTP: " + Shown(answer.status_line));
  }
  answer.status = std::stoi(answer.status_line.substr(9));
  for (std::string line = TakeLine(); !line.empty(); line = TakeLine()) {
    TakeHeader(line, &answer.headers);
  }
  body_ended_ = false;
  chunks_.clear();
  return answer;
}

// Returns false at the end of the body.
bool HttpConnection::ReadChunk(HttpAnswer* answer) {
  const size_t size = std::stoul(TakeLine(), nullptr, 16);
  if (size > 0) {
    chunks_ += Take(size);
    TakeLine();
    return true;
  }
  for (std::string line = TakeLine(); !line.empty(); line = TakeLine()) {
    TakeHeader(line, &answer->trailers);
  }
  return false;
}

HttpAnswer HttpConnection::Read(bool to_head) {
  HttpAnswer answer = ReadHead();
  if (!to_head && answer.Header("Transfer-Encoding") == "chunked") {
    while (ReadChunk(&answer)) {
    }
    answer.body = std::exchange(chunks_, "");
  } else if (!to_head && answer.headers.contains("content-length")) {
    answer.body = Take(std::stoul(answer.Header("Content-Length")));
  } else if (!to_head && answer.status != 100) {
    while (Fill(kPatience)) {
    }
    answer.body = std::exchange(in_, "");
  }
  ExchangeLog::Current().Note("<- " + answer.status_line + " " + Shown(answer.body));
  return answer;
}

std::optional<std::string> HttpConnection::ReadLine() {
  HttpAnswer rest;
  while (chunks_.find('\n') == std::string::npos) {
    if (body_ended_ || !ReadChunk(&rest)) {
      body_ended_ = true;
      if (chunks_.empty()) return std::nullopt;
      return std::exchange(chunks_, "");
    }
  }
  const size_t end = chunks_.find('\n');
  std::string line = chunks_.substr(0, end);
  chunks_.erase(0, end + 1);
  ExchangeLog::Current().Note("<- " + Shown(line));
  return line;
}

bool HttpConnection::Ends() {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (!in_.empty() || poll(&ready, 1, 20000) <= 0) return false;
  return !Fill(kPatience);
}

bool HttpConnection::StaysSilent(std::chrono::milliseconds patience) {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  return in_.empty() && poll(&ready, 1, static_cast<int>(patience.count())) == 0;
}

std::string HttpText(const HttpRequest& request) {
  std::string text = request.method + " " + request.path + " HTTP/1." +
                     (request.http_1_0 ? "0" : "1") + "\r\nHost: localhost\r\n";
  if (request.close) text += "Connection: close\r\n";
  if (!request.body.empty() || request.method == "POST") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  for (const std::string& header : request.headers) text += header + "\r\n";
  return text + "\r\n" + request.body;
}

HttpAnswer SendHttp(const HttpRequest& request) {
  HttpConnection connection;
  connection.Send(HttpText(request));
  return connection.Read(request.method == "HEAD");
}

HttpAnswer Get(const std::string& path) { return SendHttp({.method = "GET", .path = path}); }

HttpAnswer Post(const std::string& path, const std::string& body,
                const std::vector<std::string>& headers) {
  return SendHttp({.path = "/v3/" + path, .body = body, .headers = headers});
}

std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (size_t j = i; j < i + 3; ++j) {
      bits = bits << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kDigits[bits >> (18 - 6 * j) & 63U];
    }
  }
  return text;
}

std::string Plain(std::string json) {
  for (size_t at = 0; (at = json.find("\u00a0", at)) != std::string::npos;)
    json.replace(at, 2, " ");
  std::string plain;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && json[i] == ' ' && i > 0 && json[i - 1] == ',') continue;
    plain += json[i];
  }
  return plain;
}

}  // namespace conformance
