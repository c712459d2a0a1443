// How golang/protobuf's jsonpb fills a message: each field's JSON is looked up by name and handed
// to encoding/json, whose complaints come through.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

#include "fakeserver/http/base64.h"
#include "fakeserver/http/concat.h"
#include "fakeserver/http/json_fields.h"
#include "fakeserver/http/json_message.h"

namespace fakeetcd {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Kind = JsonValue::Kind;

constexpr char kObjectType[] = "map[string]json.RawMessage";
constexpr char kArrayType[] = "[]json.RawMessage";
constexpr char kEnumType[] = "protoreflect.EnumNumber";

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "bool";
    case Kind::kNumber:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kArray:
      return "array";
    case Kind::kObject:
      return "object";
  }
  return "";
}

std::string CannotUnmarshal(std::string_view what, std::string_view type) {
  return Concat("json: cannot unmarshal ", what, " into Go value of type ", type);
}

std::string WrongKind(const JsonValue& value, std::string_view type) {
  return CannotUnmarshal(NameOf(value.kind), type);
}

// What a number of Go's `type` is read from `value` into. Null leaves it as it is.
template <typename Number>
std::string ReadNumber(const JsonValue& value, std::string_view type, Number* number) {
  if (value.kind == Kind::kNull) return "";
  if (value.kind != Kind::kNumber) return WrongKind(value, type);
  const char* const end = value.raw.data() + value.raw.size();
  const auto [stop, failure] = std::from_chars(value.raw.data(), end, *number);
  if (failure == std::errc() && stop == end) return "";
  return CannotUnmarshal(Concat("number ", value.raw), type);
}

// As encoding/json reads a []byte: base64, or an array of numbers.
std::string ReadBytes(const JsonValue& value, std::string* bytes) {
  if (value.kind == Kind::kNull) return "";
  if (value.kind == Kind::kArray) {
    for (const JsonValue& element : value.elements) {
      uint8_t byte = 0;
      if (auto error = ReadNumber(element, "uint8", &byte); !error.empty()) return error;
      bytes->push_back(static_cast<char>(byte));
    }
    return "";
  }
  if (value.kind != Kind::kString) return WrongKind(value, "[]uint8");
  const size_t illegal = DecodeBase64(UnquoteJson(value.raw), {}, bytes);
  if (illegal == std::string_view::npos) return "";
  return Concat("illegal base64 data at input byte ", illegal);
}

// As Go calls an enum within a message: "etcdserverpb.RangeRequest_SortOrder".
std::string GoName(const EnumDescriptor& type) {
  std::string name = EtcdName(type.full_name());
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(name.find('.')) + 1, name.end(), '.',
               '_');
  return name;
}

std::string ReadEnum(const JsonValue& value, const FieldDescriptor& field, bool old, int* number) {
  const EnumDescriptor& type = *field.enum_type();
  if (value.kind != Kind::kString) return ReadNumber(value, old ? GoName(type) : kEnumType, number);
  const auto name = value.raw.substr(1, value.raw.size() - 2);
  const EnumValueDescriptor* known = type.FindValueByName(std::string(name));
  if (known == nullptr) {
    return Concat("unknown value ", QuoteJson(old ? name : value.raw, false), " for enum ",
                  old ? GoName(type) : EtcdName(type.full_name()));
  }
  *number = known->number();
  return "";
}

std::string FillMessage(const JsonValue& value, bool old, Message* message);

/// Puts one value into one field.
class FieldReader {
 public:
  FieldReader(Message* message, const FieldDescriptor& field, bool old)
      : message_(message), field_(field), reflection_(*message->GetReflection()), old_(old) {}

