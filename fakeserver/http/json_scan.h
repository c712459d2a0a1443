#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fakeetcd {

struct JsonMember;

/// A value of a JSON text, as a view of that text: what it is and where it stands, nothing decoded.
struct JsonValue {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string_view raw;             // from its first to its last character
  std::vector<JsonValue> elements;  // of an array
  std::vector<JsonMember> members;  // of an object
};

/// One member of a JSON object.
struct JsonMember {
  JsonValue name;
  JsonValue value;
};

/// What a JSON text holds at some place.
struct JsonScan {
  enum class Outcome { kValue, kEnd, kMalformed };

  Outcome outcome = Outcome::kEnd;
  JsonValue value;   // kValue
  size_t next = 0;   // kValue: behind the value
  std::string text;  // kMalformed: what is wrong, in the words of Go's encoding/json
};

/// Reads the next value of `text` from `from` on, as Go's json.Decoder does: white space before
/// it is skipped, and what follows it is not looked at. A text that stops inside a value is
/// malformed with "unexpected EOF".
JsonScan ScanJson(std::string_view text, size_t from);

/// Reads `text`, which is to hold one value and nothing else, as Go's json.Unmarshal does.
JsonScan ScanWholeJson(std::string_view text);

/// The string that `raw`, with its quotes, stands for; Go's replacement character stands in for
/// what is not UTF-8 or half a surrogate pair. REQUIRES: `raw` was scanned as a string.
std::string UnquoteJson(std::string_view raw);

/// Appends the character's UTF-8.
void AppendUtf8(unsigned codepoint, std::string* out);

/// The length of the UTF-8 character that `text` begins with, 0 where there is none.
size_t Utf8Length(std::string_view text);

/// `c` as Go quotes the character a message is about: `'x'`, `'\''`, `'\n'`.
std::string QuoteCharacter(char c);

}  // namespace fakeetcd
