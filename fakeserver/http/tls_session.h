#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fakeetcd {

/// What a server's side of TLS is made of.
struct TlsOptions {
  std::string certificate;  // PEM: the server's, and those between it and the authority
  std::string key;          // PEM
  std::string authorities;  // PEM: who may vouch for a client
  bool client_certificate_required = false;
  bool only_1_3 = false;  // else 1.2 will do
};

/// A certificate for `hosts`, names or addresses, which its own key vouches for, and that key.
TlsOptions SelfSigned(const std::vector<std::string>& hosts);

/// The options in the form that connections share. Thread-safe.
class TlsContext {
 public:
  virtual ~TlsContext() = default;
  virtual bool only_1_3() const = 0;
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Create(const TlsOptions& options);
};

/// The server's side of one TLS connection, apart from its socket: bytes go in and come out. Not
/// thread-safe.
class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);
  ~TlsSession();

  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Takes bytes from the client; appends what they say to `plain`, and to `out` what is to be
  /// sent. Returns false when the connection is over once `out` is sent.
  bool Receive(std::string_view bytes, std::string* plain, std::string* out);
  /// Appends `plain`, encrypted, to `out`.
  void Send(std::string_view plain, std::string* out);
  /// Appends the goodbye to `out`.
  void Close(std::string* out);
  /// The name in the client's certificate, if it showed one that was verified.
  std::string common_name() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fakeetcd
