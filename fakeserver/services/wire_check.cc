#include "fakeserver/services/wire_check.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "fakeserver/base/wire_format.h"

namespace fakeetcd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using Error = std::optional<std::string>;

// protowire.MaxValidNumber. Of a field in a group, 3.7's decoder is content with 31 bits.
constexpr uint64_t kFieldNumberMax = (1 << 29) - 1;

constexpr char kTruncated[] = "unexpected EOF";
constexpr char kOverflow[] = "proto: integer overflow";
constexpr char kNegativeLength[] = "proto: negative length found during unmarshaling";

enum WireType {
  kVarint = 0,
  kFixed64 = 1,
  kDelimited = 2,
  kGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

// The name of a field in Go: "range_end" is RangeEnd.
std::string GoName(const FieldDescriptor& field) {
  std::string name;
  bool upper = true;
  for (const char c : field.name()) {
    if (c == '_') {
      upper = true;
      continue;
    }
    name.push_back(upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
    upper = false;
  }
  return name;
}

class Scanner {
 public:
  /// Appends what it understands to `known`, in the one way of writing it.
  Scanner(std::string_view rest, std::string& known)
      : size_(rest.size()), rest_(rest), known_(known) {}

  Error Message(const Descriptor& type) {
    while (!rest_.empty()) {
      if (auto error = Field(type)) return error;
    }
    return std::nullopt;
  }

 private:
  Error Field(const Descriptor& type) {
    uint64_t tag = 0;
    if (auto error = Varint(tag)) return error;
    const auto wire_type = static_cast<int>(tag & 7);
    const auto number = static_cast<int32_t>(tag >> 3);
    if (wire_type == kEndGroup)
      return "proto: " + type.name() + ": wiretype end group for non-group";
    if (number <= 0) {
      return "proto: " + type.name() + ": illegal tag " + std::to_string(number) + " (wire type " +
             std::to_string(tag) + ")";
    }
    const FieldDescriptor* field = type.FindFieldByNumber(number);
    if (field == nullptr) return Skip(wire_type);
    if (field->is_packable() && wire_type == kDelimited) return Packed(number);
    const auto want = static_cast<int>(WireFormatLite::WireTypeForFieldType(
        static_cast<WireFormatLite::FieldType>(field->type())));
    if (wire_type != want) {
      return "proto: wrong wireType = " + std::to_string(wire_type) + " for field " +
             GoName(*field);
    }
    AppendVarint(known_, static_cast<uint64_t>(number) << 3 | tag % 8);
    if (field->message_type() == nullptr) {
      const std::string_view before = rest_;
      if (auto error = Skip(wire_type)) return error;
      known_.append(before.substr(0, before.size() - rest_.size()));
      return std::nullopt;
    }
    std::string_view bytes;
    if (auto error = Delimited(bytes)) return error;
    std::string within;
    if (auto error = Scanner(bytes, within).Message(*field->message_type())) return error;
    AppendVarint(known_, within.size());
    known_.append(within);
    return std::nullopt;
  }

  // Numbers one behind the other. The last one may go on behind the end that they are given, as far
  // as that decoder is concerned, and the next field then comes behind it.
  Error Packed(int32_t number) {
    uint64_t size = 0;
    if (auto error = Varint(size)) return error;
    if (size > INT64_MAX - (size_ - rest_.size())) return kNegativeLength;
    if (size > rest_.size()) return kTruncated;
    const size_t left = rest_.size() - size;
    std::string numbers;
    while (rest_.size() > left) {
      uint64_t value = 0;
      if (auto error = Varint(value)) return error;
      AppendVarint(numbers, value);
    }
    AppendVarint(known_, static_cast<uint64_t>(number) << 3 | kDelimited);
    AppendVarint(known_, numbers.size());
    known_.append(numbers);
    return std::nullopt;
  }

  Error Skip(int wire_type) {
    uint64_t value = 0;
    std::string_view bytes;
    switch (wire_type) {
      case kVarint:
        return Varint(value);
      case kFixed64:
        return Take(8, bytes);
      case kDelimited:
        return Delimited(bytes);
      case kGroup:
        return SkipGroup();
      case kFixed32:
        return Take(4, bytes);
      default:
        return "proto: illegal wireType " + std::to_string(wire_type);
    }
  }

  // Groups nest; the depth is counted so that hostile bytes cannot exhaust the stack.
  Error SkipGroup() {
    for (int depth = 1; depth > 0;) {
      uint64_t tag = 0;
      if (auto error = Varint(tag)) return error;
      const auto wire_type = static_cast<int>(tag & 7);
      if (wire_type == kGroup) {
        ++depth;
      } else if (wire_type == kEndGroup) {
        --depth;
      } else if (auto error = Skip(wire_type)) {
        return error;
      }
    }
    return std::nullopt;
  }

  Error Varint(uint64_t& value) {
    value = 0;
    for (int shift = 0;; shift += 7) {
      if (shift >= 64) return kOverflow;
      if (rest_.empty()) return kTruncated;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return std::nullopt;
    }
  }

  Error Delimited(std::string_view& bytes) {
    uint64_t size = 0;
    if (auto error = Varint(size)) return error;
    // What it would end at is an int64_t to Go.
    if (size > INT64_MAX - (size_ - rest_.size())) return kNegativeLength;
    return Take(size, bytes);
  }

  Error Take(uint64_t size, std::string_view& bytes) {
    if (size > rest_.size()) return kTruncated;
    bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return std::nullopt;
  }

  const size_t size_;  // of the message
  std::string_view rest_;
  std::string& known_;
};

/// A message within another; without a type, none.
struct Nested {
  const Descriptor* type = nullptr;
  std::string_view bytes;
};

// Takes the next field off `rest`, and returns the message that it holds. nullopt: it is malformed.
std::optional<Nested> TakeField(const Descriptor& type, std::string_view& rest) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(rest.data()),
                                            static_cast<int>(rest.size()));
  const uint32_t tag = in.ReadTag();
  if (tag == 0) return std::nullopt;
  const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(tag >> 3));
  Nested nested;
  if ((tag & 7) == kDelimited && field != nullptr && field->message_type() != nullptr) {
    int size = 0;
    if (!in.ReadVarintSizeAsInt(&size)) return std::nullopt;
    const auto begin = static_cast<size_t>(in.CurrentPosition());
    if (!in.Skip(size)) return std::nullopt;
    nested = {field->message_type(), rest.substr(begin, static_cast<size_t>(size))};
  } else if (!WireFormatLite::SkipField(&in, tag)) {
    return std::nullopt;
  }
  rest.remove_prefix(static_cast<size_t>(in.CurrentPosition()));
  return nested;
}

