#include "fakeserver/http/json_scan.h"

#include <cstdint>
#include <optional>

#include "fakeserver/http/concat.h"

namespace fakeetcd {
namespace {

using Kind = JsonValue::Kind;
using Outcome = JsonScan::Outcome;

constexpr int kDepthMax = 10000;  // Go's
constexpr char kCutShort[] = "unexpected EOF";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Walks over a JSON text and stops at what is wrong with it.
class Scanner {
 public:
  Scanner(std::string_view text, size_t at) : text_(text), at_(at) {}

  size_t at() const { return at_; }
  const std::string& error() const { return error_; }
  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size();
  }
  bool Reject(std::string_view where) {
    error_ = at_ == text_.size()
                 ? kCutShort
                 : Concat("invalid character ", QuoteCharacter(text_[at_]), " ", where);
    return false;
  }

  bool Value(JsonValue* value, int depth = 0) {
    SkipSpace();
    if (depth > kDepthMax) {
      error_ = "exceeded max depth";
      return false;
    }
    const size_t begin = at_;
    const bool read = ValueHere(value, depth);
    value->raw = text_.substr(begin, at_ - begin);
    return read;
  }

 private:
  bool ValueHere(JsonValue* value, int depth) {
    switch (Here()) {
      case '{':
        value->kind = Kind::kObject;
        return Object(value, depth);
      case '[':
        value->kind = Kind::kArray;
        return Array(value, depth);
      case '"':
        value->kind = Kind::kString;
        return String();
      case 't':
        value->kind = Kind::kBool;
        return Literal("true");
      case 'f':
        value->kind = Kind::kBool;
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        value->kind = Kind::kNumber;
        return Number();
    }
  }

  bool Object(JsonValue* object, int depth) {
    ++at_;
    SkipSpace();
    if (Take('}')) return true;
    while (true) {
      SkipSpace();
      if (Here() != '"') return Reject("looking for beginning of object key string");
      auto& [name, value] = object->members.emplace_back();
      if (!Value(&name, depth + 1)) return false;
      SkipSpace();
      if (!Take(':')) return Reject("after object key");
      if (!Value(&value, depth + 1)) return false;
      SkipSpace();
      if (Take('}')) return true;
      if (!Take(',')) return Reject("after object key:value pair");
    }
  }

  bool Array(JsonValue* array, int depth) {
    ++at_;
    SkipSpace();
    if (Take(']')) return true;
    while (true) {
      if (!Value(&array->elements.emplace_back(), depth + 1)) return false;
      SkipSpace();
      if (Take(']')) return true;
      if (!Take(',')) return Reject("after array element");
    }
  }

  bool String() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return Reject("in string literal");
      ++at_;
      if (c == '"') return true;
      if (c == '\\' && !Escape()) return false;
    }
    return Reject("in string literal");
  }

  bool Escape() {
    constexpr std::string_view kSimple = "\"\\/bfnrt";
    if (at_ < text_.size() && kSimple.find(text_[at_]) != std::string_view::npos) {
      ++at_;
      return true;
    }
    if (!Take('u')) return Reject("in string escape code");
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!IsHex(Here())) return Reject("in \\u hexadecimal character escape");
    }
    return true;
  }

  bool Literal(std::string_view word) {
    for (const char c : word) {
      if (Here() != c) {
        return Reject(Concat("in literal ", word, " (expecting '", std::string(1, c), "')"));
      }
      ++at_;
    }
    return true;
  }

  bool Number() {
    const bool negative = Take('-');
    if (!IsDigit(Here())) {
      return Reject(negative ? "in numeric literal" : "looking for beginning of value");
    }
    if (!Take('0')) Digits();
    if (Take('.')) {
      if (!IsDigit(Here())) return Reject("after decimal point in numeric literal");
      Digits();
    }
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (!IsDigit(Here())) return Reject("in exponent of numeric literal");
      Digits();
    }
    return true;
  }

  void Digits() {
    while (IsDigit(Here())) ++at_;
  }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  char Here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  const std::string_view text_;
  size_t at_;
  std::string error_;
};

