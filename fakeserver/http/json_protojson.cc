// How google.golang.org/protobuf's protojson fills a message: value by value in the order of the
// text, and what it says has the line and column.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

#include "absl/strings/ascii.h"

#include "fakeserver/http/base64.h"
#include "fakeserver/http/concat.h"
#include "fakeserver/http/json_fields.h"
#include "fakeserver/http/json_message.h"

namespace fakeetcd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Kind = JsonValue::Kind;

// A number without point and exponent, where it has such a form: 1.5e1 is 15, 5.0 is 5.
std::optional<std::string> AsInteger(std::string_view raw) {
  std::string sign;
  if (raw.starts_with('-')) {
    sign = "-";
    raw.remove_prefix(1);
  }
  const size_t e = std::min(raw.find_first_of("eE"), raw.size());
  std::string_view mantissa = raw.substr(0, e);
  const size_t dot = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, dot));
  auto point = static_cast<int64_t>(digits.size());
  if (dot < mantissa.size()) digits += mantissa.substr(dot + 1);
  if (e < raw.size()) {
    std::string_view exponent = raw.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    int64_t shift = 0;
    const char* const end = exponent.data() + exponent.size();
    const auto [stop, failure] = std::from_chars(exponent.data(), end, shift);
    if (failure != std::errc() || shift > 100 || shift < -100) return std::nullopt;
    point += shift;
  }
  while (!digits.empty() && static_cast<int64_t>(digits.size()) > point && digits.back() == '0') {
    digits.pop_back();
  }
  if (digits.empty()) return "0";
  if (static_cast<int64_t>(digits.size()) > point) return std::nullopt;
  digits.append(static_cast<size_t>(point) - digits.size(), '0');
  return sign + digits;
}

template <typename Number>
std::optional<Number> NumberOf(std::string_view raw) {
  const auto integer = AsInteger(raw);
  if (!integer) return std::nullopt;
  Number number = 0;
  const char* const end = integer->data() + integer->size();
  const auto [stop, failure] = std::from_chars(integer->data(), end, number);
  if (failure != std::errc() || stop != end) {
    return *integer == "-0" ? std::optional<Number>(0) : std::nullopt;
  }
  return number;
}

// In quotes, a number must be all there is.
template <typename Number>
std::optional<Number> ReadNumber(const JsonValue& value) {
  if (value.kind == Kind::kNumber) return NumberOf<Number>(value.raw);
  if (value.kind != Kind::kString) return std::nullopt;
  const std::string text = UnquoteJson(value.raw);
  if (absl::StripAsciiWhitespace(text) != text) return std::nullopt;
  const JsonScan inner = ScanWholeJson(text);
  if (inner.outcome != JsonScan::Outcome::kValue || inner.value.kind != Kind::kNumber) {
    return std::nullopt;
  }
  return NumberOf<Number>(inner.value.raw);
}

std::optional<std::string> ReadBytes(const JsonValue& value) {
  if (value.kind != Kind::kString) return std::nullopt;
  const std::string text = UnquoteJson(value.raw);
  const Base64Form form{.url = text.find_first_of("-_") != std::string::npos,
                        .padding = text.size() % 4 == 0};
  std::string bytes;
  if (DecodeBase64(text, form, &bytes) != std::string_view::npos) return std::nullopt;
  return bytes;
}

// An unknown name is dropped like an unknown field.
std::optional<int> ReadEnum(const JsonValue& value, const FieldDescriptor& field) {
  if (value.kind != Kind::kString) return ReadNumber<int32_t>(value);
  const EnumValueDescriptor* known = field.enum_type()->FindValueByName(UnquoteJson(value.raw));
  return known == nullptr ? 0 : known->number();
}

