#pragma once

#include <string_view>

namespace fakeetcd {

/// What a connection's first bytes show it to be.
enum class Speech {
  kUnclear,   // too few bytes to tell
  kGrpc,      // HTTP/2
  kHttp,      // HTTP/1
  kNonsense,  // nothing that is served here
};

/// Of a connection without TLS: by HTTP/2's preface, or a whole request line of HTTP/1 that is
/// shorter than 4096 bytes (cmux, HTTP1 and HTTP2).
Speech SniffPlain(std::string_view bytes);

/// Of a connection with TLS: by the protocols (ALPN) that its ClientHello offers. Who offers
/// HTTP/2 and not HTTP/1 speaks gRPC. Everybody else counts as HTTP, also who sends no ClientHello:
/// the handshake fails for that.
Speech SniffTls(std::string_view bytes);

/// Whether the ClientHello in `bytes` offers TLS 1.3 (RFC 8446, 4.2.1).
bool OffersTls13(std::string_view bytes);

}  // namespace fakeetcd
