#include "conformance/differential/step.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/escaping.h"

#include "comparison/answer.h"

namespace conformance {
namespace {

constexpr int64_t kTextShown = 1000;

// google::protobuf::TextFormat, one field a line, each line begun with `indent`.
std::string AsText(const google::protobuf::Message& message, const std::string& indent) {
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetTruncateStringFieldLongerThan(kTextShown);
  printer.PrintToString(message, &text);
  std::string indented;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    indented += indent + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return indented;
}

std::string AsStatement(const Step& step) {
  if (step.bytes) {
    return "  s.CallRaw(\"" + step.method + "\", std::string(\"" + absl::CHexEscape(*step.bytes) +
           "\", " + std::to_string(step.bytes->size()) + "));\n";
  }
  std::string text;
  if (!step.caller.empty()) text += "  // By " + step.caller + ":\n";
  if (step.gives_up) text += "  // Cancel:\n";
  if (step.outlasts_lease) text += "  // When the lease has run out:\n";
  if (step.method == kWatchMethod) {
    text += "  stream.Send(";
  } else {
    if (IsStream(step)) text += "  // " + step.method + ":\n";
    text += "  s.Call(";
  }
  return text + "FromText<pb::" + step.request->GetDescriptor()->name() + ">(R\"(\n" +
         AsText(*step.request, "      ") + "  )\"));\n";
}

}  // namespace

bool IsStream(const Step& step) {
  using comparison::MethodKind;
  const MethodKind kind = comparison::KindOf(step.method);
  return kind == MethodKind::kServerTells || kind == MethodKind::kBoth;
}

std::string AsCase(const Script& script, const std::string& name) {
  std::string text = "TEST(Differential, " + name + ") {\n  Scratch s;\n";
  bool watches = false;
  for (const Step& step : script) watches = watches || step.method == kWatchMethod;
  if (watches) text += "  WatchStream stream(s);\n";
  for (const Step& step : script) text += AsStatement(step);
  return text + "}\n";
}

}  // namespace conformance
