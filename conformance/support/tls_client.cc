#include "conformance/support/tls_client.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <openssl/ssl.h>

#include "conformance/support/exchange_log.h"
#include "conformance/target.h"

namespace conformance {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Context = std::unique_ptr<SSL_CTX, Free>;

std::string Pem(const std::string& name) { return target().certificates + "/" + name; }

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Context MakeContext(const TlsClientOptions& options) {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_load_verify_locations(context.get(), Pem(options.trusts + ".pem").c_str(), nullptr);
  if (!options.identity.empty()) {
    SSL_CTX_use_certificate_file(context.get(), Pem(options.identity + ".pem").c_str(),
                                 SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), Pem(options.identity + ".key").c_str(),
                                SSL_FILETYPE_PEM);
  }
  if (options.version != 0) {
    SSL_CTX_set_security_level(context.get(), 0);  // allows what is no longer thought secure
    SSL_CTX_set_min_proto_version(context.get(), options.version);
    SSL_CTX_set_max_proto_version(context.get(), options.version);
  }
  std::string protocols;
  for (const std::string& protocol : options.protocols) {
    protocols += static_cast<char>(protocol.size());
    protocols += protocol;
  }
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
  return context;
}

}  // namespace

TlsExchange SendOverTls(const std::string& text, const TlsClientOptions& options,
                        const std::string& endpoint) {
  const Context context = MakeContext(options);
  const std::unique_ptr<BIO, Free> bio(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(bio.get(), (endpoint.empty() ? target().tls_endpoint : endpoint).c_str());
  TlsExchange exchange;
  exchange.connected = BIO_do_connect(bio.get()) == 1 && BIO_do_handshake(bio.get()) == 1;
  ExchangeLog::Current().Note(exchange.connected ? "TLS: connected" : "TLS: no handshake");
  if (!exchange.connected) return exchange;
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  if (size > 0) exchange.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  exchange.version = SSL_version(ssl);
  BIO_write(bio.get(), text.data(), static_cast<int>(text.size()));
  char buffer[4096];
  for (int read = 0; (read = BIO_read(bio.get(), buffer, sizeof(buffer))) > 0;) {
    exchange.answer.append(buffer, static_cast<size_t>(read));
  }
  ExchangeLog::Current().Note("<- " + exchange.answer.substr(0, 300));
  return exchange;
}

std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const TlsClientOptions& options) {
  grpc::SslCredentialsOptions credentials;
  credentials.pem_root_certs = Contents(Pem(options.trusts + ".pem"));
  if (!options.identity.empty()) {
    credentials.pem_cert_chain = Contents(Pem(options.identity + ".pem"));
    credentials.pem_private_key = Contents(Pem(options.identity + ".key"));
  }
  return grpc::SslCredentials(credentials);
}

}  // namespace conformance
