#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/security/credentials.h>

namespace conformance {

/// How a client of TLS behaves.
struct TlsClientOptions {
  /// Who the client is: "client", "stranger" (certificates.h), or "" for nobody.
  std::string identity = "client";
  /// Whom it trusts: "ca" or "other".
  std::string trusts = "ca";
  /// What it offers to speak (ALPN).
  std::vector<std::string> protocols = {};
  /// TLS1_1_VERSION and the like; 0 for any.
  int version = 0;
};

/// What came of a connection of TLS on which one text was sent.
struct TlsExchange {
  bool connected = false;  // the client saw no fault in the handshake
  std::string protocol;    // that the server chose of those offered
  int version = 0;
  std::string answer;  // up to the end of the connection
};

/// Connects to target().tls_endpoint, or to `endpoint`, sends `text` and reads to the end.
TlsExchange SendOverTls(const std::string& text, const TlsClientOptions& options = {},
                        const std::string& endpoint = "");

/// The same client for gRPC.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const TlsClientOptions& options = {});

}  // namespace conformance
