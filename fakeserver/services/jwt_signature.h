#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace fakeetcd {

/// The families of JSON Web Algorithms (RFC 7518, RFC 8037).
enum class JwtFamily { kHmac, kRsa, kRsaPss, kEcdsa, kEd25519 };

struct JwtMethod {
  std::string_view name;  // "RS256"
  JwtFamily family;
  const EVP_MD* (*digest)();  // null of kEd25519
  int curve_bits = 0;         // of kEcdsa
};

struct EvpKeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using EvpKey = std::unique_ptr<EVP_PKEY, EvpKeyDeleter>;

/// The key in a PEM text, of a kind that the method takes; null when there is none. A public one
/// may be in a certificate.
EvpKey ReadPrivateKey(const JwtMethod& method, const std::string& pem);
EvpKey ReadPublicKey(const JwtMethod& method, const std::string& pem);

/// The signature of `data` as a token has it, before it is written in base64; nullopt when the key
/// cannot make one. The HMAC's key is text.
std::optional<std::string> MakeSignature(const JwtMethod& method, EVP_PKEY& key,
                                         std::string_view data);
std::string MakeHmac(const JwtMethod& method, std::string_view key, std::string_view data);
bool IsSignature(const JwtMethod& method, EVP_PKEY& key, std::string_view data,
                 std::string_view signature);

}  // namespace fakeetcd
