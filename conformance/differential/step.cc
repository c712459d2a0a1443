#include "conformance/differential/step.h"

#include <google/protobuf/text_format.h>

#include "conformance/support/rpc.h"

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

}  // namespace

std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& method) {
  const std::string name = method.substr(method.rfind('/') + 1);
  if (name == "Range") return std::make_unique<pb::RangeResponse>();
  if (name == "Put") return std::make_unique<pb::PutResponse>();
  if (name == "DeleteRange") return std::make_unique<pb::DeleteRangeResponse>();
  if (name == "Txn") return std::make_unique<pb::TxnResponse>();
  if (name == "Compact") return std::make_unique<pb::CompactionResponse>();
  if (name == "LeaseGrant") return std::make_unique<pb::LeaseGrantResponse>();
  if (name == "LeaseRevoke") return std::make_unique<pb::LeaseRevokeResponse>();
  if (name == "LeaseTimeToLive") return std::make_unique<pb::LeaseTimeToLiveResponse>();
  if (name == "LeaseLeases") return std::make_unique<pb::LeaseLeasesResponse>();
  return std::make_unique<pb::HashKVResponse>();
}

std::string AsCase(const Script& script, const std::string& name) {
  std::string text = "TEST(Differential, " + name + ") {\n  Scratch s;\n";
  bool watches = false;
  for (const Step& step : script) watches = watches || step.method == kWatchMethod;
  if (watches) text += "  WatchStream stream(s);\n";
  for (const Step& step : script) {
    const std::string type = step.request->GetDescriptor()->name();
    const bool watch = step.method == kWatchMethod;
    text += watch ? "  stream.Send(" : "  s.Call(";
    text += "FromText<pb::" + type + ">(R\"(\n" + Lines(*step.request, "      ") + "  )\"));\n";
  }
  return text + "}\n";
}

}  // namespace conformance
