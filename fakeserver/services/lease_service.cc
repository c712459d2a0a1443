#include "fakeserver/services/lease_service.h"

#include <memory>
#include <string>
#include <utility>

#include "fakeserver/services/decode.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/grpc_status.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/metadata.h"
#include "fakeserver/services/stream_call.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

/// One client's keep-alive stream: a response for each request, in order. Ends well when the
/// client has no more to ask.
class KeepAliveCall final : public StreamCall {
 public:
  KeepAliveCall(Dispatcher& dispatcher, const grpc::CallbackServerContext& context,
                OpenStreams& streams)
      : StreamCall(streams), dispatcher_(dispatcher), context_(context) {}

  void Start(std::shared_ptr<KeepAliveCall> self) {
    Begin(std::move(self));
    Read();
  }

 private:
  void OnMessage(const grpc::ByteBuffer& message) override {
    pb::LeaseKeepAliveRequest request;
    const absl::Status status = Decode(message, dispatcher_, MessageKind::kStreamed, request);
    if (!status.ok()) return End(ToGrpc(status));
    const auto lease = dispatcher_.LeaseKeepAlive(request.id(), EnvelopeOf(dispatcher_, context_));
    if (!lease.ok()) return End(ToGrpc(lease.status()));
    pb::LeaseKeepAliveResponse response;
    *response.mutable_header() = MakeHeader(dispatcher_.engine(), lease->revision);
    response.set_id(lease->id);
    response.set_ttl(lease->ttl_seconds);
    Write(Encode(response));
  }

  void OnHalfClose() override { End(grpc::Status::OK); }
  void OnWritten() override { Read(); }

  Dispatcher& dispatcher_;
  const grpc::CallbackServerContext& context_;
};

}  // namespace

grpc::ServerUnaryReactor* LeaseService::LeaseGrant(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::LeaseGrantRequest>(
      dispatcher_, call,
      [&](const pb::LeaseGrantRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto lease = dispatcher_.LeaseGrant(message.id(), message.ttl(),
                                                  EnvelopeOf(dispatcher_, call, message));
        if (!lease.ok()) return lease.status();
        pb::LeaseGrantResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), lease->revision);
        answer.set_id(lease->id);
        answer.set_ttl(lease->ttl_seconds);
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* LeaseService::LeaseRevoke(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::LeaseRevokeRequest>(
      dispatcher_, call,
      [&](const pb::LeaseRevokeRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto revision =
            dispatcher_.LeaseRevoke(message.id(), EnvelopeOf(dispatcher_, call, message));
        if (!revision.ok()) return revision.status();
        pb::LeaseRevokeResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* LeaseService::LeaseKeepAlive(
    grpc::CallbackServerContext* context) {
  const auto call = std::make_shared<KeepAliveCall>(dispatcher_, *context, streams_);
  call->Start(call);
  const absl::Status status = CheckMetadata(*context, dispatcher_.behavior());
  if (!status.ok()) call->End(ToGrpc(status));
  return call.get();
}

grpc::ServerUnaryReactor* LeaseService::LeaseTimeToLive(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::LeaseTimeToLiveRequest>(
      dispatcher_, call,
      [&](const pb::LeaseTimeToLiveRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        auto lease = dispatcher_.LeaseTimeToLive(message.id(), message.keys(),
                                                 EnvelopeOf(dispatcher_, call, message));
        if (!lease.ok()) return lease.status();
        pb::LeaseTimeToLiveResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), lease->revision);
        answer.set_id(lease->id);
        answer.set_ttl(lease->ttl_seconds);
        answer.set_grantedttl(lease->granted_seconds);
        for (std::string& key : lease->keys) *answer.add_keys() = std::move(key);
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* LeaseService::LeaseLeases(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::LeaseLeasesRequest>(
      dispatcher_, call,
      [&](const pb::LeaseLeasesRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto leases = dispatcher_.LeaseLeases(EnvelopeOf(dispatcher_, call, message));
        if (!leases.ok()) return leases.status();
        pb::LeaseLeasesResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), leases->revision);
        for (const LeaseId id : leases->ids) answer.add_leases()->set_id(id);
        return Encode(answer);
      });
}

}  // namespace fakeetcd
