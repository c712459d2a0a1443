#include "conformance/support/range_stream.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "conformance/support/exchange_log.h"
#include "etcdpp_proto/kv.grpc.pb.h"

namespace conformance {

std::vector<mvccpb::KeyValue> Pieces::kvs() const {
  std::vector<mvccpb::KeyValue> all;
  for (const pb::RangeResponse& message : messages) {
    all.insert(all.end(), message.kvs().begin(), message.kvs().end());
  }
  return all;
}

const pb::RangeResponse& Pieces::last() const {
  if (!status.ok()) throw CallFailed(status);
  return messages.at(messages.size() - 1);
}

Pieces RangeStream(const Wire& wire, const pb::RangeRequest& request, const CallOptions& options) {
  ExchangeLog& log = ExchangeLog::Current();
  log.Sent("/etcdserverpb.KV/RangeStream", request);
  grpc::ClientContext context;
  Prepare(options, &context);
  const auto stream = pb::KV::NewStub(wire.channel())->RangeStream(&context, request);
  Pieces pieces;
  for (pb::RangeStreamResponse response; stream->Read(&response);) {
    log.Received(response);
    pieces.messages.push_back(response.range_response());
  }
  pieces.status = stream->Finish();
  log.Ended(pieces.status);
  return pieces;
}

}  // namespace conformance
