#include "fakeserver/services/health_service.h"

#include <memory>
#include <utility>

#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/write_stream.h"

namespace fakeetcd {
namespace {

using etcdpp_proto::grpc::health::v1::HealthCheckRequest;
using etcdpp_proto::grpc::health::v1::HealthCheckResponse;
using etcdpp_proto::grpc::health::v1::HealthListRequest;
using etcdpp_proto::grpc::health::v1::HealthListResponse;

grpc::ByteBuffer Encoded(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return Encode(response);
}

/// A watch of the server's health: one answer, and then silence until somebody ends it.
class HealthWatch final : public WriteStream {
 public:
  explicit HealthWatch(OpenStreams& streams) : WriteStream(streams) {}

  void Start(const std::shared_ptr<HealthWatch>& self, grpc::ByteBuffer answer) {
    Begin(self);
    Write(std::move(answer));
  }

 private:
  void OnWritten() override {}
};

}  // namespace

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) {
  return AnswerUnary<HealthCheckRequest>(
      dispatcher_, {context, request, response},
      [](const HealthCheckRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        if (!message.service().empty()) return absl::NotFoundError("unknown service");
        return Encoded(HealthCheckResponse::SERVING);
      });
}

grpc::ServerUnaryReactor* HealthService::List(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) {
  if (!dispatcher_.behavior().has_health_list) {
    return RefuseUnary(dispatcher_, {context, request, response}, "/grpc.health.v1.Health/List");
  }
  return AnswerUnary<HealthListRequest>(
      dispatcher_, {context, request, response},
      [](const HealthListRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        HealthListResponse answer;
        (*answer.mutable_statuses())[""].set_status(HealthCheckResponse::SERVING);
        return Encode(answer);
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* HealthService::Watch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  HealthCheckRequest message;
  absl::Status status = CheckMetadata(*context, dispatcher_.behavior());
  if (status.ok()) status = Decode(*request, dispatcher_, MessageKind::kStreamed, message);
  if (!status.ok()) return RefuseStream(status);
  const auto watch = std::make_shared<HealthWatch>(streams_);
  watch->Start(watch, Encoded(message.service().empty() ? HealthCheckResponse::SERVING
                                                        : HealthCheckResponse::SERVICE_UNKNOWN));
  return watch.get();
}

}  // namespace fakeetcd
