#include "fakeserver/services/jwt_signature.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace fakeetcd {
namespace {

struct Deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Owned<BIO> Read(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

EvpKey IfOfFamily(const JwtMethod& method, EvpKey key) {
  ERR_clear_error();
  if (key == nullptr) return nullptr;
  const int kind = EVP_PKEY_base_id(key.get());
  bool fits = false;
  switch (method.family) {
    case JwtFamily::kHmac:
      break;
    case JwtFamily::kRsa:
    case JwtFamily::kRsaPss:
      fits = kind == EVP_PKEY_RSA;
      break;
    case JwtFamily::kEcdsa:
      fits = kind == EVP_PKEY_EC;
      break;
    case JwtFamily::kEd25519:
      fits = kind == EVP_PKEY_ED25519;
      break;
  }
  return fits ? std::move(key) : nullptr;
}

bool SetPadding(const JwtMethod& method, EVP_PKEY_CTX* context, int salt) {
  if (method.family != JwtFamily::kRsaPss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) > 0;
}

// A token has an ECDSA signature's two numbers one after the other, each as long as the curve's
// order; OpenSSL has them in DER.
size_t NumberBytes(const JwtMethod& method) {
  return static_cast<size_t>(method.curve_bits + 7) / 8;
}

std::optional<std::string> FromDer(const JwtMethod& method, const std::string& der) {
  const unsigned char* at = Bytes(std::string_view(der));
  const Owned<ECDSA_SIG> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (parsed == nullptr) return std::nullopt;
  const size_t size = NumberBytes(method);
  std::string raw(2 * size, '\0');
  const auto length = static_cast<int>(size);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), Bytes(raw), length) != length ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), Bytes(raw) + size, length) != length) {
    return std::nullopt;
  }
  return raw;
}

std::optional<std::string> ToDer(const JwtMethod& method, std::string_view raw) {
  const size_t size = NumberBytes(method);
  if (raw.size() != 2 * size) return std::nullopt;
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  const auto length = static_cast<int>(size);
  BIGNUM* r = BN_bin2bn(Bytes(raw), length, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(raw.substr(size)), length, nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);  // takes them
  unsigned char* der = nullptr;
  const int der_size = i2d_ECDSA_SIG(signature.get(), &der);
  if (der_size <= 0) return std::nullopt;
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(der_size));
  OPENSSL_free(der);
  return bytes;
}

bool FitsCurve(const JwtMethod& method, EVP_PKEY& key) {
  return method.family != JwtFamily::kEcdsa || EVP_PKEY_bits(&key) == method.curve_bits;
}

const EVP_MD* Digest(const JwtMethod& method) {
  return method.digest == nullptr ? nullptr : method.digest();
}

}  // namespace

EvpKey ReadPrivateKey(const JwtMethod& method, const std::string& pem) {
  const auto bio = Read(pem);
  return IfOfFamily(method, EvpKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)));
}

EvpKey ReadPublicKey(const JwtMethod& method, const std::string& pem) {
  const auto bio = Read(pem);
  EvpKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) {
    const auto again = Read(pem);
    const Owned<X509> certificate(PEM_read_bio_X509(again.get(), nullptr, nullptr, nullptr));
    if (certificate != nullptr) key.reset(X509_get_pubkey(certificate.get()));
  }
  return IfOfFamily(method, std::move(key));
}

std::string MakeHmac(const JwtMethod& method, std::string_view key, std::string_view data) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(Digest(method), key.data(), static_cast<int>(key.size()), Bytes(data), data.size(),
       Bytes(mac), &size);
  mac.resize(size);
  return mac;
}

std::optional<std::string> MakeSignature(const JwtMethod& method, EVP_PKEY& key,
                                         std::string_view data) {
  if (!FitsCurve(method, key)) return std::nullopt;
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  size_t size = 0;
  if (EVP_DigestSignInit(context.get(), &parameters, Digest(method), nullptr, &key) <= 0 ||
      !SetPadding(method, parameters, RSA_PSS_SALTLEN_DIGEST) ||
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(data), data.size()) <= 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(data), data.size()) <= 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  signature.resize(size);
  return method.family == JwtFamily::kEcdsa ? FromDer(method, signature) : signature;
}

bool IsSignature(const JwtMethod& method, EVP_PKEY& key, std::string_view data,
                 std::string_view signature) {
  if (!FitsCurve(method, key)) return false;
  std::string expected(signature);
  if (method.family == JwtFamily::kEcdsa) {
    const auto der = ToDer(method, signature);
    if (!der) return false;
    expected = *der;
  }
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const bool ok =
      EVP_DigestVerifyInit(context.get(), &parameters, Digest(method), nullptr, &key) > 0 &&
      SetPadding(method, parameters, RSA_PSS_SALTLEN_AUTO) &&
      EVP_DigestVerify(context.get(), Bytes(std::string_view(expected)), expected.size(),
                       Bytes(data), data.size()) > 0;
  ERR_clear_error();
  return ok;
}

}  // namespace fakeetcd
