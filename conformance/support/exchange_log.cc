#include "conformance/support/exchange_log.h"

#include <utility>

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

namespace conformance {
namespace {

constexpr size_t kLinesKept = 24;
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

}  // namespace

ExchangeLog& ExchangeLog::Current() {
  static ExchangeLog log;
  return log;
}

void ExchangeLog::Sent(const std::string& method, const google::protobuf::Message& message) {
  Note("sent " + method + " { " + DescribeMessage(message) + " }");
}

void ExchangeLog::Received(const google::protobuf::Message& message) {
  Note("  got { " + DescribeMessage(message) + " }");
}

void ExchangeLog::Ended(const grpc::Status& status) { Note("  got " + DescribeStatus(status)); }

void ExchangeLog::Note(std::string line) {
  const std::lock_guard lock(mu_);
  lines_.push_back(std::move(line));
  if (lines_.size() > kLinesKept) lines_.pop_front();
}

std::vector<std::string> ExchangeLog::Take() {
  const std::lock_guard lock(mu_);
  std::vector<std::string> lines(lines_.begin(), lines_.end());
  lines_.clear();
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

}  // namespace conformance
