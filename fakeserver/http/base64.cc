#include "fakeserver/http/base64.h"

#include <array>
#include <cstdint>

#include "absl/strings/escaping.h"

namespace fakeetcd {
namespace {

constexpr size_t kFine = std::string_view::npos;

int DigitOf(char c, bool url) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == (url ? '-' : '+')) return 62;
  if (c == (url ? '_' : '/')) return 63;
  return -1;
}

bool IsLineBreak(char c) { return c == '\n' || c == '\r'; }

/// Four digits at a time.
class Decoder {
 public:
  Decoder(std::string_view text, Base64Form form, std::string* out)
      : text_(text), form_(form), out_(out) {}

  size_t Run() {
    while (!ended_) {
      if (const size_t illegal = Group(); illegal != kFine) return illegal;
    }
    return kFine;
  }

 private:
  size_t Group() {
    uint32_t bits = 0;
    int digits = 0;
    for (; digits < 4; ++digits) {
      SkipLineBreaks();
      if (at_ == text_.size()) {
        ended_ = true;
        if (digits == 0) return kFine;
        // Go counts back by the digits it has, not by the bytes they stood in.
        if (digits == 1 || form_.padding) return at_ - static_cast<size_t>(digits);
        break;
      }
      const int digit = DigitOf(text_[at_], form_.url);
      if (digit < 0) {
        if (const size_t illegal = Padding(digits); illegal != kFine) return illegal;
        break;
      }
      bits |= static_cast<uint32_t>(digit) << (18 - 6 * digits);
      ++at_;
    }
    const std::array<unsigned, 3> bytes = {bits >> 16 & 0xFFU, bits >> 8 & 0xFFU, bits & 0xFFU};
    for (int i = 0; i < digits - 1; ++i) out_->push_back(static_cast<char>(bytes[i]));
    return kFine;
  }

  // At a byte that is no digit, behind `digits` of them.
  size_t Padding(int digits) {
    if (!form_.padding || text_[at_] != '=' || digits < 2) return at_;
    ++at_;
    if (digits == 2) {
      SkipLineBreaks();
      if (at_ == text_.size()) return at_;
      if (text_[at_] != '=') return at_ - 1;
      ++at_;
    }
    SkipLineBreaks();
    ended_ = true;
    return at_ == text_.size() ? kFine : at_;
  }

  void SkipLineBreaks() {
    while (at_ < text_.size() && IsLineBreak(text_[at_])) ++at_;
  }

  const std::string_view text_;
  const Base64Form form_;
  std::string* const out_;
  size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

size_t DecodeBase64(std::string_view text, Base64Form form, std::string* out) {
  return Decoder(text, form, out).Run();
}

std::string EncodeBase64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace fakeetcd
