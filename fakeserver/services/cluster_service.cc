#include "fakeserver/services/cluster_service.h"

#include <string>

#include "fakeserver/services/encode.h"
#include "fakeserver/services/header.h"
#include "fakeserver/services/unary.h"

namespace fakeetcd {

grpc::ServerUnaryReactor* ClusterService::MemberList(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return AnswerUnary<pb::MemberListRequest>(
      dispatcher_, {context, request, response},
      [&](const pb::MemberListRequest& /*message*/) -> absl::StatusOr<grpc::ByteBuffer> {
        pb::MemberListResponse answer;
        *answer.mutable_header() = MakeHeader(dispatcher_.engine(), 0);
        const MemberIdentity& identity = dispatcher_.engine().identity();
        pb::Member& member = *answer.add_members();
        member.set_id(identity.member_id);
        member.set_name(identity.name);
        for (const std::string& url : identity.peer_urls) member.add_peerurls(url);
        for (const std::string& url : identity.client_urls) member.add_clienturls(url);
        return Encode(answer);
      });
}

}  // namespace fakeetcd