/// Looks for numbers, and fields' numbers, that are too large in what is well-formed otherwise.
class VarintScanner {
 public:
  explicit VarintScanner(std::string_view rest) : rest_(rest) {}

  bool Finds(const Descriptor& type) {
    while (!rest_.empty() && !too_large_) {
      const uint64_t tag = Varint();
      too_large_ = too_large_ || tag >> 3 > (groups_ > 0 ? INT32_MAX : kFieldNumberMax);
      const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(tag >> 3));
      const bool nested = field != nullptr && field->message_type() != nullptr;
      switch (tag & 7) {
        case kVarint:
          Varint();
          break;
        case kDelimited: {
          const std::string_view bytes = Take(Varint());
          too_large_ = too_large_ || (nested && VarintScanner(bytes).Finds(*field->message_type()));
          break;
        }
        case kFixed64:
          Take(8);
          break;
        case kFixed32:
          Take(4);
          break;
        case kGroup:  // its fields are looked at like those around it
          ++groups_;
          break;
        default:
          --groups_;
          break;
      }
    }
    return too_large_;
  }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift > 63) break;
      too_large_ = too_large_ || (shift == 63 && byte > 1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  std::string_view Take(uint64_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  bool too_large_ = false;
  int groups_ = 0;
};

}  // namespace

MessageDepth DepthOf(const Descriptor& type, std::string_view bytes) {
  std::vector<Nested> open = {{&type, bytes}};
  MessageDepth depth{1, false};
  while (!open.empty()) {
    Nested& innermost = open.back();
    if (innermost.bytes.empty()) {
      open.pop_back();
      continue;
    }
    const auto nested = TakeField(*innermost.type, innermost.bytes);
    depth.malformed = !nested;
    if (!nested) break;
    if (nested->type != nullptr) open.push_back(*nested);
    depth.levels = std::max(depth.levels, static_cast<int>(open.size()));
  }
  return depth;
}

bool HasNumberTooLarge(const Descriptor& type, std::string_view bytes) {
  return VarintScanner(bytes).Finds(type);
}

std::optional<std::string> FindWireError(const Descriptor& type, std::string_view bytes,
                                         std::string& known) {
  return Scanner(bytes, known).Message(type);
}

}  // namespace fakeetcd
