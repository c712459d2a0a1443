#include "fakeserver/http/json_message.h"

#include <vector>

#include <google/protobuf/descriptor.h>

#include "fakeserver/http/base64.h"
#include "fakeserver/http/concat.h"
#include "fakeserver/http/json_fields.h"
#include "fakeserver/http/json_scan.h"

namespace fakeetcd {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kLineSeparators[] = {"\u2028", "\u2029"};

void AppendQuoted(std::string_view text, bool escape_html, std::string* out) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  out->push_back('"');
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool html = escape_html && (c == '<' || c == '>' || c == '&');
    if (const size_t at = kNamed.find(c); at != std::string_view::npos) {
      out->append("\\").push_back(kNames[at]);
    } else if (static_cast<unsigned char>(c) < 0x20 || html) {
      Append(out, "\\u", Hex(static_cast<unsigned char>(c), 4));
    } else if (escape_html && (text.substr(i).starts_with(kLineSeparators[0]) ||
                               text.substr(i).starts_with(kLineSeparators[1]))) {
      out->append(text.substr(i).starts_with(kLineSeparators[0]) ? "\\u2028" : "\\u2029");
      i += 2;
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

/// Writes messages through protobuf's reflection.
class Writer {
 public:
  Writer(bool escape_html, std::string* out) : escape_html_(escape_html), out_(out) {}

  void Write(const Message& message) {
    const auto& descriptor = *message.GetDescriptor();
    bool first = true;
    out_->push_back('{');
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (!IsSet(message, field)) continue;
      if (!first) out_->push_back(',');
      first = false;
      AppendQuoted(field.name(), false, out_);
      out_->push_back(':');
      WriteField(message, field);
    }
    out_->push_back('}');
  }

 private:
  static bool IsSet(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                               : reflection.HasField(message, &field);
  }

  void WriteField(const Message& message, const FieldDescriptor& field) {
    if (!field.is_repeated()) return WriteOne(message, field, -1);
    const int count = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < count; ++i) {
      out_->push_back(i == 0 ? '[' : ',');
      WriteOne(message, field, i);
    }
    out_->push_back(']');
  }

  // The field, or where `index` is not negative its element of that index.
  void WriteOne(const Message& message, const FieldDescriptor& field, int index) {
    const Reflection& reflection = *message.GetReflection();
    const bool single = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Write(single ? reflection.GetMessage(message, &field)
                            : reflection.GetRepeatedMessage(message, &field, index));
      case FieldDescriptor::CPPTYPE_STRING:
        return WriteText(field, single ? reflection.GetString(message, &field)
                                       : reflection.GetRepeatedString(message, &field, index));
      case FieldDescriptor::CPPTYPE_ENUM:
        return WriteEnum(field, single ? reflection.GetEnumValue(message, &field)
                                       : reflection.GetRepeatedEnumValue(message, &field, index));
      case FieldDescriptor::CPPTYPE_INT64:
        return WriteWide(single ? reflection.GetInt64(message, &field)
                                : reflection.GetRepeatedInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_UINT64:
        return WriteWide(single ? reflection.GetUInt64(message, &field)
                                : reflection.GetRepeatedUInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Append(out_, reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT32:
        return Append(out_, reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return Append(out_, reflection.GetBool(message, &field) ? "true" : "false");
      default:
        return;  // etcd has no field of another type
    }
  }

  void WriteText(const FieldDescriptor& field, const std::string& text) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      Append(out_, "\"", EncodeBase64(text), "\"");
    } else {
      AppendQuoted(text, escape_html_, out_);
    }
  }

  void WriteEnum(const FieldDescriptor& field, int number) {
    const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) {
      Append(out_, number);
    } else {
      Append(out_, "\"", value->name(), "\"");
    }
  }

  // What a double of JavaScript could not hold is in quotes.
  template <typename Number>
  void WriteWide(Number number) {
    Append(out_, "\"", number, "\"");
  }

  const bool escape_html_;
  std::string* const out_;
};

}  // namespace

std::string WriteJson(const Message& message, bool escape_html) {
  std::string text;
  Writer(escape_html, &text).Write(message);
  return text;
}

std::string QuoteJson(std::string_view text, bool escape_html) {
  std::string quoted;
  AppendQuoted(text, escape_html, &quoted);
  return quoted;
}

JsonReader::Outcome JsonReader::Next(Message* message) {
  const JsonScan scan = ScanJson(text_, at_);
  if (scan.outcome == JsonScan::Outcome::kValue) {
    at_ = scan.next;
    error_ = dialect_ == JsonDialect::kProtojson
                 ? FillByProtojson(scan.value, message)
                 : FillByJsonpb(scan.value, dialect_ == JsonDialect::kOldJsonpb, message);
    return error_.empty() ? Outcome::kMessage : Outcome::kFailed;
  }
  const bool cut_short = scan.outcome == JsonScan::Outcome::kEnd || scan.text == "unexpected EOF";
  if (cut_short && !broken_.empty()) {
    error_ = broken_;
  } else if (scan.outcome == JsonScan::Outcome::kEnd) {
    return Outcome::kEnd;
  } else {
    error_ = scan.text;
  }
  return Outcome::kFailed;
}

std::string EtcdName(std::string_view full_name) {
  constexpr std::string_view kOurs = "etcdpp_proto.";
  if (full_name.starts_with(kOurs)) full_name.remove_prefix(kOurs.size());
  return std::string(full_name);
}

}  // namespace fakeetcd
