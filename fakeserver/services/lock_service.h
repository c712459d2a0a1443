#pragma once

#include "etcdpp_proto/lock.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Lock = etcdpp_proto::v3lockpb::Lock;
using LockMethods =
    Lock::WithRawCallbackMethod_Lock<Lock::WithRawCallbackMethod_Unlock<Lock::Service>>;
}  // namespace internal

/// v3lockpb.Lock.
class LockService final : public internal::LockMethods {
 public:
  LockService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* Lock(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Unlock(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
