#pragma once

#include "etcdpp_proto/kv.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

namespace internal {
using Kv = etcdpp_proto::etcdserverpb::KV;
using KvMethods = Kv::WithRawCallbackMethod_Range<Kv::WithRawCallbackMethod_Put<
    Kv::WithRawCallbackMethod_DeleteRange<Kv::WithRawCallbackMethod_Txn<
        Kv::WithRawCallbackMethod_Compact<Kv::WithRawCallbackMethod_RangeStream<Kv::Service>>>>>>;
}  // namespace internal

/// etcdserverpb.KV.
class KvService final : public internal::KvMethods {
 public:
  KvService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerUnaryReactor* Range(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteRange(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Txn(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Compact(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* RangeStream(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
