#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "conformance/support/reply.h"
#include "conformance/support/rpc.h"

namespace grpc {
class Channel;
class ChannelCredentials;
class ClientContext;
}  // namespace grpc

namespace conformance {

/// How one call is made.
struct CallOptions {
  std::chrono::milliseconds timeout = std::chrono::seconds(20);
  std::multimap<std::string, std::string> metadata = {};
  bool gzip = false;
  /// Wait for the server to come up, as long as the timeout allows.
  bool wait_for_ready = false;
};

/// A connection that sends what it is given, sensible or not, and records it in the ExchangeLog.
///
///   const auto put = wire.Call(Put("a", "1"));            // a request of any unary method
///   EXPECT_THAT(put, IsOk());
///   EXPECT_EQ(put->header().revision(), 2);               // ends the case if the call failed
///   const auto raw = wire.CallRaw("/etcdserverpb.KV/Put", "not protobuf");
///
/// Thread-safe.
class Wire {
 public:
  /// A connection to target().
  Wire();
  explicit Wire(const std::string& endpoint);
  Wire(const std::string& endpoint, const std::shared_ptr<grpc::ChannelCredentials>& credentials);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Sends `request` to the method that takes it.
  template <typename Request>
  auto Call(const Request& request, const CallOptions& options = {}) const {
    return Unary(MethodOf(request), request, options);
  }

  /// Sends `payload` as it is to the method at `path`; answers with the bytes that come back.
  Reply<std::string> CallRaw(const std::string& path, const std::string& payload,
                             const CallOptions& options = {}) const;

  /// For stubs of one's own.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  template <typename Response>
  Reply<Response> Unary(Method<Response> method, const google::protobuf::Message& request,
                        const CallOptions& options) const {
    Reply<Response> reply;
    reply.status = UnaryInto(method.path, request, options, &reply.message);
    return reply;
  }

  grpc::Status UnaryInto(const char* path, const google::protobuf::Message& request,
                         const CallOptions& options, google::protobuf::Message* response) const;

  std::shared_ptr<grpc::Channel> channel_;
};

/// Gives `context` what `options` ask for.
void Prepare(const CallOptions& options, grpc::ClientContext* context);

}  // namespace conformance
