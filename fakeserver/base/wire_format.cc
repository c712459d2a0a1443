#include "fakeserver/base/wire_format.h"

namespace fakeetcd {
namespace {

enum WireType : uint64_t { kVarint = 0, kDelimited = 2 };

uint64_t Tag(int number, WireType type) { return static_cast<uint64_t>(number) << 3 | type; }

}  // namespace

std::string BigEndian(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::optional<uint64_t> ParseBigEndian(std::string_view bytes) {
  if (bytes.size() != sizeof(uint64_t)) return std::nullopt;
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void AppendVarint(std::string& to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>(value | 0x80));
  to.push_back(static_cast<char>(value));
}

size_t VarintSize(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

void AppendField(std::string& to, int number, uint64_t value) {
  if (value == 0) return;
  AppendVarint(to, Tag(number, kVarint));
  AppendVarint(to, value);
}

void AppendField(std::string& to, int number, std::string_view value) {
  if (!value.empty()) AppendFieldAlways(to, number, value);
}

void AppendFieldAlways(std::string& to, int number, std::string_view value) {
  AppendVarint(to, Tag(number, kDelimited));
  AppendVarint(to, value.size());
  to.append(value);
}

size_t FieldSize(int number, uint64_t value) {
  return value == 0 ? 0 : VarintSize(Tag(number, kVarint)) + VarintSize(value);
}

size_t FieldSize(int number, std::string_view value) {
  if (value.empty()) return 0;
  return VarintSize(Tag(number, kDelimited)) + VarintSize(value.size()) + value.size();
}

std::optional<FieldReader::Field> FieldReader::Next() {
  if (rest_.empty() || malformed_) return std::nullopt;
  const auto tag = TakeVarint();
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return Fail();
  Field field{.number = static_cast<int>(*tag >> 3)};
  const auto value = TakeVarint();
  if (!value) return Fail();
  switch (*tag & 7) {
    case kVarint:
      field.value = *value;
      return field;
    case kDelimited:
      if (*value > rest_.size()) return Fail();
      field.is_bytes = true;
      field.bytes = rest_.substr(0, *value);
      rest_.remove_prefix(*value);
      return field;
    default:
      return Fail();
  }
}

std::optional<uint64_t> FieldReader::TakeVarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<FieldReader::Field> FieldReader::Fail() {
  malformed_ = true;
  return std::nullopt;
}

}  // namespace fakeetcd
