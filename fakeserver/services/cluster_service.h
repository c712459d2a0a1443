#pragma once

#include "etcdpp_proto/cluster.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

namespace internal {
using Cluster = etcdpp_proto::etcdserverpb::Cluster;
using ClusterMethods =
    Cluster::WithRawCallbackMethod_MemberList<Cluster::WithGenericMethod_MemberAdd<
        Cluster::WithGenericMethod_MemberRemove<Cluster::WithGenericMethod_MemberUpdate<
            Cluster::WithGenericMethod_MemberPromote<Cluster::Service>>>>>;
}  // namespace internal

/// etcdserverpb.Cluster, of one member.
class ClusterService final : public internal::ClusterMethods {
 public:
  explicit ClusterService(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* MemberList(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
};

}  // namespace fakeetcd
