#include "conformance/differential/step.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include "absl/strings/escaping.h"

namespace conformance {
namespace {

// google::protobuf::TextFormat, one field a line, each line begun with `indent`.
std::string Lines(const google::protobuf::Message& message, const std::string& indent) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  std::string indented;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    indented += indent + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return indented;
}

// The paths are etcd's, the descriptors ours: "/etcdserverpb.KV/Put" is
// etcdpp_proto.etcdserverpb.KV.
const google::protobuf::MethodDescriptor* Described(const std::string& method) {
  const size_t slash = method.rfind('/');
  const auto* const service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "etcdpp_proto." + method.substr(1, slash - 1));
  return service == nullptr ? nullptr : service->FindMethodByName(method.substr(slash + 1));
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

std::string AsStatement(const Step& step) {
  if (step.bytes) {
    return "  s.CallRaw(\"" + step.method + "\", std::string(\"" + absl::CHexEscape(*step.bytes) +
           "\", " + std::to_string(step.bytes->size()) + "));\n";
  }
  std::string text;
  if (!step.caller.empty()) text += "  // By " + step.caller + ":\n";
  if (step.gives_up) text += "  // Cancel:\n";
  const bool watch = step.method == kWatchMethod;
  text += watch ? "  stream.Send(" : "  s.Call(";
  return text + "FromText<pb::" + step.request->GetDescriptor()->name() + ">(R\"(\n" +
         Lines(*step.request, "      ") + "  )\"));\n";
}

}  // namespace

std::unique_ptr<google::protobuf::Message> NewRequest(const std::string& method) {
  const auto* const described = Described(method);
  return described == nullptr ? nullptr : NewMessage(*described->input_type());
}

std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& method) {
  const auto* const described = Described(method);
  if (described == nullptr) return std::make_unique<pb::ResponseHeader>();
  return NewMessage(*described->output_type());
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
