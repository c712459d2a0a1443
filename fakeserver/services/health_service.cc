#include "fakeserver/services/health_service.h"

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"

#include "fakeserver/base/mutex.h"
#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

using etcdpp_proto::grpc::health::v1::HealthCheckRequest;
using etcdpp_proto::grpc::health::v1::HealthCheckResponse;

grpc::ByteBuffer Encoded(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return Encode(response);
}

/// A watch of the server's health: one answer, and then silence until somebody ends it.
class HealthWatch final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public OpenStream {
 public:
  explicit HealthWatch(OpenStreams& streams) : streams_(streams) {}

  void Start(const std::shared_ptr<HealthWatch>& self, grpc::ByteBuffer answer) {
    self_ = self;
    streams_.Add(self_);
    answer_.Swap(&answer);
    StartWrite(&answer_);
  }

  void End(const grpc::Status& status) override ABSL_LOCKS_EXCLUDED(mu_) {
    const MutexLock lock(mu_);
    if (!std::exchange(ended_, true)) Finish(status);
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }
  void OnDone() override {
    streams_.Remove(*this);
    self_.reset();
  }

 private:
  OpenStreams& streams_;
  std::shared_ptr<HealthWatch> self_;
  grpc::ByteBuffer answer_;
  Mutex mu_;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
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

grpc::ServerWriteReactor<grpc::ByteBuffer>* HealthService::Watch(
    grpc::CallbackServerContext* /*context*/, const grpc::ByteBuffer* request) {
  const auto watch = std::make_shared<HealthWatch>(streams_);
  HealthCheckRequest message;
  const absl::Status status = Decode(*request, dispatcher_, MessageKind::kStreamed, message);
  watch->Start(watch, Encoded(message.service().empty() ? HealthCheckResponse::SERVING
                                                        : HealthCheckResponse::SERVICE_UNKNOWN));
  if (!status.ok()) watch->End(ToGrpc(status));
  return watch.get();
}

}  // namespace fakeetcd
