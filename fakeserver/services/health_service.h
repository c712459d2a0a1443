#pragma once

#include "etcdpp_proto/health.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Health = etcdpp_proto::grpc::health::v1::Health;
using HealthMethods = Health::WithRawCallbackMethod_Check<
    Health::WithRawCallbackMethod_List<Health::WithRawCallbackMethod_Watch<Health::Service>>>;
}  // namespace internal

/// grpc.health.v1.Health: the server as a whole always serves, and no other name is known.
class HealthService final : public internal::HealthMethods {
 public:
  HealthService(const Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Watch(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request) override;

 private:
  const Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
