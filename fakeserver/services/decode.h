#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// Whether a message is the request of a unary call or one on a stream: etcd words its refusal to
/// decode accordingly.
enum class MessageKind { kUnary, kStreamed };

/// Decodes `bytes` into `message`. Fails as etcd's gRPC does, with its texts: when the message is
/// larger than the limits allow, and when it is malformed.
absl::Status Decode(const grpc::ByteBuffer& bytes, const Dispatcher& rules, MessageKind kind,
                    google::protobuf::Message& message);

}  // namespace fakeetcd
