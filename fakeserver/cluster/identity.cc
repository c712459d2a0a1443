#include "fakeserver/cluster/identity.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

// OpenSSL would rather be asked through EVP, which first reads its configuration and loads its
// providers: a millisecond of a server's start, for twenty bytes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace fakeetcd {
namespace {

// The first eight bytes of the SHA-1 of `text`, big endian.
uint64_t IdOf(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, text.data(), text.size());
  SHA1_Final(digest.data(), &context);
  uint64_t id = 0;
  for (size_t i = 0; i < sizeof(id); ++i) id = (id << 8) | digest[i];
  return id;
}

std::string BigEndian(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

}  // namespace

uint64_t MemberIdOf(const std::vector<std::string>& peer_urls, const std::string& mixed_in) {
  std::string text;
  for (const std::string& url : peer_urls) text += url;
  return IdOf(text + mixed_in);
}

MemberIdentity MemberIdentity::Derive(std::string name, std::vector<std::string> peer_urls,
                                      std::vector<std::string> client_urls,
                                      const std::string& token) {
  std::sort(peer_urls.begin(), peer_urls.end());
  std::sort(client_urls.begin(), client_urls.end());
  MemberIdentity identity{std::move(name), std::move(peer_urls), std::move(client_urls)};
  identity.member_id = MemberIdOf(identity.peer_urls, token);
  identity.cluster_id = IdOf(BigEndian(identity.member_id));
  return identity;
}

}  // namespace fakeetcd
