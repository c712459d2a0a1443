#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakeetcd {

// The little of protobuf's wire format that is needed where messages are stored rather than sent:
// fields that are numbers, and fields that are bytes. As proto3 does, writing leaves out what is
// zero or empty.

/// The eight bytes of `value`, the highest first, as etcd writes numbers into its backend.
std::string BigEndian(uint64_t value);

/// The number that eight such bytes are; nullopt for any other length.
std::optional<uint64_t> ParseBigEndian(std::string_view bytes);

void AppendVarint(std::string& to, uint64_t value);
size_t VarintSize(uint64_t value);

void AppendField(std::string& to, int number, uint64_t value);
void AppendField(std::string& to, int number, std::string_view value);
/// The same where the field is there even when empty, as members of a list and sub-messages are.
void AppendFieldAlways(std::string& to, int number, std::string_view value);

/// What AppendField appends.
size_t FieldSize(int number, uint64_t value);
size_t FieldSize(int number, std::string_view value);

/// Takes the fields of a serialized message one by one.
///
///   FieldReader fields(message);
///   while (auto field = fields.Next()) …
///   if (fields.malformed()) …
class FieldReader {
 public:
  struct Field {
    int number = 0;
    bool is_bytes = false;
    uint64_t value = 0;      // where it is a number
    std::string_view bytes;  // where it is not; a view into the message

    bool IsNumber(int wanted) const { return number == wanted && !is_bytes; }
    bool IsBytes(int wanted) const { return number == wanted && is_bytes; }
  };

  explicit FieldReader(std::string_view message) : rest_(message) {}

  /// The next field; nullopt at the end, and where what follows is none.
  std::optional<Field> Next();

  /// True once something was met that is no field of the two kinds.
  bool malformed() const { return malformed_; }

 private:
  std::optional<uint64_t> TakeVarint();
  std::optional<Field> Fail();

  std::string_view rest_;
  bool malformed_ = false;
};

}  // namespace fakeetcd
