#include "fakeserver/services/maintenance_service.h"

#include <memory>
#include <string>
#include <utility>

#include "fakeserver/engine/snapshot.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/write_stream.h"

namespace fakeetcd {
namespace {

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
    answer.set_storageversion(engine.behavior().version.OfMinor().ToString());
    answer.set_dbsizequota(dispatcher.limits().quota_backend_bytes);
    answer.mutable_downgradeinfo();
  }
  return answer;
}

// As much of the file as etcd sends in one message (v3rpc/maintenance.go, snapshotSendBufferSize).
constexpr size_t kSnapshotPiece = 32 * 1024;

std::string StorageVersion(const Backend& backend) {
  for (const auto& [key, value] : backend.buckets.at("meta")) {
    if (key == "storageVersion") return value;
  }
  return {};
}

/// A snapshot being sent: the file in pieces, and then its SHA-256.
class SnapshotCall final : public WriteStream {
 public:
  SnapshotCall(Backend backend, OpenStreams& streams)
      : WriteStream(streams), version_(StorageVersion(backend)), snapshot_(std::move(backend)) {}

  void Start(const std::shared_ptr<SnapshotCall>& self) {
    Begin(self);
    WriteNext();
  }

 private:
  void OnWritten() override {
    if (digest_sent_) return End(grpc::Status::OK);
    WriteNext();
  }

  void WriteNext() {
    pb::SnapshotResponse message;  // etcd's has no header
    digest_sent_ = snapshot_.remaining() == 0;
    message.set_blob(digest_sent_ ? snapshot_.Digest() : snapshot_.Next(kSnapshotPiece));
    message.set_remaining_bytes(snapshot_.remaining());
    message.set_version(version_);
    Write(Encode(message));
  }

  const std::string version_;
  Snapshot snapshot_;
  bool digest_sent_ = false;
};

/// A call that ends as it begins.
class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* MaintenanceService::Snapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  pb::SnapshotRequest message;
  absl::Status status = Decode(*request, dispatcher_, MessageKind::kStreamed, message);
  if (status.ok()) status = dispatcher_.Admit(Call::kSnapshot, EnvelopeOf(dispatcher_, *context));
  if (!status.ok()) return new RefusedStream(status);
  const auto call = std::make_shared<SnapshotCall>(dispatcher_.engine().TakeBackend(), streams_);
  call->Start(call);
  return call.get();
}

grpc::ServerUnaryReactor* MaintenanceService::Status(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return AnswerAdmitted<pb::StatusRequest>(
      dispatcher_, {context, request, response}, Call::kStatus,
      [&](const pb::StatusRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        return Encode(MakeStatus(dispatcher_));
      });
}

grpc::ServerUnaryReactor* MaintenanceService::Defragment(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  return AnswerAdmitted<pb::DefragmentRequest>(
      dispatcher_, {context, request, response}, Call::kDefragment,
      [](const pb::DefragmentRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        return Encode(pb::DefragmentResponse());  // etcd's has no header
      });
}

grpc::ServerUnaryReactor* MaintenanceService::Hash(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  return AnswerAdmitted<pb::HashRequest>(
      dispatcher_, {context, request, response}, Call::kHash,
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
  return AnswerAdmitted<pb::HashKVRequest>(
      dispatcher_, {context, request, response}, Call::kHashKv,
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
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::AlarmRequest>(
      dispatcher_, call, [&](const pb::AlarmRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const bool get = message.action() == pb::AlarmRequest::GET;
        auto status = dispatcher_.Admit(get ? Call::kAlarmGet : Call::kAlarmChange,
                                        EnvelopeOf(dispatcher_, call, message));
        if (!status.ok()) return status;
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
        auto status =
            dispatcher_.MoveLeader(message.targetid(), EnvelopeOf(dispatcher_, call, message));
        if (!status.ok()) return status;
        return Encode(pb::MoveLeaderResponse());  // etcd's has no header
      });
}

}  // namespace fakeetcd
