#pragma once

#include "etcdpp_proto/watch.grpc.pb.h"
#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

/// etcdserverpb.Watch.
class WatchService final : public etcdpp_proto::etcdserverpb::Watch::WithRawCallbackMethod_Watch<
                               etcdpp_proto::etcdserverpb::Watch::Service> {
 public:
  WatchService(Dispatcher& dispatcher, OpenStreams& streams)
      : dispatcher_(dispatcher), streams_(streams) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Watch(
      grpc::CallbackServerContext* context) override;

 private:
  Dispatcher& dispatcher_;
  OpenStreams& streams_;
};

}  // namespace fakeetcd
