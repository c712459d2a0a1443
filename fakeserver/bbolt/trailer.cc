#include "fakeserver/bbolt/trailer.h"

#include "absl/status/status.h"

// OpenSSL would rather be asked through EVP, which first reads its configuration and loads its
// providers: a millisecond of a server's start.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace fakeetcd {
namespace {

constexpr size_t kSector = 512;

}  // namespace

Sha256::Sha256() : state_(std::make_unique<SHA256_CTX>()) { SHA256_Init(state_.get()); }

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Add(std::string_view bytes) {
  SHA256_Update(state_.get(), bytes.data(), bytes.size());
}

std::string Sha256::Digest() {
  std::string digest(kDigestSize, '\0');
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), state_.get());
  return digest;
}

absl::StatusOr<std::string_view> DatabaseOfSnapshot(std::string_view file) {
  if (file.size() % kSector != Sha256::kDigestSize) return file;
  const std::string_view database = file.substr(0, file.size() - Sha256::kDigestSize);
  Sha256 sha;
  sha.Add(database);
  if (sha.Digest() != file.substr(database.size())) {
    return absl::DataLossError("the file is not what its SHA-256 is of");
  }
  return database;
}

}  // namespace fakeetcd
