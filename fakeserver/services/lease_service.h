#pragma once

#include "etcdpp_proto/lease.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Lease = etcdpp_proto::etcdserverpb::Lease;
using LeaseMethods =
    Lease::WithRawCallbackMethod_LeaseGrant<Lease::WithRawCallbackMethod_LeaseRevoke<
        Lease::WithRawCallbackMethod_LeaseKeepAlive<Lease::WithRawCallbackMethod_LeaseTimeToLive<
            Lease::WithRawCallbackMethod_LeaseLeases<Lease::Service>>>>>;
}  // namespace internal

/// etcdserverpb.Lease.
class LeaseService final : public internal::LeaseMethods {
 public:
  LeaseService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* LeaseGrant(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* LeaseRevoke(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* LeaseKeepAlive(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* LeaseTimeToLive(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* LeaseLeases(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
