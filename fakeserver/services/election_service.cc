#include "fakeserver/services/election_service.h"

#include <atomic>
#include <memory>
#include <string>

#include "fakeserver/base/errors.h"
#include "fakeserver/coordination/election.h"
#include "fakeserver/coordination/observation.h"
#include "fakeserver/coordination/turns.h"
#include "fakeserver/services/dispatched_requester.h"
#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"
#include "fakeserver/services/waiting_call.h"
#include "fakeserver/services/write_stream.h"

namespace fakeetcd {
namespace {

namespace electionpb = etcdpp_proto::v3electionpb;

LeaderKey FromWire(const electionpb::LeaderKey& message) {
  return {
      .name = message.name(), .key = message.key(), .rev = message.rev(), .lease = message.lease()};
}

grpc::ByteBuffer Encoded(const Engine& engine, const Leadership& leadership) {
  electionpb::LeaderResponse answer;
  *answer.mutable_header() = MakeHeader(engine, leadership.revision);
  const Version& version = *leadership.kv;
  etcdpp_proto::mvccpb::KeyValue& kv = *answer.mutable_kv();
  kv.set_key(std::string(version.key()));
  kv.set_create_revision(version.create_revision());
  kv.set_mod_revision(version.mod_revision());
  kv.set_version(version.version());
  kv.set_value(std::string(version.value()));
  kv.set_lease(version.lease());
  return Encode(answer);
}

/// One client's look at an election: a message at a time, the next one taken when it is written.
class ObserveCall final : public WriteStream {
 public:
  ObserveCall(Dispatcher& dispatcher, OpenStreams& streams)
      : WriteStream(streams), dispatcher_(dispatcher) {}

  void Start(const std::shared_ptr<ObserveCall>& self, const Envelope& envelope,
             const std::string& name) {
    observation_ = std::make_shared<Observation>(PartiesOf(dispatcher_, envelope), name,
                                                 [weak = std::weak_ptr(self)] {
                                                   if (const auto call = weak.lock()) call->Pump();
                                                 });
    Begin(self);
    Pump();
  }

 private:
  void Pump() {
    turns_.Take([this] { Step(); });
  }

  void Step() {
    if (over_) return observation_->Close();
    if (writing_) return;
    if (const auto next = observation_->Next()) {
      writing_ = true;
      Write(Encoded(dispatcher_.engine(), *next));
    } else if (observation_->over()) {
      End(grpc::Status::OK);
    }
  }

  void OnWritten() override {
    writing_ = false;
    Pump();
  }

  void OnOver() override {
    over_ = true;
    Pump();  // to close the watch
  }

  Dispatcher& dispatcher_;
  std::shared_ptr<Observation> observation_;
  Turns turns_;
  std::atomic<bool> writing_{false};
  std::atomic<bool> over_{false};
};

}  // namespace

grpc::ServerUnaryReactor* ElectionService::Campaign(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerLater<electionpb::CampaignRequest>(
      dispatcher_, streams_, call,
      [&](const electionpb::CampaignRequest& message, const WaitingCall::Answer& answer) {
        const auto done = [this, answer](const absl::StatusOr<CampaignWaiter::Answer>& won) {
          if (!won.ok()) return answer(won.status());
          electionpb::CampaignResponse told;
          *told.mutable_header() = MakeHeader(dispatcher_.engine(), won->revision);
          told.mutable_leader()->set_name(won->leader.name);
          told.mutable_leader()->set_key(won->leader.key);
          told.mutable_leader()->set_rev(won->leader.rev);
          told.mutable_leader()->set_lease(won->leader.lease);
          answer(Encode(told));
        };
        return std::make_shared<CampaignWaiter>(
            PartiesOf(dispatcher_, EnvelopeOf(dispatcher_, call, message)),
            CampaignWaiter::Candidate{message.name(), message.value(), message.lease()}, done);
      });
}

grpc::ServerUnaryReactor* ElectionService::Proclaim(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<electionpb::ProclaimRequest>(
      dispatcher_, call,
      [&](const electionpb::ProclaimRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        if (!message.has_leader()) return error::MissingLeaderKey();
        DispatchedRequester caller(dispatcher_, EnvelopeOf(dispatcher_, call, message));
        const auto revision =
            fakeetcd::Proclaim(caller, FromWire(message.leader()), message.value());
        if (!revision.ok()) return WithoutCode(revision.status());
        electionpb::ProclaimResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* ElectionService::Leader(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<electionpb::LeaderRequest>(
      dispatcher_, call,
      [&](const electionpb::LeaderRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        DispatchedRequester caller(dispatcher_, EnvelopeOf(dispatcher_, call, message));
        const auto leader = CurrentLeader(caller, message.name());
        if (!leader.ok()) return WithoutCode(leader.status());
        return Encoded(dispatcher_.engine(), *leader);
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ElectionService::Observe(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  electionpb::LeaderRequest message;
  absl::Status status = CheckMetadata(*context, dispatcher_.behavior());
  if (status.ok()) status = Decode(*request, dispatcher_, MessageKind::kStreamed, message);
  if (!status.ok()) return RefuseStream(status);
  const auto call = std::make_shared<ObserveCall>(dispatcher_, streams_);
  call->Start(call, EnvelopeOf(dispatcher_, *context, message.ByteSizeLong()), message.name());
  return call.get();
}

grpc::ServerUnaryReactor* ElectionService::Resign(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<electionpb::ResignRequest>(
      dispatcher_, call,
      [&](const electionpb::ResignRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        if (!message.has_leader()) return error::MissingLeaderKey();
        DispatchedRequester caller(dispatcher_, EnvelopeOf(dispatcher_, call, message));
        const auto revision = fakeetcd::Resign(caller, FromWire(message.leader()));
        if (!revision.ok()) return WithoutCode(revision.status());
        electionpb::ResignResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), *revision);
        return Encode(answer);
      });
}

}  // namespace fakeetcd
