#include "comparison/answer.h"

#include <cstddef>
#include <iterator>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include "comparison/mask.h"
#include "etcdpp_proto/header.pb.h"

namespace comparison {
namespace {

constexpr size_t kTextShown = 1200;
constexpr size_t kBytesPrinted = 16384;

const char* CodeName(grpc::StatusCode code) {
  static constexpr const char* kNames[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(kNames) ? kNames[index] : "no code of gRPC";
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

}  // namespace

bool Outcome::Equals(const Outcome& other) const {
  if (status.error_code() != other.status.error_code()) return false;
  if (!status.ok()) return status.error_message() == other.status.error_message();
  return google::protobuf::util::MessageDifferencer::Equals(*answer, *other.answer);
}

std::string Outcome::ToString() const {
  return status.ok() ? answer->ShortDebugString() : DescribeStatus(status);
}

Outcome OutcomeOf(const std::string& method, const grpc::Status& status, const std::string& reply) {
  Outcome outcome{.status = {status.error_code(), Mask::Text(status.error_message())},
                  .answer = nullptr};
  if (!status.ok()) return outcome;
  outcome.answer = NewResponse(method);
  if (!outcome.answer->ParseFromString(reply)) {
    outcome.status = {grpc::StatusCode::INTERNAL, "the answer is no message"};
  }
  return outcome;
}

MethodKind KindOf(const std::string& method) {
  const auto* const described = Described(method);
  if (described == nullptr) return MethodKind::kUnknown;
  if (described->client_streaming()) {
    return described->server_streaming() ? MethodKind::kBoth : MethodKind::kClientAsks;
  }
  return described->server_streaming() ? MethodKind::kServerTells : MethodKind::kUnary;
}

std::unique_ptr<google::protobuf::Message> NewRequest(const std::string& method) {
  const auto* const described = Described(method);
  return described == nullptr ? nullptr : NewMessage(*described->input_type());
}

std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& method) {
  const auto* const described = Described(method);
  if (described == nullptr) return std::make_unique<pb::ResponseHeader>();
  return NewMessage(*described->output_type());
}

std::vector<std::string> NewsIn(const pb::WatchResponse& response) {
  std::vector<std::string> lines;
  const std::string at = std::to_string(response.header().revision());
  if (response.created()) lines.push_back("created at " + at);
  for (const auto& event : response.events()) lines.push_back(DescribeMessage(event));
  if (response.canceled()) {
    lines.push_back("canceled, compact_revision " + std::to_string(response.compact_revision()) +
                    ", \"" + response.cancel_reason() + "\"");
  }
  return lines;
}

std::string DescribeStatus(const grpc::Status& status) {
  return std::string(CodeName(status.error_code())) + " (" + std::to_string(status.error_code()) +
         ")" + (status.error_message().empty() ? "" : " " + status.error_message());
}

std::string DescribeMessage(const google::protobuf::Message& message) {
  const size_t size = message.ByteSizeLong();
  if (size > kBytesPrinted) return "… " + std::to_string(size) + " bytes …";
  std::string text = message.ShortDebugString();
  if (text.size() <= kTextShown) return text;
  return text.substr(0, kTextShown) + " … " + std::to_string(size) + " bytes in all";
}

}  // namespace comparison
