#include "fakeserver/services/kv_service.h"

#include "fakeserver/services/convert.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

template <typename Response>
absl::StatusOr<grpc::ByteBuffer> ToWire(const Engine& engine,
                                        const absl::StatusOr<Response>& response) {
  if (!response.ok()) return response.status();
  return Encode(MakeHeader(engine, response->revision), *response);
}

}  // namespace

grpc::ServerUnaryReactor* KvService::Range(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) {
  return AnswerUnary<pb::RangeRequest>(
      dispatcher_, {context, request, response}, [&](const pb::RangeRequest& message) {
        return ToWire(dispatcher_.engine(), dispatcher_.Range(ToEngine(message)));
      });
}

grpc::ServerUnaryReactor* KvService::Put(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
  return AnswerUnary<pb::PutRequest>(
      dispatcher_, {context, request, response}, [&](const pb::PutRequest& message) {
        return ToWire(dispatcher_.engine(),
                      dispatcher_.Put(ToEngine(message), message.ByteSizeLong()));
      });
}

grpc::ServerUnaryReactor* KvService::DeleteRange(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AnswerUnary<pb::DeleteRangeRequest>(
      dispatcher_, {context, request, response}, [&](const pb::DeleteRangeRequest& message) {
        return ToWire(dispatcher_.engine(),
                      dispatcher_.DeleteRange(ToEngine(message), message.ByteSizeLong()));
      });
}

grpc::ServerUnaryReactor* KvService::Txn(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
  return AnswerUnary<pb::TxnRequest>(
      dispatcher_, {context, request, response}, [&](const pb::TxnRequest& message) {
        return ToWire(dispatcher_.engine(),
                      dispatcher_.Txn(ToEngine(message), message.ByteSizeLong()));
      });
}

grpc::ServerUnaryReactor* KvService::Compact(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) {
  return AnswerUnary<pb::CompactionRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::CompactionRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto revision = dispatcher_.engine().Compact(message.revision(), message.physical());
        if (!revision.ok()) return revision.status();
        pb::CompactionResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

}  // namespace fakeetcd
