#pragma once

#include "etcdpp_proto/cluster.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

namespace internal {
using Cluster = etcdpp_proto::etcdserverpb::Cluster;
using ClusterMethods =
    Cluster::WithRawCallbackMethod_MemberList<Cluster::WithRawCallbackMethod_MemberAdd<
        Cluster::WithRawCallbackMethod_MemberRemove<Cluster::WithRawCallbackMethod_MemberUpdate<
            Cluster::WithRawCallbackMethod_MemberPromote<Cluster::Service>>>>>;
}  // namespace internal

/// etcdserverpb.Cluster.
class ClusterService final : public internal::ClusterMethods {
 public:
  explicit ClusterService(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* MemberList(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MemberAdd(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MemberRemove(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MemberUpdate(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MemberPromote(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
};

}  // namespace fakeetcd
