#include "conformance/support/certificates.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace conformance {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

/// A certificate with its key.
struct Identity {
  std::unique_ptr<EVP_PKEY, Free> key;
  std::unique_ptr<X509, Free> certificate;
};

void AddExtension(X509* certificate, int id, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself where that is null; then it may vouch for others.
Identity Make(const char* common_name, const Identity* issuer, long serial) {
  Identity made{.key = decltype(Identity::key)(EVP_EC_gen("P-256")),
                .certificate = decltype(Identity::certificate)(X509_new())};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 3600);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  const Identity& signer = issuer == nullptr ? made : *issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  if (issuer == nullptr) {
    AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    AddExtension(certificate, NID_ext_key_usage, "serverAuth,clientAuth");
    AddExtension(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  }
  X509_sign(certificate, signer.key.get(), EVP_sha256());
  return made;
}

void Write(const Identity& identity, const std::filesystem::path& stem) {
  const auto open = [&](const char* ending) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen((stem.string() + ending).c_str(), "w"), &std::fclose);
    if (file == nullptr) throw std::runtime_error("cannot write " + stem.string() + ending);
    return file;
  };
  PEM_write_X509(open(".pem").get(), identity.certificate.get());
  PEM_write_PrivateKey(open(".key").get(), identity.key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
}

}  // namespace

void MakeCertificates(const std::filesystem::path& directory) {
  const Identity ca = Make("ca", nullptr, 1);
  const Identity other = Make("other", nullptr, 2);
  Write(ca, directory / "ca");
  Write(other, directory / "other");
  Write(Make("server", &ca, 3), directory / "server");
  Write(Make("alice", &ca, 4), directory / "client");
  Write(Make("mallory", &other, 5), directory / "stranger");
}

}  // namespace conformance
