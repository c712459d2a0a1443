#pragma once

#include "etcdpp_proto/maintenance.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Maintenance = etcdpp_proto::etcdserverpb::Maintenance;
using MaintenanceMethods =
    Maintenance::WithRawCallbackMethod_Status<Maintenance::WithRawCallbackMethod_Defragment<
        Maintenance::WithRawCallbackMethod_Hash<Maintenance::WithRawCallbackMethod_HashKV<
            Maintenance::WithRawCallbackMethod_Alarm<Maintenance::WithRawCallbackMethod_Snapshot<
                Maintenance::WithRawCallbackMethod_MoveLeader<
                    Maintenance::WithRawCallbackMethod_Downgrade<Maintenance::Service>>>>>>>>;
}  // namespace internal

/// etcdserverpb.Maintenance.
class MaintenanceService final : public internal::MaintenanceMethods {
 public:
  MaintenanceService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Defragment(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Hash(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* HashKV(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Snapshot(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request) override;

  grpc::ServerUnaryReactor* Alarm(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MoveLeader(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Downgrade(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
