#include "client/src/tls.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace etcdpp {
namespace {

namespace tls = grpc::experimental;

Status Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Status Check(const TlsOptions& options) {
  const bool any_file =
      !(options.ca_file.empty() && options.cert_file.empty() && options.key_file.empty());
  const bool any_pem =
      !(options.ca_pem.empty() && options.cert_pem.empty() && options.key_pem.empty());
  if (any_file && any_pem) return Invalid("TLS is given partly as files and partly as PEM");
  if (options.cert_file.empty() != options.key_file.empty() ||
      options.cert_pem.empty() != options.key_pem.empty()) {
    return Invalid("TLS has a certificate without its key, or a key without its certificate");
  }
  for (const std::string& file : {options.ca_file, options.cert_file, options.key_file}) {
    if (!file.empty() && !std::ifstream(file)) return Invalid("cannot read " + file);
  }
  return {};
}

std::shared_ptr<tls::CertificateProviderInterface> ProviderFor(const TlsOptions& options) {
  if (!options.ca_file.empty() || !options.cert_file.empty()) {
    const auto seconds = std::max<int64_t>(1, options.reload_interval.count());
    return std::make_shared<tls::FileWatcherCertificateProvider>(
        options.key_file, options.cert_file, options.ca_file, static_cast<unsigned>(seconds));
  }
  std::vector<tls::IdentityKeyCertPair> identity;
  if (!options.cert_pem.empty()) identity.push_back({options.key_pem, options.cert_pem});
  return std::make_shared<tls::StaticDataCertificateProvider>(options.ca_pem, identity);
}

}  // namespace

Result<std::shared_ptr<grpc::ChannelCredentials>> MakeTlsCredentials(const TlsOptions& options) {
  if (Status check = Check(options); !check.ok()) return check;
  tls::TlsChannelCredentialsOptions credentials;
  const bool has_ca = !options.ca_file.empty() || !options.ca_pem.empty();
  const bool has_cert = !options.cert_file.empty() || !options.cert_pem.empty();
  if (has_ca || has_cert) credentials.set_certificate_provider(ProviderFor(options));
  // Without it, gRPC trusts whom the system does.
  if (has_ca) credentials.watch_root_certs();
  if (has_cert) credentials.watch_identity_key_cert_pairs();
  if (options.insecure_skip_verify) {
    credentials.set_verify_server_certs(false);
    credentials.set_check_call_host(false);
    credentials.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  }
  return tls::TlsCredentials(credentials);
}

}  // namespace etcdpp
