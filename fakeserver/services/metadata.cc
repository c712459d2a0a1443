#include "fakeserver/services/metadata.h"

#include <cstddef>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

// How many bytes a character that begins with `lead` takes; 0 where none begins so.
size_t CharacterSize(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// The second byte may not be just any: overlong forms, surrogates and what is beyond Unicode are
// left out.
bool IsSecond(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const size_t size = CharacterSize(lead);
    if (size == 0 || size > text.size()) return false;
    if (size > 1 && !IsSecond(lead, static_cast<unsigned char>(text[1]))) return false;
    for (const char byte : text.substr(1, size - 1)) {
      if ((static_cast<unsigned char>(byte) & 0xc0U) != 0x80U) return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

absl::Status CheckMetadata(const grpc::ServerContextBase& context, const Behavior& behavior) {
  if (!behavior.client_api_version_must_be_utf8) return absl::OkStatus();
  const auto found = context.client_metadata().find("client-api-version");
  if (found == context.client_metadata().end()) return absl::OkStatus();
  const std::string_view version(found->second.data(), found->second.size());
  return IsUtf8(version) ? absl::OkStatus() : error::InvalidClientApiVersion();
}

}  // namespace fakeetcd
