#pragma once

#include <ostream>
#include <stdexcept>
#include <string>

#include <grpcpp/support/status.h>

#include "conformance/support/exchange_log.h"

namespace conformance {

/// A call failed that the case needs to go on. It ends the case, as a failure.
class CallFailed : public std::runtime_error {
 public:
  explicit CallFailed(const grpc::Status& status)
      : std::runtime_error("the call failed: " + DescribeStatus(status)) {}
};

/// How a call ended: a status and, where that is OK, a message.
/// Reading the message of a failed call ends the case.
template <typename Message>
struct Reply {
  grpc::Status status;
  Message message;

  const Message& operator*() const {
    if (!status.ok()) throw CallFailed(status);
    return message;
  }
  const Message* operator->() const { return &**this; }
};

/// Of bytes in place of a message.
inline std::string DescribeMessage(const std::string& bytes) {
  return std::to_string(bytes.size()) + " bytes";
}

template <typename Message>
std::ostream& operator<<(std::ostream& out, const Reply<Message>& reply) {
  if (!reply.status.ok()) return out << DescribeStatus(reply.status);
  return out << "OK { " << DescribeMessage(reply.message) << " }";
}

inline const grpc::Status& StatusOf(const grpc::Status& status) { return status; }

template <typename Message>
const grpc::Status& StatusOf(const Reply<Message>& reply) {
  return reply.status;
}

}  // namespace conformance
