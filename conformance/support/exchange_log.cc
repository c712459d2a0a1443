#include "conformance/support/exchange_log.h"

#include <utility>

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include "comparison/answer.h"

namespace conformance {
namespace {

constexpr size_t kLinesKept = 24;

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
  return comparison::DescribeStatus(status);
}

std::string DescribeMessage(const google::protobuf::Message& message) {
  return comparison::DescribeMessage(message);
}

}  // namespace conformance
