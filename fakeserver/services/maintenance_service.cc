#include "fakeserver/services/maintenance_service.h"

#include <memory>
#include <string>
#include <utility>

#include "fakeserver/base/errors.h"
#include "fakeserver/engine/snapshot.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/write_stream.h"

namespace fakeetcd {
namespace {

// An alarm as Go prints the message.
std::string TextOf(const Alarm& alarm, const Behavior& behavior) {
  std::string text;
  if (alarm.member_id != 0) text += "memberID:" + std::to_string(alarm.member_id) + " ";
  const auto type = static_cast<pb::AlarmType>(alarm.type);
  if (alarm.type != AlarmType::kNone) {
    const std::string& name = pb::AlarmType_Name(type);
    text += "alarm:" + (name.empty() ? std::to_string(static_cast<int>(type)) : name) + " ";
  }
  if (!behavior.alarm_text_ends_in_space && !text.empty()) text.pop_back();
  return text;
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
  for (const Alarm& alarm : status.alarms) answer.add_errors(TextOf(alarm, engine.behavior()));
  if (engine.behavior().status_tells_storage) {
    answer.set_storageversion(status.cluster_version.ToString());
    answer.set_dbsizequota(engine.quota_backend_bytes());
    answer.mutable_downgradeinfo()->set_enabled(!status.downgrade_target.empty());
    answer.mutable_downgradeinfo()->set_targetversion(status.downgrade_target);
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

// An action that etcd does not define ends it; here it ends the call.
absl::StatusOr<Engine::AlarmResponse> Do(Dispatcher& dispatcher, const pb::AlarmRequest& message,
                                         const Envelope& envelope) {
  const Alarm alarm{static_cast<AlarmType>(message.alarm()), message.memberid()};
  switch (message.action()) {
    case pb::AlarmRequest::GET:
      return dispatcher.Alarms(alarm.type, envelope);
    case pb::AlarmRequest::ACTIVATE:
      return dispatcher.RaiseAlarm(alarm, envelope);
    case pb::AlarmRequest::DEACTIVATE:
      return dispatcher.ClearAlarm(alarm, envelope);
    default:
      return absl::InvalidArgumentError("fake-etcd: no such action (AlarmRequest.action)");
  }
}

absl::StatusOr<Engine::DowngradeResponse> Do(Dispatcher& dispatcher,
                                             const pb::DowngradeRequest& message,
                                             const Envelope& envelope) {
  switch (message.action()) {
    case pb::DowngradeRequest::VALIDATE:
      return dispatcher.Downgrade(Engine::DowngradeAction::kValidate, message.version(), envelope);
    case pb::DowngradeRequest::ENABLE:
      return dispatcher.Downgrade(Engine::DowngradeAction::kEnable, message.version(), envelope);
    case pb::DowngradeRequest::CANCEL:
      return dispatcher.Downgrade(Engine::DowngradeAction::kCancel, message.version(), envelope);
    default:
      return error::UnknownDowngradeAction();
  }
}

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* MaintenanceService::Snapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  pb::SnapshotRequest message;
  absl::Status status = CheckMetadata(*context, dispatcher_.behavior());
  if (status.ok()) status = Decode(*request, dispatcher_, MessageKind::kStreamed, message);
  if (status.ok()) status = dispatcher_.Admit(Call::kSnapshot, EnvelopeOf(dispatcher_, *context));
  if (!status.ok()) return RefuseStream(status);
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
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::DefragmentRequest>(
      dispatcher_, call,
      [&](const pb::DefragmentRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        auto status = dispatcher_.Defragment(EnvelopeOf(dispatcher_, call, message));
        if (!status.ok()) return status;
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

grpc::ServerUnaryReactor* MaintenanceService::Alarm(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::AlarmRequest>(
      dispatcher_, call, [&](const pb::AlarmRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto alarms = Do(dispatcher_, message, EnvelopeOf(dispatcher_, call, message));
        if (!alarms.ok()) return alarms.status();
        pb::AlarmResponse answer;
        const Engine& engine = dispatcher_.engine();
        if (engine.behavior().alarm_response_has_header) {
          *answer.mutable_header() = MakeHeader(engine, alarms->revision);
        }
        for (const fakeetcd::Alarm& alarm : alarms->alarms) {
          pb::AlarmMember& member = *answer.add_alarms();
          member.set_memberid(alarm.member_id);
          member.set_alarm(static_cast<pb::AlarmType>(alarm.type));
        }
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* MaintenanceService::Downgrade(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  if (!dispatcher_.behavior().has_downgrade) {
    return RefuseUnary(dispatcher_, call, "/etcdserverpb.Maintenance/Downgrade");
  }
  return AnswerUnary<pb::DowngradeRequest>(
      dispatcher_, call,
      [&](const pb::DowngradeRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto downgrade = Do(dispatcher_, message, EnvelopeOf(dispatcher_, call, message));
        if (!downgrade.ok()) return downgrade.status();
        pb::DowngradeResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), downgrade->revision);
        answer.set_version(downgrade->version);
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
