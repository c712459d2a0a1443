#include "fakeserver/services/lock_service.h"

#include <memory>

#include "fakeserver/coordination/lock.h"
#include "fakeserver/services/dispatched_requester.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/waiting_call.h"

namespace fakeetcd {

namespace lockpb = etcdpp_proto::v3lockpb;

grpc::ServerUnaryReactor* LockService::Lock(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerLater<lockpb::LockRequest>(
      dispatcher_, streams_, call,
      [&](const lockpb::LockRequest& message, const WaitingCall::Answer& answer) {
        const auto done = [this, answer](const absl::StatusOr<LockWaiter::Answer>& locked) {
          if (!locked.ok()) return answer(locked.status());
          lockpb::LockResponse told;
          *told.mutable_header() = MakeHeader(dispatcher_.engine(), locked->revision);
          told.set_key(locked->key);
          answer(Encode(told));
        };
        return std::make_shared<LockWaiter>(
            PartiesOf(dispatcher_, EnvelopeOf(dispatcher_, call, message)), message.name(),
            message.lease(), done);
      });
}

grpc::ServerUnaryReactor* LockService::Unlock(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<lockpb::UnlockRequest>(
      dispatcher_, call,
      [&](const lockpb::UnlockRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        DispatchedRequester caller(dispatcher_, EnvelopeOf(dispatcher_, call, message));
        const auto revision = fakeetcd::Unlock(caller, message.key());
        if (!revision.ok()) return WithoutCode(revision.status());
        lockpb::UnlockResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

}  // namespace fakeetcd
