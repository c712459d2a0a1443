#include "client/src/snapshot_digest.h"

#include <algorithm>

#include <openssl/evp.h>

namespace etcdpp {
namespace {

constexpr size_t kDigestBytes = 32;

}  // namespace

struct SnapshotDigest::Sha256 {
  Sha256() { EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr); }

  void Add(std::string_view bytes) { EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()); }

  std::string Finish() {
    std::string digest(kDigestBytes, '\0');
    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

SnapshotDigest::SnapshotDigest() : sha256_(std::make_unique<Sha256>()) {}
SnapshotDigest::~SnapshotDigest() = default;

void SnapshotDigest::Add(std::string_view piece) {
  size_bytes_ += piece.size();
  if (piece.size() >= kDigestBytes) {
    sha256_->Add(tail_);
    sha256_->Add(piece.substr(0, piece.size() - kDigestBytes));
    tail_ = piece.substr(piece.size() - kDigestBytes);
    return;
  }
  tail_.append(piece);
  if (tail_.size() <= kDigestBytes) return;
  const size_t over = tail_.size() - kDigestBytes;
  sha256_->Add(std::string_view(tail_).substr(0, over));
  tail_.erase(0, over);
}

Status SnapshotDigest::Verify() {
  if (tail_.size() < kDigestBytes) {
    return {Code::kDataLoss, "the snapshot is too short to end in its digest"};
  }
  if (sha256_->Finish() != tail_) {
    return {Code::kDataLoss, "the snapshot's digest is not that of what came"};
  }
  return {};
}

}  // namespace etcdpp
