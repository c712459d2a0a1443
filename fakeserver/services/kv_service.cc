#include "fakeserver/services/kv_service.h"

#include "fakeserver/services/convert.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/range_stream.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

template <typename Response>
absl::StatusOr<grpc::ByteBuffer> ToWire(const Engine& engine,
                                        const absl::StatusOr<Response>& response) {
  if (!response.ok()) return response.status();
  absl::StatusOr<grpc::ByteBuffer> wire(absl::in_place);
  grpc::ByteBuffer encoded = Encode(MakeHeader(engine, response->revision), *response);
  wire->Swap(&encoded);  // it cannot be moved
  return wire;
}

}  // namespace

grpc::ServerUnaryReactor* KvService::Range(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::RangeRequest>(dispatcher_, call, [&](const pb::RangeRequest& message) {
    return ToWire(dispatcher_.engine(),
                  dispatcher_.Range(ToEngine(message), EnvelopeOf(dispatcher_, call, message)));
  });
}

grpc::ServerUnaryReactor* KvService::Put(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::PutRequest>(dispatcher_, call, [&](const pb::PutRequest& message) {
    return ToWire(dispatcher_.engine(),
                  dispatcher_.Put(ToEngine(message), EnvelopeOf(dispatcher_, call, message)));
  });
}

grpc::ServerUnaryReactor* KvService::DeleteRange(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::DeleteRangeRequest>(
      dispatcher_, call, [&](const pb::DeleteRangeRequest& message) {
        return ToWire(
            dispatcher_.engine(),
            dispatcher_.DeleteRange(ToEngine(message), EnvelopeOf(dispatcher_, call, message)));
      });
}

grpc::ServerUnaryReactor* KvService::Txn(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::TxnRequest>(dispatcher_, call, [&](const pb::TxnRequest& message) {
    return ToWire(dispatcher_.engine(),
                  dispatcher_.Txn(ToEngine(message), EnvelopeOf(dispatcher_, call, message)));
  });
}

grpc::ServerUnaryReactor* KvService::Compact(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::CompactionRequest>(
      dispatcher_, call,
      [&](const pb::CompactionRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto revision = dispatcher_.Compact(message.revision(), message.physical(),
                                                  EnvelopeOf(dispatcher_, call, message));
        if (!revision.ok()) return revision.status();
        pb::CompactionResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* KvService::RangeStream(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return StartRangeStream(dispatcher_, streams_, *context, *request);
}

}  // namespace fakeetcd
