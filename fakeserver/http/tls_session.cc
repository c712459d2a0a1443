#include "fakeserver/http/tls_session.h"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace fakeetcd {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using SslContext = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

constexpr std::array<unsigned char, 9> kHttp1 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

struct Context final : TlsContext {
  explicit Context(SslContext created) : ssl(std::move(created)) {}
  bool only_1_3() const override {
    return SSL_CTX_get_min_proto_version(ssl.get()) == TLS1_3_VERSION;
  }
  const SslContext ssl;
};

Bio Reading(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

absl::Status Failure(const char* what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return absl::InvalidArgumentError(std::string("tls: ") + what + ": " + reason.data());
}

absl::Status UseCertificates(const std::string& pem, SSL_CTX* context) {
  const Bio bio = Reading(pem);
  const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return Failure("failed to find any PEM data in certificate input");
  }
  while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context, issuer);  // takes it
  }
  ERR_clear_error();
  return absl::OkStatus();
}

absl::Status UseKey(const std::string& pem, SSL_CTX* context) {
  const Bio bio = Reading(pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return Failure("failed to find any PEM data in key input");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return Failure("private key does not match public key");
  }
  return absl::OkStatus();
}

void TrustAuthorities(const std::string& pem, SSL_CTX* context) {
  const Bio bio = Reading(pem);
  while (X509* read = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    const Certificate authority(read);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  ERR_clear_error();
}

// Go's server of HTTP/2 takes clients of HTTP/1.1 as if they had offered nothing.
int ChooseProtocol(SSL* /*ssl*/, const unsigned char** /*chosen*/, unsigned char* /*size*/,
                   const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  unsigned char* out = nullptr;
  unsigned char size = 0;
  const int result =
      SSL_select_next_proto(&out, &size, kHttp1.data(), kHttp1.size(), offered, offered_size);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// The newest of X.509, for ten years (client/pkg/transport, SelfCert).
Certificate MakeCertificate(EVP_PKEY* key, const std::string& names) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 10L * 365 * 24 * 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const std::string organization = "etcd";
  X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(organization.data()),
                             static_cast<int>(organization.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::pair<int, std::string> extensions[] = {{NID_basic_constraints, "critical,CA:TRUE"},
                                                    {NID_ext_key_usage, "serverAuth,clientAuth"},
                                                    {NID_subject_alt_name, names}};
  for (const auto& [id, value] : extensions) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::Create(const TlsOptions& options) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), options.only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (auto status = UseCertificates(options.certificate, context.get()); !status.ok()) {
    return status;
  }
  if (auto status = UseKey(options.key, context.get()); !status.ok()) return status;
  if (!options.authorities.empty()) TrustAuthorities(options.authorities, context.get());
  if (options.client_certificate_required) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  return std::make_shared<const Context>(std::move(context));
}

TlsOptions SelfSigned(const std::vector<std::string>& hosts) {
  const Key key(EVP_EC_gen("P-256"));
  std::string names;
  for (const std::string& host : hosts) {
    in6_addr address{};
    const bool is_address = inet_pton(AF_INET, host.c_str(), &address) == 1 ||
                            inet_pton(AF_INET6, host.c_str(), &address) == 1;
    names += (names.empty() ? "" : ",") + std::string(is_address ? "IP:" : "DNS:") + host;
  }
  const Certificate certificate = MakeCertificate(key.get(), names);
  const Bio text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), certificate.get());
  TlsOptions options{.certificate = Written(text.get()), .key = "", .authorities = ""};
  (void)BIO_reset(text.get());
  PEM_write_bio_PrivateKey(text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  options.key = Written(text.get());
  return options;
}

struct TlsSession::Impl {
  explicit Impl(SSL_CTX* context) : ssl(SSL_new(context)) {
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), in, out);  // takes both
    SSL_set_accept_state(ssl.get());
  }

  void TakeOutput(std::string* to) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    if (size > 0) to->append(data, static_cast<size_t>(size));
    (void)BIO_reset(out);
  }

  Ssl ssl;
  BIO* in = nullptr;
  BIO* out = nullptr;
};

TlsSession::TlsSession(const TlsContext& context)
    : impl_(std::make_unique<Impl>(static_cast<const Context&>(context).ssl.get())) {}

TlsSession::~TlsSession() = default;

bool TlsSession::Receive(std::string_view bytes, std::string* plain, std::string* out) {
  BIO_write(impl_->in, bytes.data(), static_cast<int>(bytes.size()));
  std::array<char, 16384> buffer;
  int size = 0;
  while ((size = SSL_read(impl_->ssl.get(), buffer.data(), buffer.size())) > 0) {
    plain->append(buffer.data(), static_cast<size_t>(size));
  }
  const int error = SSL_get_error(impl_->ssl.get(), size);
  ERR_clear_error();
  impl_->TakeOutput(out);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

void TlsSession::Send(std::string_view plain, std::string* out) {
  if (!plain.empty()) {
    SSL_write(impl_->ssl.get(), plain.data(), static_cast<int>(plain.size()));
  }
  ERR_clear_error();
  impl_->TakeOutput(out);
}

void TlsSession::Close(std::string* out) {
  SSL_shutdown(impl_->ssl.get());
  ERR_clear_error();
  impl_->TakeOutput(out);
}

std::string TlsSession::common_name() const {
  const Certificate peer(SSL_get1_peer_certificate(impl_->ssl.get()));
  if (peer == nullptr || SSL_get_verify_result(impl_->ssl.get()) != X509_V_OK) return "";
  std::array<char, 256> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName,
                                             name.data(), name.size());
  return size > 0 ? std::string(name.data(), static_cast<size_t>(size)) : "";
}

}  // namespace fakeetcd
