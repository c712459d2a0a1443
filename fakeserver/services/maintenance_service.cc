#include "fakeserver/services/maintenance_service.h"

#include <string>

#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

// The storage format carries the minor release only.
std::string StorageVersion(const EtcdVersion& version) {
  return EtcdVersion{version.major, version.minor, 0}.ToString();
}

pb::StatusResponse MakeStatus(const Dispatcher& dispatcher) {
  Engine& engine = dispatcher.engine();
  const Engine::Status status = engine.GetStatus();
  pb::StatusResponse answer;
  *answer.mutable_header() = MakeHeader(engine, status.revision);
  answer.set_version(engine.behavior().version.ToString());
  answer.set_dbsize(status.db_size);
  answer.set_leader(engine.identity().member_id);
  answer.set_raftindex(status.raft_index);
  answer.set_raftterm(status.raft_term);
  answer.set_raftappliedindex(status.raft_index);
  answer.set_dbsizeinuse(status.db_size_in_use);
  if (engine.behavior().status_tells_storage) {
    answer.set_storageversion(StorageVersion(engine.behavior().version));
    answer.set_dbsizequota(dispatcher.limits().quota_backend_bytes);
    answer.mutable_downgradeinfo();
  }
  return answer;
}

}  // namespace

grpc::ServerUnaryReactor* MaintenanceService::Status(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return AnswerUnary<pb::StatusRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::StatusRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        return Encode(MakeStatus(dispatcher_));
      });
}

grpc::ServerUnaryReactor* MaintenanceService::Defragment(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  return AnswerUnary<pb::DefragmentRequest>(
      dispatcher_, {context, request, response},
      [](const pb::DefragmentRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        return Encode(pb::DefragmentResponse());  // etcd's has no header
      });
}

grpc::ServerUnaryReactor* MaintenanceService::Hash(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  return AnswerUnary<pb::HashRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::HashRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        const Engine::HashResponse hash = dispatcher_.engine().Hash();
        pb::HashResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), hash.revision);
        answer.set_hash(hash.hash);
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* MaintenanceService::HashKV(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return AnswerUnary<pb::HashKVRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::HashKVRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto hash = dispatcher_.engine().HashKv(message.revision());
        if (!hash.ok()) return hash.status();
        pb::HashKVResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), hash->revision);
        answer.set_hash(hash->hash);
        answer.set_compact_revision(hash->compact_revision);
        answer.set_hash_revision(hash->hash_revision);
        return Encode(answer);
      });
}

// No alarm can be raised here, so there is none to list or to put out.
grpc::ServerUnaryReactor* MaintenanceService::Alarm(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return AnswerUnary<pb::AlarmRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::AlarmRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        if (message.action() != pb::AlarmRequest::GET &&
            message.action() != pb::AlarmRequest::DEACTIVATE) {
          return absl::UnimplementedError(
              "fake-etcd: raising an alarm (AlarmRequest.action) is not supported");
        }
        pb::AlarmResponse answer;
        Engine& engine = dispatcher_.engine();
        if (engine.behavior().alarm_response_has_header) {
          *answer.mutable_header() = MakeHeader(engine, engine.revision());
        }
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* MaintenanceService::MoveLeader(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MoveLeaderRequest>(
      dispatcher_, call,
      [&](const pb::MoveLeaderRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        auto status = dispatcher_.MoveLeader(message.targetid(), EnvelopeOf(call, message));
        if (!status.ok()) return status;
        return Encode(pb::MoveLeaderResponse());  // etcd's has no header
      });
}

}  // namespace fakeetcd
