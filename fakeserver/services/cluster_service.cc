#include "fakeserver/services/cluster_service.h"

#include <string>
#include <vector>

#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {
namespace {

using Urls = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ToVector(const Urls& urls) { return {urls.begin(), urls.end()}; }

void Fill(const Member& member, pb::Member& message) {
  message.set_id(member.id);
  message.set_name(member.name);
  for (const std::string& url : member.peer_urls) message.add_peerurls(url);
  for (const std::string& url : member.client_urls) message.add_clienturls(url);
  message.set_islearner(member.learner);
}

// A response that lists the members. Its header tells no revision.
template <typename Response>
Response Listing(const Engine& engine, const Engine::Members& members) {
  Response answer;
  *answer.mutable_header() = MakeHeader(engine, 0);
  for (const Member& member : members) Fill(member, *answer.add_members());
  return answer;
}

template <typename Response>
absl::StatusOr<grpc::ByteBuffer> ToWire(const Engine& engine,
                                        const absl::StatusOr<Engine::Members>& members) {
  if (!members.ok()) return members.status();
  return Encode(Listing<Response>(engine, *members));
}

}  // namespace

grpc::ServerUnaryReactor* ClusterService::MemberList(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MemberListRequest>(
      dispatcher_, call,
      [&](const pb::MemberListRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        return ToWire<pb::MemberListResponse>(
            dispatcher_.engine(), dispatcher_.MemberList(EnvelopeOf(dispatcher_, call, message)));
      });
}

grpc::ServerUnaryReactor* ClusterService::MemberAdd(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MemberAddRequest>(
      dispatcher_, call,
      [&](const pb::MemberAddRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        const auto added = dispatcher_.MemberAdd(ToVector(message.peerurls()), message.islearner(),
                                                 EnvelopeOf(dispatcher_, call, message));
        if (!added.ok()) return added.status();
        auto answer = Listing<pb::MemberAddResponse>(dispatcher_.engine(), added->members);
        Fill(added->member, *answer.mutable_member());
        return Encode(answer);
      });
}

grpc::ServerUnaryReactor* ClusterService::MemberRemove(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MemberRemoveRequest>(
      dispatcher_, call,
      [&](const pb::MemberRemoveRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        return ToWire<pb::MemberRemoveResponse>(
            dispatcher_.engine(),
            dispatcher_.MemberRemove(message.id(), EnvelopeOf(dispatcher_, call, message)));
      });
}

grpc::ServerUnaryReactor* ClusterService::MemberUpdate(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MemberUpdateRequest>(
      dispatcher_, call,
      [&](const pb::MemberUpdateRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        return ToWire<pb::MemberUpdateResponse>(
            dispatcher_.engine(),
            dispatcher_.MemberUpdate(message.id(), ToVector(message.peerurls()),
                                     EnvelopeOf(dispatcher_, call, message)));
      });
}

grpc::ServerUnaryReactor* ClusterService::MemberPromote(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  const UnaryCall call{context, request, response};
  return AnswerUnary<pb::MemberPromoteRequest>(
      dispatcher_, call,
      [&](const pb::MemberPromoteRequest& message) -> absl::StatusOr<grpc::ByteBuffer> {
        return ToWire<pb::MemberPromoteResponse>(
            dispatcher_.engine(),
            dispatcher_.MemberPromote(message.id(), EnvelopeOf(dispatcher_, call, message)));
      });
}

}  // namespace fakeetcd
