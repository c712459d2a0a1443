#include "fakeserver/cluster/peer_urls.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"

namespace fakeetcd {
namespace {

bool IsScheme(std::string_view text) {
  return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
         });
}

bool IsNumber(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// The characters that Go's net/url lets stand in a host, percent signs left out.
bool IsHostCharacter(unsigned char c) {
  return absl::ascii_isalnum(c) || c >= 0x80 ||
         std::string_view("-_.~!$&'()*+,;=:[]<>\"").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

// Where the port begins, at its colon; npos where there is none.
size_t ColonOfPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  const bool in_brackets =
      colon != std::string_view::npos && bracket != std::string_view::npos && colon < bracket;
  return in_brackets ? std::string_view::npos : colon;
}

// "HOST:PORT" as net/url takes it: an IPv6 address is in brackets, and a port is a number.
bool IsHost(std::string_view host) {
  if (!std::all_of(host.begin(), host.end(), IsHostCharacter)) return false;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view port = host.substr(end + 1);
    return port.empty() || (port[0] == ':' && IsNumber(port.substr(1)));
  }
  const size_t colon = ColonOfPort(host);
  return colon == std::string_view::npos || IsNumber(host.substr(colon + 1));
}

// net.SplitHostPort: one colon, outside of brackets.
bool HasPort(std::string_view host) {
  const size_t colon = ColonOfPort(host);
  if (colon == std::string_view::npos) return false;
  return host.starts_with('[') || host.find(':') == colon;
}

std::optional<std::string> ParseOne(const std::string& text, const Behavior& behavior) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  const std::string url = text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
  for (const unsigned char c : url) {
    if (c < 0x20 || c == 0x7f) return std::nullopt;
  }
  const size_t colon = url.find(':');
  if (colon == std::string::npos || !IsScheme(std::string_view(url).substr(0, colon)))
    return std::nullopt;
  const std::string scheme = absl::AsciiStrToLower(url.substr(0, colon));
  const bool is_http = scheme == "http" || scheme == "https";
  if (!is_http && scheme != "unix" && scheme != "unixs") return std::nullopt;
  std::string_view rest = std::string_view(url).substr(colon + 1);
  if (!rest.starts_with("//")) {
    return is_http || behavior.unix_peer_url_needs_port
               ? std::nullopt
               : std::optional(scheme + ":" + std::string(rest));
  }
  rest.remove_prefix(2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  const std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (!IsHost(host)) return std::nullopt;
  const bool has_path = rest.substr(authority.size()).starts_with('/');
  if ((is_http || behavior.unix_peer_url_needs_port) && (has_path || !HasPort(host))) {
    return std::nullopt;
  }
  return scheme + "://" + std::string(rest);
}

}  // namespace

std::optional<std::vector<std::string>> ParsePeerUrls(const std::vector<std::string>& texts,
                                                      const Behavior& behavior) {
  if (texts.empty()) return std::nullopt;
  std::vector<std::string> urls;
  for (const std::string& text : texts) {
    auto url = ParseOne(text, behavior);
    if (!url) return std::nullopt;
    urls.push_back(*std::move(url));
  }
  std::sort(urls.begin(), urls.end());
  return urls;
}

}  // namespace fakeetcd
