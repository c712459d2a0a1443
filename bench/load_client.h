#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

namespace bench {

/// Unary calls of one kind. The requests are encoded once and sent in turn.
struct Calls {
  std::string method;  // "/etcdserverpb.KV/Put"
  std::vector<grpc::ByteBuffer> requests;
};

/// Makes calls as fast as a server answers them. The thread that runs them does all the work: what
/// a call costs the client is least so.
class LoadClient {
 public:
  explicit LoadClient(const std::string& endpoint, int channels = 4);

  /// Makes `count` calls, `in_flight` at a time, and returns when all are answered. The status of
  /// the first call that failed, if one did.
  grpc::Status Run(const Calls& calls, int64_t count, int in_flight);

  const std::shared_ptr<grpc::Channel>& channel(size_t index) const {
    return channels_[index % channels_.size()];
  }

 private:
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
};

}  // namespace bench
