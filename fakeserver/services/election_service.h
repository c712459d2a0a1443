#pragma once

#include "etcdpp_proto/election.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Election = etcdpp_proto::v3electionpb::Election;
using ElectionMethods =
    Election::WithRawCallbackMethod_Campaign<Election::WithRawCallbackMethod_Proclaim<
        Election::WithRawCallbackMethod_Leader<Election::WithRawCallbackMethod_Observe<
            Election::WithRawCallbackMethod_Resign<Election::Service>>>>>;
}  // namespace internal

/// v3electionpb.Election.
class ElectionService final : public internal::ElectionMethods {
 public:
  ElectionService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* Campaign(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Proclaim(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Leader(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Observe(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* Resign(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
