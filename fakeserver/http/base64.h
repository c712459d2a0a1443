#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fakeetcd {

/// Which base64 a text is to be, as the variants of Go's encoding/base64.
struct Base64Form {
  bool url = false;     // '-' and '_' in place of '+' and '/'
  bool padding = true;  // the text ends in '=' up to a multiple of four
};

/// Decodes into `out`. Line breaks are skipped. Returns npos, or the offset of the byte that Go
/// finds illegal.
size_t DecodeBase64(std::string_view text, Base64Form form, std::string* out);

std::string EncodeBase64(std::string_view bytes);

}  // namespace fakeetcd
