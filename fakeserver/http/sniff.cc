#include "fakeserver/http/sniff.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"

namespace fakeetcd {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kRequestLineMax = 4096;

// "GET /path HTTP/1.1", or any other version 1.
bool IsRequestLine(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const size_t first = line.find(' ');
  if (first == std::string_view::npos) return false;
  const size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return false;
  const std::string_view version = line.substr(second + 1);
  return version.size() == 8 && version.starts_with("HTTP/1.") &&
         absl::ascii_isdigit(static_cast<unsigned char>(version[7])) != 0;
}

/// Reads lengths and what they are of, off the front of a ClientHello; nullopt where it ends.
class Hello {
 public:
  explicit Hello(std::string_view bytes) : rest_(bytes) {}

  std::optional<size_t> Number(size_t bytes) {
    if (rest_.size() < bytes) return std::nullopt;
    size_t number = 0;
    for (size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(bytes);
    return number;
  }
  std::optional<std::string_view> Bytes(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  /// What follows its own length.
  std::optional<std::string_view> Counted(size_t length_bytes) {
    const auto count = Number(length_bytes);
    return count ? Bytes(*count) : std::nullopt;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// A ClientHello's extension of that type (RFC 8446, 4.1.2).
std::optional<std::string_view> ExtensionOf(std::string_view client_hello, size_t wanted) {
  constexpr size_t kVersionAndRandom = 34;
  Hello hello(client_hello);
  if (!hello.Bytes(kVersionAndRandom) || !hello.Counted(1) || !hello.Counted(2) ||
      !hello.Counted(1)) {
    return std::nullopt;
  }
  const auto extensions = hello.Counted(2);
  if (!extensions) return std::nullopt;
  Hello rest(*extensions);
  while (!rest.done()) {
    const auto type = rest.Number(2);
    const auto body = rest.Counted(2);
    if (!type || !body) return std::nullopt;
    if (*type == wanted) return body;
  }
  return std::nullopt;
}

// The list of protocols that it offers (RFC 7301).
std::optional<std::string_view> ProtocolsOf(std::string_view client_hello) {
  constexpr size_t kAlpn = 16;
  const auto body = ExtensionOf(client_hello, kAlpn);
  return body ? Hello(*body).Counted(2) : std::nullopt;
}

/// The message in a connection's first record.
struct Opening {
  bool complete = false;
  std::optional<std::string_view> client_hello;
};
Opening OpeningOf(std::string_view bytes) {
  constexpr size_t kHandshake = 22;
  constexpr size_t kClientHello = 1;
  Hello record(bytes);
  const auto type = record.Number(1);
  if (!type) return {};
  if (*type != kHandshake) return {.complete = true};
  if (!record.Number(2)) return {};
  const auto fragment = record.Counted(2);
  if (!fragment) return {};
  Hello message(*fragment);
  if (message.Number(1) != kClientHello) return {.complete = true};
  // In several records, it counts as none: nobody with short lists does that.
  return {.complete = true, .client_hello = message.Counted(3)};
}

bool Offers(std::string_view protocols, std::string_view wanted) {
  Hello list(protocols);
  while (!list.done()) {
    const auto name = list.Counted(1);
    if (!name) return false;
    if (*name == wanted) return true;
  }
  return false;
}

}  // namespace

Speech SniffPlain(std::string_view bytes) {
  if (bytes.starts_with(kPreface)) return Speech::kGrpc;
  if (kPreface.starts_with(bytes)) return Speech::kUnclear;
  const size_t end = bytes.substr(0, kRequestLineMax).find('\n');
  if (end == std::string_view::npos) {
    return bytes.size() < kRequestLineMax ? Speech::kUnclear : Speech::kNonsense;
  }
  return IsRequestLine(bytes.substr(0, end)) ? Speech::kHttp : Speech::kNonsense;
}

Speech SniffTls(std::string_view bytes) {
  const Opening opening = OpeningOf(bytes);
  if (!opening.complete) return Speech::kUnclear;
  if (!opening.client_hello) return Speech::kHttp;
  const auto protocols = ProtocolsOf(*opening.client_hello);
  const bool only_http2 = protocols && Offers(*protocols, "h2") && !Offers(*protocols, "http/1.1");
  return only_http2 ? Speech::kGrpc : Speech::kHttp;
}

bool OffersTls13(std::string_view bytes) {
  constexpr size_t kSupportedVersions = 43;
  constexpr size_t kTls13 = 0x0304;
  const auto hello = OpeningOf(bytes).client_hello;
  const auto body = hello ? ExtensionOf(*hello, kSupportedVersions) : std::nullopt;
  const auto versions = body ? Hello(*body).Counted(1) : std::nullopt;
  if (!versions) return false;
  Hello list(*versions);
  while (const auto version = list.Number(2)) {
    if (*version == kTls13) return true;
  }
  return false;
}

}  // namespace fakeetcd