  std::string Read(const JsonValue& value) {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return FillMessage(value, old_,
                           field_.is_repeated() ? reflection_.AddMessage(message_, &field_)
                                                : reflection_.MutableMessage(message_, &field_));
      case FieldDescriptor::CPPTYPE_STRING:
        return ReadText(value);
      case FieldDescriptor::CPPTYPE_BOOL:
        return ReadBool(value);
      case FieldDescriptor::CPPTYPE_ENUM: {
        int number = 0;
        std::string error = ReadEnum(value, field_, old_, &number);
        Set(error, &Reflection::SetEnumValue, &Reflection::AddEnumValue, number);
        return error;
      }
      case FieldDescriptor::CPPTYPE_INT64:
        return ReadQuotable<int64_t>(value, "int64", &Reflection::SetInt64, &Reflection::AddInt64);
      case FieldDescriptor::CPPTYPE_UINT64:
        return ReadQuotable<uint64_t>(value, "uint64", &Reflection::SetUInt64,
                                      &Reflection::AddUInt64);
      case FieldDescriptor::CPPTYPE_INT32:
        return ReadQuotable<int32_t>(value, "int32", &Reflection::SetInt32, &Reflection::AddInt32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return ReadQuotable<uint32_t>(value, "uint32", &Reflection::SetUInt32,
                                      &Reflection::AddUInt32);
      default:
        return "";  // etcd has no field of another type
    }
  }

 private:
  std::string ReadText(const JsonValue& value) {
    std::string text;
    std::string error;
    if (field_.type() == FieldDescriptor::TYPE_BYTES) {
      error = ReadBytes(value, &text);
    } else if (value.kind == Kind::kString) {
      text = UnquoteJson(value.raw);
    } else if (value.kind != Kind::kNull) {
      error = WrongKind(value, "string");
    }
    if (!error.empty()) return error;
    if (field_.is_repeated()) {
      reflection_.AddString(message_, &field_, std::move(text));
    } else {
      reflection_.SetString(message_, &field_, std::move(text));
    }
    return "";
  }

  std::string ReadBool(const JsonValue& value) {
    if (value.kind != Kind::kBool && value.kind != Kind::kNull) return WrongKind(value, "bool");
    Set("", &Reflection::SetBool, &Reflection::AddBool, value.raw == "true");
    return "";
  }

  // A number may stand in quotes: then what they hold is read as JSON of its own.
  template <typename Number, typename Setter, typename Adder>
  std::string ReadQuotable(const JsonValue& value, std::string_view type, Setter set, Adder add) {
    Number number = 0;
    std::string error;
    if (value.kind == Kind::kString) {
      const JsonScan inner = ScanWholeJson(value.raw.substr(1, value.raw.size() - 2));
      error = inner.outcome == JsonScan::Outcome::kValue ? ReadNumber(inner.value, type, &number)
                                                         : inner.text;
    } else {
      error = ReadNumber(value, type, &number);
    }
    Set(error, set, add, number);
    return error;
  }

  template <typename Setter, typename Adder, typename Value>
  void Set(const std::string& error, Setter set, Adder add, Value value) {
    if (!error.empty()) return;
    (reflection_.*(field_.is_repeated() ? add : set))(message_, &field_, value);
  }

  Message* const message_;
  const FieldDescriptor& field_;
  const Reflection& reflection_;
  const bool old_;
};

// The last of a name counts, and the JSON name before the one in the .proto file.
const JsonValue* Find(const JsonValue& object, const FieldDescriptor& field) {
  const JsonValue* found = nullptr;
  bool by_json_name = false;
  for (const auto& [quoted, value] : object.members) {
    const std::string name = UnquoteJson(quoted.raw);
    if (name == field.json_name()) {
      found = &value;
      by_json_name = true;
    } else if (name == field.name() && !by_json_name) {
      found = &value;
    }
  }
  return found;
}

std::string FillField(const JsonValue& value, const FieldDescriptor& field, bool old,
                      Message* message) {
  FieldReader reader(message, field, old);
  if (!field.is_repeated()) return reader.Read(value);
  if (value.kind != Kind::kArray) return WrongKind(value, kArrayType);
  for (const JsonValue& element : value.elements) {
    if (auto error = reader.Read(element); !error.empty()) return error;
  }
  return "";
}

std::string FillMessage(const JsonValue& value, bool old, Message* message) {
  if (value.kind == Kind::kNull) return "";
  if (value.kind != Kind::kObject) return WrongKind(value, kObjectType);
  const auto& descriptor = *message->GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const JsonValue* const found = Find(value, field);
    if (found == nullptr || found->kind == Kind::kNull) continue;
    if (auto error = FillField(*found, field, old, message); !error.empty()) return error;
  }
  return "";
}

}  // namespace

std::string FillByJsonpb(const JsonValue& value, bool old, Message* message) {
  return FillMessage(value, old, message);
}

}  // namespace fakeetcd