std::optional<unsigned> HexOf(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits.substr(0, 4)) {
    if (!IsHex(c)) return std::nullopt;
    const int digit = IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value << 4 | static_cast<unsigned>(digit);
  }
  return value;
}

constexpr unsigned kReplacement = 0xFFFD;

bool IsSurrogate(unsigned c) { return c >= 0xD800 && c < 0xE000; }

// The character that "\uXXXX" at the front of `text`, and perhaps a second one, stands for.
unsigned TakeUnicodeEscape(std::string_view& text) {
  const unsigned first = *HexOf(text.substr(2));
  text.remove_prefix(6);
  if (!IsSurrogate(first)) return first;
  if (first < 0xDC00 && text.starts_with("\\u")) {
    const auto second = HexOf(text.substr(2));
    if (second && *second >= 0xDC00 && *second < 0xE000) {
      text.remove_prefix(6);
      return 0x10000 + ((first - 0xD800) << 10) + (*second - 0xDC00);
    }
  }
  return kReplacement;
}

char Unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

JsonScan ScanJson(std::string_view text, size_t from) {
  JsonScan scan;
  Scanner scanner(text, from);
  if (scanner.AtEnd()) return scan;
  const bool read = scanner.Value(&scan.value);
  scan.outcome = read ? Outcome::kValue : Outcome::kMalformed;
  scan.next = scanner.at();
  scan.text = scanner.error();
  return scan;
}

JsonScan ScanWholeJson(std::string_view text) {
  JsonScan scan = ScanJson(text, 0);
  if (scan.outcome == Outcome::kEnd || scan.text == kCutShort) {
    scan.outcome = Outcome::kMalformed;
    scan.text = "unexpected end of JSON input";
  }
  if (scan.outcome != Outcome::kValue) return scan;
  Scanner rest(text, scan.next);
  if (rest.AtEnd()) return scan;
  rest.Reject("after top-level value");
  scan.outcome = Outcome::kMalformed;
  scan.text = rest.error();
  return scan;
}

std::string UnquoteJson(std::string_view raw) {
  std::string text;
  std::string_view rest = raw.substr(1, raw.size() - 2);
  while (!rest.empty()) {
    if (rest.starts_with("\\u")) {
      AppendUtf8(TakeUnicodeEscape(rest), &text);
    } else if (rest[0] == '\\') {
      text += Unescaped(rest[1]);
      rest.remove_prefix(2);
    } else if (const size_t length = Utf8Length(rest); length > 0) {
      text += rest.substr(0, length);
      rest.remove_prefix(length);
    } else {
      AppendUtf8(kReplacement, &text);
      rest.remove_prefix(1);
    }
  }
  return text;
}

void AppendUtf8(unsigned codepoint, std::string* out) {
  const auto continuation = [&](int shift) {
    out->push_back(static_cast<char>(0x80U | (codepoint >> shift & 0x3FU)));
  };
  if (codepoint < 0x80) {
    out->push_back(static_cast<char>(codepoint));
  } else if (codepoint < 0x800) {
    out->push_back(static_cast<char>(0xC0U | codepoint >> 6));
    continuation(0);
  } else if (codepoint < 0x10000) {
    out->push_back(static_cast<char>(0xE0U | codepoint >> 12));
    continuation(6);
    continuation(0);
  } else {
    out->push_back(static_cast<char>(0xF0U | codepoint >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

std::string QuoteCharacter(char c) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\'";
  constexpr std::string_view kNames = "abfnrtv\\'";
  const auto byte = static_cast<unsigned char>(c);
  std::string quoted = "'";
  if (const size_t at = kEscaped.find(c); at != std::string_view::npos) {
    quoted.append("\\").push_back(kNames[at]);
  } else if (byte < 0x20 || byte == 0x7F) {
    quoted += Concat("\\x", Hex(byte, 2));
  } else if ((byte >= 0x80 && byte <= 0xA0) || byte == 0xAD) {  // of Latin 1, what cannot be seen
    quoted += Concat("\\u", Hex(byte, 4));
  } else {
    AppendUtf8(byte, &quoted);
  }
  return quoted + "'";
}

}  // namespace fakeetcd
