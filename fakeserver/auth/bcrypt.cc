#include "fakeserver/auth/bcrypt.h"

#include <cassert>
#include <memory>

#include <crypt.h>

namespace fakeetcd {
namespace {

// "$2b$" is bcrypt as it is meant. etcd's library writes "$2a$" and means the same; libcrypt keeps
// "$2a$" for an old implementation's quirks.
constexpr size_t kVariantAt = 2;
constexpr char kVariant = 'b';
constexpr char kVariantOfEtcd = 'a';

std::string Crypt(const std::string& password, const std::string& setting) {
  // 32 KiB: not for the stack.
  const auto data = std::make_unique<crypt_data>();
  const char* const hash = crypt_rn(password.c_str(), setting.c_str(), data.get(), sizeof *data);
  return hash == nullptr ? "" : hash;
}

}  // namespace

std::string BcryptHash(const std::string& password, int cost, std::string_view salt) {
  assert(cost >= kBcryptCostMin && cost <= kBcryptCostMax);
  assert(salt.size() == kBcryptSaltBytes);
  char setting[CRYPT_GENSALT_OUTPUT_SIZE] = {};
  crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), salt.data(),
                   static_cast<int>(salt.size()), setting, sizeof setting);
  std::string hash = Crypt(password, setting);
  assert(hash.size() == 60);
  hash[kVariantAt] = kVariantOfEtcd;
  return hash;
}

bool BcryptMatches(const std::string& password, const std::string& hash) {
  if (hash.size() != 60 || !hash.starts_with("$2")) return false;
  std::string setting = hash;
  setting[kVariantAt] = kVariant;
  return Crypt(password, setting) == setting;
}

}  // namespace fakeetcd
