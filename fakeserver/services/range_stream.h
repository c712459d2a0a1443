#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "fakeserver/services/dispatcher.h"
#include "fakeserver/services/open_streams.h"

namespace fakeetcd {

/// Answers a range in pieces (etcdserver/v3_server.go, rangeStream). The reactor lives until gRPC
/// is done with the call.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartRangeStream(
    Dispatcher& dispatcher, OpenStreams& streams, const grpc::CallbackServerContext& context,
    const grpc::ByteBuffer& request);

}  // namespace fakeetcd