/// What a text's beginning is to whom it shows to: an opening bracket stands for all behind it.
std::string_view TokenOf(const JsonValue& value) {
  const bool opens = value.kind == Kind::kObject || value.kind == Kind::kArray;
  return opens ? value.raw.substr(0, 1) : value.raw;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string Fill(const JsonValue& value, Message* message) {
    if (value.kind != Kind::kObject) return Unexpected(value);
    const Descriptor& descriptor = *message->GetDescriptor();
    std::set<int> seen;
    std::set<int> seen_oneofs;
    for (const auto& [name, member] : value.members) {
      if (auto error = CheckText(name); !error.empty()) return error;
      const FieldDescriptor* field = FieldOf(descriptor, UnquoteJson(name.raw));
      if (field == nullptr) {
        if (auto error = CheckTexts(member); !error.empty()) return error;
        continue;
      }
      if (!seen.insert(field->number()).second) {
        return At(name, Concat("duplicate field ", name.raw));
      }
      if (member.kind == Kind::kNull) continue;
      const auto* oneof = field->containing_oneof();
      if (oneof != nullptr && !seen_oneofs.insert(oneof->index()).second) {
        return At(name, Concat("error parsing ", name.raw, ", oneof ", EtcdName(oneof->full_name()),
                               " is already set"));
      }
      if (auto error = FillField(member, *field, message); !error.empty()) return error;
    }
    return "";
  }

 private:
  static const FieldDescriptor* FieldOf(const Descriptor& descriptor, const std::string& name) {
    for (int i = 0; i < descriptor.field_count(); ++i) {
      if (descriptor.field(i)->json_name() == name) return descriptor.field(i);
    }
    return descriptor.FindFieldByName(name);
  }

  std::string FillField(const JsonValue& value, const FieldDescriptor& field, Message* message) {
    if (!field.is_repeated()) return FillOne(value, field, message);
    if (value.kind != Kind::kArray) return Unexpected(value);
    for (const JsonValue& element : value.elements) {
      if (auto error = FillOne(element, field, message); !error.empty()) return error;
    }
    return "";
  }

  std::string FillOne(const JsonValue& value, const FieldDescriptor& field, Message* message) {
    const Reflection& reflection = *message->GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Fill(value, field.is_repeated() ? reflection.AddMessage(message, &field)
                                             : reflection.MutableMessage(message, &field));
    }
    if (auto error = CheckTexts(value); !error.empty()) return error;
    if (SetScalar(value, field, message)) return "";
    return At(value, Concat("invalid value for ", field.type_name(), " field ", field.json_name(),
                            ": ", TokenOf(value)));
  }

  static bool SetScalar(const JsonValue& value, const FieldDescriptor& field, Message* message) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return SetText(value, field, message);
      case FieldDescriptor::CPPTYPE_BOOL:
        return value.kind == Kind::kBool && Set(field, message, std::optional(value.raw == "true"),
                                                &Reflection::SetBool, &Reflection::AddBool);
      case FieldDescriptor::CPPTYPE_ENUM:
        return Set(field, message, ReadEnum(value, field), &Reflection::SetEnumValue,
                   &Reflection::AddEnumValue);
      case FieldDescriptor::CPPTYPE_INT64:
        return Set(field, message, ReadNumber<int64_t>(value), &Reflection::SetInt64,
                   &Reflection::AddInt64);
      case FieldDescriptor::CPPTYPE_UINT64:
        return Set(field, message, ReadNumber<uint64_t>(value), &Reflection::SetUInt64,
                   &Reflection::AddUInt64);
      case FieldDescriptor::CPPTYPE_INT32:
        return Set(field, message, ReadNumber<int32_t>(value), &Reflection::SetInt32,
                   &Reflection::AddInt32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return Set(field, message, ReadNumber<uint32_t>(value), &Reflection::SetUInt32,
                   &Reflection::AddUInt32);
      default:
        return true;  // etcd has no field of another type
    }
  }

  static bool SetText(const JsonValue& value, const FieldDescriptor& field, Message* message) {
    std::optional<std::string> text;
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      text = ReadBytes(value);
    } else if (value.kind == Kind::kString) {
      text = UnquoteJson(value.raw);
    }
    if (!text) return false;
    const Reflection& reflection = *message->GetReflection();
    if (field.is_repeated()) {
      reflection.AddString(message, &field, *std::move(text));
    } else {
      reflection.SetString(message, &field, *std::move(text));
    }
    return true;
  }

  template <typename Value, typename Setter, typename Adder>
  static bool Set(const FieldDescriptor& field, Message* message, std::optional<Value> value,
                  Setter set, Adder add) {
    if (!value) return false;
    (message->GetReflection()->*(field.is_repeated() ? add : set))(message, &field, *value);
    return true;
  }

  // Strings must be UTF-8 and have whole surrogate pairs, even those that are dropped.
  std::string CheckTexts(const JsonValue& value) const {
    if (value.kind == Kind::kString) return CheckText(value);
    for (const JsonValue& element : value.elements) {
      if (auto error = CheckTexts(element); !error.empty()) return error;
    }
    for (const auto& [name, member] : value.members) {
      auto error = CheckText(name);
      if (error.empty()) error = CheckTexts(member);
      if (!error.empty()) return error;
    }
    return "";
  }

  std::string CheckText(const JsonValue& value) const {
    std::string_view rest = value.raw.substr(1);
    while (rest.size() > 1) {
      const size_t length = Utf8Length(rest);
      if (length == 0) return Syntax(value, "invalid UTF-8 in string");
      if (rest.starts_with("\\u")) {
        if (auto error = CheckSurrogate(value, rest); !error.empty()) return error;
      } else {
        rest.remove_prefix(rest[0] == '\\' ? 2 : length);
      }
    }
    return "";
  }

  // `rest` begins with an escape of four digits, which is taken off it, with its other half.
  std::string CheckSurrogate(const JsonValue& value, std::string_view& rest) const {
    const auto digits = [](std::string_view escape) {
      unsigned number = 0;
      std::from_chars(escape.data() + 2, escape.data() + 6, number, 16);
      return number;
    };
    const unsigned first = digits(rest);
    rest.remove_prefix(6);
    if (first < 0xD800 || first >= 0xE000) return "";
    const size_t left = static_cast<size_t>(text_.data() + text_.size() - rest.data());
    if (left < 6) return "proto: unexpected EOF";
    const bool pair = first < 0xDC00 && rest.starts_with("\\u") && digits(rest) >= 0xDC00 &&
                      digits(rest) < 0xE000;
    if (!pair) {
      const std::string_view shown(rest.data(), 6);
      return Syntax(value, Concat("invalid escape code ", QuoteJson(shown, false), " in string"));
    }
    rest.remove_prefix(6);
    return "";
  }

  std::string Unexpected(const JsonValue& value) const {
    return Syntax(value, Concat("unexpected token ", TokenOf(value)));
  }
  std::string Syntax(const JsonValue& value, std::string_view what) const {
    return Concat("proto: syntax error ", Place(value), what);
  }
  std::string At(const JsonValue& value, std::string_view what) const {
    return Concat("proto: ", Place(value), what);
  }

  std::string Place(const JsonValue& value) const {
    std::string_view before = text_.substr(0, static_cast<size_t>(value.raw.data() - text_.data()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    before.remove_prefix(before.rfind('\n') + 1);
    const auto column =
        std::count_if(before.begin(), before.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }) +
        1;
    return Concat("(line ", line, ":", column, "): ");
  }

  const std::string_view text_;
};

}  // namespace

std::string FillByProtojson(const JsonValue& value, Message* message) {
  return Reader(value.raw).Fill(value, message);
}

}  // namespace fakeetcd
